import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { locateJsonError } from '../../src/definition/json-error-place.ts';

describe('the place where a text stops being JSON', () => {
  it.each([
    ['{"a":1,}', 1, 8, 'a field name in double quotes', 'the character }'],
    ["{'a':1}", 1, 2, 'a field name in double quotes or "}"', "the character '"],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, '"," or "}"', 'the character "'],
    ['{"a": hunter2}', 1, 7, 'a value', 'other text'],
    ['[1, 2', 1, 6, '"," or "]"', 'the end of the text'],
    ['', 1, 1, 'a value', 'the end of the text'],
    ['{"a" 1}', 1, 6, '":"', 'other text'],
    ['{} x', 1, 4, 'the end of the text', 'other text'],
    [
      '["a\nb"]',
      1,
      4,
      'a string that ends with a double quote on its line and has only known escapes',
      'a line break',
    ],
  ])('of %j is line %i, column %i', (text, line, column, expected, found) => {
    expect(locateJsonError(text)).toEqual({ line, column, expected, found });
  });

  it('exists exactly when the engine cannot parse the text', () => {
    const piece = fc.constantFrom(
      ...'{}[],:"\\/ \n-+.eE01',
      'true',
      'null',
      '"a"',
      '\\u00e9',
      '\\x',
      '\u0001',
      '12',
    );
    const damaged = fc
      .tuple(fc.json(), fc.nat(), fc.nat({ max: 3 }), piece)
      .map(([text, at, cut, inserted]) => {
        const start = at % (text.length + 1);
        return text.slice(0, start) + inserted + text.slice(start + cut);
      });
    const text = fc.oneof(
      fc.json(),
      damaged,
      fc.array(piece, { maxLength: 8 }).map(pieces => pieces.join('')),
    );
    fc.assert(
      fc.property(text, candidate => {
        expect(locateJsonError(candidate) === undefined).toBe(parses(candidate));
      }),
      { numRuns: 3000, seed: 7 },
    );
  });

  it('is found in deep and in long texts', () => {
    expect(locateJsonError(`${'['.repeat(100_000)}${']'.repeat(99_999)}`)?.column).toBe(200_000);
    expect(locateJsonError(`["${'x'.repeat(1_000_000)}"`)?.column).toBe(1_000_004);
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
