import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { generateErrors } from '../tools/generate-errors.ts';

describe('docs/errors.md', () => {
  it('is what `node test/tools/generate-errors.ts` writes', () => {
    const page = readFileSync(new URL('../../docs/errors.md', import.meta.url), 'utf8');
    expect(page).toBe(generateErrors());
  });
});
