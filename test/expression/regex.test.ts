import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../src/expression/compile-expression.ts';
import { emptyScope, evaluate, failureOf } from './support.ts';

const texts = [
  '',
  'a',
  'ab',
  'aab',
  'a b',
  'a\u00a0b',
  'a\ufeffb',
  'a\rb\nc',
  'x\u2028y',
  '[:alpha:]',
  'A',
  'z',
  'é',
  'É',
  'a-b',
  '\v',
  '0',
  '_',
  'abc123',
  '/a/',
  '\0',
  '{,3}',
  'a{,3}',
  '$',
  '^',
  'a\\b',
  'foo_bar-baz',
  'token" value="x y"',
  '2020-01-02T03:04:05Z',
  'b\bx',
];
const patterns = [
  '\\s',
  '.',
  '\\S',
  '[[:alpha:]]',
  '\\A',
  '\\z',
  '[^]',
  '[]',
  '[\\s-]',
  '[^\\s]',
  '\\w',
  '\\W',
  '\\b',
  '\\B',
  '\\v',
  'a{,3}',
  '[\\w.-]+',
  '\\/',
  '\\$',
  '[$^]',
  '\\0',
  '[a&&b]',
  '(?:)',
  'a*',
  'a*?',
  '\\Q',
  '\\pL',
  '\\a',
  '[\\b]',
  '\\x41',
  '\\u0041',
  '\\D',
  '[\\D]',
  '[^\\W_]',
  'a|',
  '|a',
  '(a)|(b)',
  '^',
  '$',
  '^a',
  'b$',
  '{',
  ']',
  '}',
  'a{2}',
  'a{1,2}?',
  '\\cA',
  '\\-',
  '[\\-a]',
  '[a-]',
  '[--/]',
  '(?:a|b)+?',
  '(?<n>a)(?<m>b)?',
  '[^a]',
  '[^\\n]',
  '\\_',
  '\\e',
  '\\h',
  '(?:a*)*',
  '(a|b)*',
  '[\\w-z]',
  '[^]',
  '[a-c\\d]+',
  '(\\d+)-(\\d+)',
  'x{0}',
  '.*',
  '.+?b',
  '"([^"]+)"',
  '\\t|\\n|\\r|\\f',
  '[\\t\\n]',
  '\\x',
  '\\u',
  '\\c',
  '^$',
  'a.c',
  '[\\]\\\\]',
  '(?:(?:a)b?)+',
].filter(pattern => pattern !== '\\c');

describe('a regular expression', () => {
  it.each(patterns.flatMap(pattern => ['g', 'gi', 'gs', ''].map(flags => [pattern, flags] as const)))(
    '/%s/%s finds what the JavaScript engine finds',
    (pattern, flags) => {
      const literal = `/${pattern.replaceAll(/(?<!\\)\/(?![^[]*\])/g, '\\/')}/${flags}`;
      const native = new RegExp(pattern, flags);
      const compile = (source: string) => compileExpression(source, { pointer: '', context: 'response' });
      const match = compile(`body.match(${literal})`);
      const replace = compile(`body.replace(${literal}, '<$&$1>')`);
      const split = compile(`body.split(${literal})`);
      const search = compile(`body.search(${literal})`);
      const test = compile(`${literal}.test(body)`);
      for (const body of texts) {
        const scope = { ...emptyScope, body };
        expect(match.evaluate(scope), body).toStrictEqual(plain(body.match(native)));
        expect(replace.evaluate(scope), body).toBe(body.replace(native, '<$&$1>'));
        expect(split.evaluate(scope), body).toStrictEqual(body.split(native));
        expect(search.evaluate(scope), body).toBe(body.search(native));
        expect(test.evaluate(scope), body).toBe(new RegExp(pattern, flags).test(body));
      }
    },
  );

  it('gives every match with its groups', () => {
    expect(
      evaluate('[...body.matchAll(/(?<k>\\w)=(\\d)/g)].map(m => [m.groups.k, m[2], m.index])', 'a=1,b=2'),
    ).toStrictEqual([
      ['a', '1', 0],
      ['b', '2', 4],
    ]);
    expect(evaluate('/(b)(x)?/.exec(body)', 'abc')).toStrictEqual(['b', 'b', undefined]);
  });

  it('calls a replacement function with match, groups, position, text and names', () => {
    expect(evaluate('body.replace(/(?<x>b)(q)?/g, (...all) => JSON.stringify(all))', 'abc')).toBe(
      `a${JSON.stringify(['b', 'b', null, 1, 'abc', { x: 'b' }])}c`,
    );
    expect(evaluate("body.replaceAll('b', (m, at) => m + at)", 'abcb')).toBe('ab1cb3');
  });

  it('counts by code points, as JavaScript does with the flag u', () => {
    for (const flags of ['g', 'gu']) {
      expect(evaluate(`body.replace(/./${flags}, 'x')`, 'a😀')).toBe('xx');
      expect(evaluate(`body.match(/[😀\\u{1F601}]/${flags})`, '😀')).toStrictEqual(['😀']);
      expect(evaluate(`body.match(/\\uD83D\\uDE00/${flags})`, '😀')).toStrictEqual(['😀']);
    }
    expect(evaluate('body.match(/\\p{Lu}+/gu)', 'aÉXb')).toStrictEqual(['ÉX']);
  });

  it('ends lines at line feeds when the flag m is given', () => {
    expect(evaluate('body.match(/^b: (.*)$/m)[1]', 'a: 1\nb: 2\nc: 3')).toBe('2');
  });

  it.each([
    ['/(?=a)/', 'lookahead'],
    ['/(?!a)/', 'lookahead'],
    ['/(?<=a)b/', 'lookbehind'],
    ['/(?<!a)b/', 'lookbehind'],
    ['/(a)\\1/', 'reference to a group, \\1'],
    ['/(?<n>a)\\k<n>/', 'reference to a group, \\k'],
    ['/a/y', 'the flags "y"'],
    ['/a/v', 'the flags "v"'],
    ['/a{5000}/', 'this pattern'],
    ['/(?:(?:a?){100}b?){10}/', 'size'],
  ])('is refused before it runs when it has what takes more than linear time: %s', (literal, reason) => {
    const error = failureOf(() => evaluate(`${literal}.test(body)`, ''));
    expect(error.code).toBe('EXPRESSION_NOT_ALLOWED');
    expect(error.message).toContain(reason);
  });
});

/** A match without the members index, input and groups, as a result leaves the evaluator. */
function plain(match: RegExpMatchArray | null): readonly (string | undefined)[] | null {
  return match === null ? null : [...match];
}
