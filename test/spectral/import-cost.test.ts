import { describe, expect, it } from 'vitest';
import { run } from '../package/packed-package.ts';

const source = new URL('../../src/', import.meta.url).href;

/** The modules that a fresh process loads for one import, those of Node aside. */
function loadedBy(entry: string): readonly string[] {
  const watch = `import { registerHooks } from 'node:module';
    const urls = [];
    registerHooks({ load: (url, context, next) => (urls.push(url), next(url, context)) });
    await import(process.argv[1]);
    process.stdout.write(JSON.stringify(urls.filter(url => !url.startsWith('node:'))));`;
  return JSON.parse(
    run(process.execPath, ['--input-type=module', '--eval', watch, entry]),
  ) as readonly string[];
}

describe('importing', () => {
  it.each(['spectral/index.ts', 'spectral/clients/http/index.ts', 'spectral/testing/index.ts'])(
    '%s loads at most 60 modules, and none of another package',
    entry => {
      const loaded = loadedBy(source + entry);
      expect(loaded.some(url => url.endsWith(entry))).toBe(true);
      expect(loaded.length).toBeLessThanOrEqual(60);
      expect(loaded.filter(url => url.includes('/node_modules/'))).toEqual([]);
    },
  );

  it('the SDK would show', () => {
    const sdk = new URL('../../node_modules/@prismatic-io/spectral/dist/index.js', import.meta.url).href;
    expect(loadedBy(sdk).length).toBeGreaterThan(500);
  });
});
