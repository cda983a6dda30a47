import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LruMap } from '../../src/base/lru-map.ts';

describe('an LRU map', () => {
  it('forgets the entry whose last use is longest ago, and tells who asked to know', () => {
    const evicted: string[] = [];
    const map = new LruMap<string, number>(2, (value, key) => evicted.push(`${key}=${value}`));
    map.set('a', 1);
    map.set('b', 2);
    map.get('a');
    map.set('c', 3);
    expect(evicted).toEqual(['b=2']);
    expect([map.get('a'), map.get('b'), map.get('c')]).toEqual([1, undefined, 3]);
  });

  it('takes a new value for a known key without forgetting another', () => {
    const evicted: string[] = [];
    const map = new LruMap<string, number>(2, (_, key) => evicted.push(key));
    for (const value of [1, 2, 3]) map.set('a', value);
    map.set('b', 9);
    expect([map.get('a'), map.get('b'), map.size, evicted]).toEqual([3, 9, 2, []]);
  });

  it('says whether there was something to delete, and tells nobody', () => {
    const evicted: string[] = [];
    const map = new LruMap<string, number>(2, (_, key) => evicted.push(key));
    map.set('a', 1);
    expect([map.delete('a'), map.delete('a'), map.size, evicted]).toEqual([true, false, 0, []]);
  });

  it('is empty after clear', () => {
    const map = new LruMap<string, number>(2);
    map.set('a', 1);
    map.clear();
    expect([map.size, [...map.values()]]).toEqual([0, []]);
  });

  it('behaves like a list that is kept in order of use', () => {
    const step = fc.record({ key: fc.integer({ min: 0, max: 5 }), sets: fc.boolean() });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(step, { maxLength: 40 }), (capacity, steps) => {
        const map = new LruMap<number, string>(capacity);
        let model: number[] = [];
        for (const { key, sets } of steps) {
          if (sets) map.set(key, `v${key}`);
          else expect(map.get(key)).toBe(model.includes(key) ? `v${key}` : undefined);
          if (sets || model.includes(key)) model = [...model.filter(other => other !== key), key];
          model = model.slice(-capacity);
          expect([...map.values()]).toEqual(model.map(each => `v${each}`));
        }
      }),
      { seed: 3, numRuns: 200 },
    );
  });
});
