import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { describe, expect, it } from 'vitest';
import { createPlaceOf, toSourceOf } from './source-places.ts';

const root = new URL('../../', import.meta.url);

describe('the places of functions', () => {
  it('are found in what the bundler writes', async () => {
    const cwd = fileURLToPath(root);
    const bundle = await rolldown({ cwd, input: 'src/base/lru-map.ts' });
    const { output } = await bundle.generate({ format: 'esm' });
    await bundle.close();
    const lines = output[0].code.split('\n');
    const sourceOf = toSourceOf(output[0].code);
    const placeOfLine = (text: string) => sourceOf(lines.findIndex(line => line.includes(text)));
    expect(placeOfLine('LinkedList = class')).toBe('src/base/linked-list.ts');
    expect(placeOfLine('LruMap = class')).toBe('src/base/lru-map.ts');
  });

  it('are unknown above the first module', () => {
    const sourceOf = toSourceOf('import "a";\n// src/auth/a.ts\nfunction a() {}\n// see src/b.ts\n');
    expect([0, 1, 2, 3].map(sourceOf)).toEqual([undefined, ...Array(3).fill('src/auth/a.ts')]);
  });

  it('begin at the root of the project, or with the package', () => {
    const placeOf = createPlaceOf();
    expect(placeOf(`${root}test/bench/main.ts`, 3)).toBe('test/bench/main.ts');
    expect(placeOf('file:///elsewhere/node_modules/a/node_modules/undici/index.js', 3)).toBe(
      'node_modules/undici/index.js',
    );
    expect(placeOf('wasm://wasm/00034eea', 0)).toBe('node_modules/undici/llhttp.wasm');
    expect(placeOf('node:net', 0)).toBe('node:net');
  });
});
