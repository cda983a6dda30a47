import { describe, expect, it } from 'vitest';
import { takeSnapshot } from '../../src/base/snapshot.ts';

const isCurrent = (data: object) => takeSnapshot(data)?.isCurrent();

describe('a snapshot', () => {
  it('is current until something in the object changes, at whatever depth', () => {
    const deep = { list: [{ name: 'a' }] };
    const data = { first: 1, deep };
    const snapshot = takeSnapshot(data);
    expect(snapshot?.isCurrent()).toBe(true);
    deep.list.push({ name: 'b' });
    expect(snapshot?.isCurrent()).toBe(false);
    deep.list.pop();
    expect(snapshot?.isCurrent()).toBe(true);
    for (const each of deep.list) each.name = 'b';
    expect(snapshot?.isCurrent()).toBe(false);
  });

  it.each<[what: string, change: (data: Record<string, unknown>) => void]>([
    ['a field that is gone', data => delete data['b']],
    ['a field that is new', data => Object.assign(data, { d: 1 })],
    ['a field of another name', data => delete data['c'] && Object.assign(data, { d: 3 })],
    ['fields in another order', data => delete data['b'] && Object.assign(data, { b: 2 })],
    ['a field that is hidden', data => Object.defineProperty(data, 'c', { enumerable: false })],
    ['a field that gives another value', data => Object.defineProperty(data, 'c', { get: () => 4 })],
    ['a text for a number', data => Object.assign(data, { b: '2' })],
    ['undefined for nothing', data => Object.assign(data, { d: undefined })],
    ['what is inherited', data => Object.setPrototypeOf(data, { d: 1 })],
  ])('sees %s', (_, change) => {
    const data = { a: 1, b: 2, c: 3 };
    const snapshot = takeSnapshot(data);
    change(data);
    expect(snapshot?.isCurrent()).toBe(false);
  });

  it('knows names that every object has', () => {
    const data = JSON.parse('{"__proto__":{"a":1},"constructor":"c","toString":2,"1":0}') as {
      toString: number;
    };
    const snapshot = takeSnapshot(data);
    expect(snapshot?.isCurrent()).toBe(true);
    data.toString = 3;
    expect(snapshot?.isCurrent()).toBe(false);
  });

  it('is always current of what is frozen throughout, and looks at what is not', () => {
    const list = Object.freeze([1, 2]);
    const inner = { name: 'a' };
    const half = Object.freeze({ list, inner });
    const snapshot = takeSnapshot(half);
    inner.name = 'b';
    expect([isCurrent(Object.freeze({ list })), snapshot?.isCurrent()]).toEqual([true, false]);
  });

  it.each<[what: string, value: unknown]>([
    ['an accessor', Object.defineProperty({}, 'name', { get: () => 'a', enumerable: true })],
    [
      'a frozen accessor',
      Object.freeze(Object.defineProperty({}, 'name', { get: () => 'a', enumerable: true })),
    ],
    ['a class instance', new Date(0)],
    ['an object of other ancestry', Object.create({ name: 'a' })],
    ['a list of other ancestry', new (class extends Array<number> {})()],
    ['a proxy', new Proxy({}, {})],
    ['a proxy of a list', new Proxy([], {})],
    ['a function', () => undefined],
    ['a way to write itself as JSON', { toJSON: () => 'a' }],
    ['a symbol', Symbol('a')],
    ['a big integer', 1n],
    ['a list with a hole', new Array<number>(1)],
    ['a list with a hole and a field', Object.assign(new Array<number>(1), { other: 1 })],
    ['a list that is beyond looking at', Array.from({ length: 10_001 }, () => 0)],
  ])('is not taken of an object that holds %s', (_, value) => {
    expect(takeSnapshot({ deep: [value] })).toBeUndefined();
  });

  it('is never current of a number that equals nothing', () => {
    expect(isCurrent({ list: [Number.NaN] })).toBe(false);
  });
});
