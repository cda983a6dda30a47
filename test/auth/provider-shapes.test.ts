import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ProviderShape, runShape, variantsOf } from './provider-shapes.ts';

const folder = new URL('../../fixtures/providers/', import.meta.url);

const shapes: readonly (readonly [name: string, shape: ProviderShape])[] = readdirSync(folder)
  .filter(file => file.endsWith('.json'))
  .map(file => [file.replace('.json', ''), JSON.parse(readFileSync(new URL(file, folder), 'utf8'))] as const);

describe('the ways in which APIs give and take tokens', () => {
  it('are at least forty', () => {
    expect(shapes.length).toBeGreaterThanOrEqual(40);
  });

  it.each(shapes)('%s: every byte of every request, and the expiry', async (_, shape) => {
    const variants = variantsOf(shape);
    expect(Object.keys(shape.expect).sort()).toEqual([...variants].sort());
    for (const variant of variants) {
      expect({ variant, ...(await runShape(shape, variant)) }).toEqual({ variant, ...shape.expect[variant] });
    }
  });

  it.each(shapes)('%s: nothing of a template is left on the wire', (_, { expect: { plain, leftOut } }) => {
    const sent = JSON.stringify([plain, leftOut]);
    expect(sent).not.toMatch(/<<\w|\{\{\w|undefined|\[object/);
  });
});
