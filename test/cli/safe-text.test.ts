import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { toSafeJson, toSafeLine, toSafeText } from '../../src/cli/safe-text.ts';
import { toTable } from '../../src/cli/table.ts';

const harmful = /[\p{Cc}\p{Zl}\p{Zp}\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/u;

describe('text for a terminal', () => {
  it('shows control characters of one line as escapes', () => {
    expect(toSafeLine('a\u001b]0;title\u0007\nb\u202ec')).toBe(String.raw`a\u001b]0;title\u0007\nb\u202ec`);
  });

  it('keeps line breaks and tabs of several lines', () => {
    expect(toSafeText('a\tb\r\nc\rd\u009b')).toBe(`a\tb\nc${String.raw`\u000dd\u009b`}`);
  });

  it('writes JSON without a control character that means the same', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 2 }), fc.string({ unit: 'binary' }), (value, text) => {
        const given = { value, [text]: text };
        const json = toSafeJson(given);
        expect(json).not.toMatch(harmful);
        expect(JSON.parse(json)).toEqual(JSON.parse(JSON.stringify(given)));
      }),
      { seed: 7, numRuns: 100 },
    );
  });

  it('writes bytes as base64, big integers as text, and nothing as null', () => {
    expect(toSafeJson([Buffer.from('ab'), new Uint8Array([1]), 12345678901234567890n])).toBe(
      '["YWI=","AQ==","12345678901234567890"]',
    );
    expect(toSafeJson(undefined)).toBe('null');
  });

  it('aligns columns by what a terminal shows of them', () => {
    expect(
      toTable([
        ['a', 'b'],
        ['日本', 'c\u001b'],
        ['é', ''],
      ]),
    ).toEqual(['a     b', String.raw`日本  c\u001b`, 'é']);
  });
});
