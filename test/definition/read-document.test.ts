import { describe, expect, it } from 'vitest';
import { readDocument } from '../../src/definition/read-document.ts';
import { refused } from './refused.ts';

describe('reading a document', () => {
  it('takes JSON text, with or without a byte order mark', () => {
    expect(readDocument('{"a": [1]}')).toEqual({ a: [1] });
    expect(readDocument('\uFEFF{"a": [1]}')).toEqual({ a: [1] });
  });

  it('copies a value, so that the caller may change its own', () => {
    const own = { list: [{ name: 'before' }] };
    const read = readDocument(own);
    own.list.push({ name: 'after' });
    expect(read).toEqual({ list: [{ name: 'before' }] });
    expect(Object.isFrozen(own)).toBe(false);
  });

  it('leaves out fields that are undefined', () => {
    expect(readDocument({ a: undefined, b: 1 })).toStrictEqual({ b: 1 });
  });

  it('keeps names that objects have by nature', () => {
    const read = readDocument(JSON.parse('{"__proto__": {"polluted": 1}, "constructor": 2}'));
    expect(Object.entries(read as object)).toEqual([
      ['__proto__', { polluted: 1 }],
      ['constructor', 2],
    ]);
    expect(Object.getPrototypeOf(read)).toBe(Object.prototype);
  });

  it('takes objects without a prototype', () => {
    expect(readDocument(Object.assign(Object.create(null), { a: 1 }))).toEqual({ a: 1 });
  });

  it('names line and column of a text that is not JSON, and shows nothing of it', () => {
    const error = failure('{\n  "password": hunter2\n}');
    expect(error).toMatchObject({ code: 'DEFINITION_NOT_JSON', details: { line: 2, column: 15 } });
    expect(error.message).toContain('line 2, column 15');
    expect(JSON.stringify(error)).not.toContain('hunter2');
    expect(error.cause).toBeUndefined();
  });

  it.each([
    ['a date', { when: new Date(0) }, '/when', 'a Date object'],
    ['a map', [new Map()], '/0', 'a Map object'],
    ['a function', { call: () => 1 }, '/call', 'a function'],
    ['not-a-number', { a: { b: Number.NaN } }, '/a/b', 'not a number (NaN)'],
    ['infinity', [Number.POSITIVE_INFINITY], '/0', 'an infinite number'],
    ['a bigint', { n: 1n }, '/n', 'a bigint'],
    ['a hole in a list', [undefined], '/0', 'nothing'],
    ['an object with a foreign prototype', { o: Object.create({ inherited: 1 }) }, '/o', 'a Object object'],
  ])('refuses %s and says where it stands', (_, document, pointer, found) => {
    expect(failure(document)).toMatchObject({ code: 'DEFINITION_WRONG_TYPE', pointer, found });
  });

  it('refuses a document that contains itself', () => {
    const own: Record<string, unknown> = {};
    own['inner'] = { back: own };
    expect(failure(own)).toMatchObject({ code: 'DEFINITION_INVALID', pointer: '/inner/back' });
  });

  it.each([
    ['as text', '['.repeat(100_000) + ']'.repeat(100_000)],
    ['as text that never closes', '['.repeat(100_000)],
    ['as a value', nest(100_000)],
  ])('survives a depth bomb %s', (_, document) => {
    expect(failure(document).code).toMatch(/^DEFINITION_(INVALID|NOT_JSON)$/);
  });

  it('survives a document that grows when its shared parts are copied', () => {
    let shared: unknown = 'x';
    for (let level = 0; level < 30; level += 1) shared = [shared, shared];
    expect(failure(shared).message).toContain('more than 200000 values');
  });

  it('refuses more tags than any definition has, in one text or in many', () => {
    const most = '{{a}}'.repeat(50_000);
    expect(readDocument({ most, others: Array(10).fill('<<b>>'.repeat(5_000)) })).toMatchObject({ most });
    for (const one of ['{{a}}', '<<a>>', '{{']) {
      expect(failure([most, one, most])).toMatchObject({
        code: 'DEFINITION_INVALID',
        message: expect.stringContaining('more than 100000 tags'),
      });
    }
  });

  it('refuses a text longer than any definition', () => {
    expect(failure(`"${'x'.repeat(17 * 1024 * 1024)}"`).code).toBe('DEFINITION_INVALID');
  });
});

function failure(document: unknown) {
  return refused(() => readDocument(document));
}

function nest(depth: number): unknown {
  let nested: unknown = 'core';
  for (let level = 0; level < depth; level += 1) nested = [nested];
  return nested;
}

it('tells of a field that cannot be read without repeating what it says', () => {
  const document = {
    name: 'a',
    get config(): never {
      throw new Error('pw_77ab');
    },
  };
  const failure = refused(() => readDocument(document));
  expect(failure).toMatchObject({ code: 'DEFINITION_WRONG_TYPE' });
  expect(failure.cause).toBeUndefined();
  expect(failure.stack).not.toContain('pw_77ab');
});
