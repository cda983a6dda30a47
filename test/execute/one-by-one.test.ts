import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { OneByOne } from '../../src/execute/one-by-one.ts';

const item = (value: unknown) => ({ done: false, value });
const end = { done: true, value: undefined };

/** Batches that come at once or after a turn, and what became of them. */
function open(batches: readonly (readonly number[])[], failure?: Error) {
  const seen = { pulled: 0, ended: false };
  async function* source(): AsyncGenerator<readonly number[], void, undefined> {
    try {
      for (const batch of batches) {
        seen.pulled += 1;
        if (seen.pulled % 2 === 0) await new Promise(resolve => setImmediate(resolve));
        yield batch;
      }
      if (failure !== undefined) throw failure;
    } finally {
      seen.ended = true;
    }
  }
  const leaving = new AbortController();
  return { seen, leaving, items: new OneByOne(source(), leaving) };
}

describe('batches given one by one', () => {
  it('keep their order, whether each item is waited for or many are asked for at once', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(fc.integer(), { maxLength: 4 }), { maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 5 }), { minLength: 1, maxLength: 5 }),
        async (batches, demands) => {
          const { items, seen } = open(batches);
          const expected = batches.flat();
          const taken: unknown[] = [];
          for (let turn = 0; taken.length <= expected.length; turn += 1) {
            const asked = Array.from({ length: demands[turn % demands.length] ?? 1 }, () => items.next());
            for (const { done, value } of await Promise.all(asked)) taken.push(done ? 'end' : value);
          }
          expect(taken.slice(0, expected.length)).toEqual(expected);
          expect(taken.slice(expected.length).every(each => each === 'end')).toBe(true);
          expect(seen.ended).toBe(true);
        },
      ),
      { numRuns: 100, seed: 7 },
    );
  });

  it('are asked for when the batch before has been given as a whole', async () => {
    const { items, seen } = open([[1, 2], [3]]);
    expect(seen.pulled).toBe(0);
    expect([await items.next(), await items.next(), seen.pulled]).toEqual([item(1), item(2), 1]);
    expect([await items.next(), seen.pulled]).toEqual([item(3), 2]);
  });

  it('that break off do so behind the items before', async () => {
    for (const askedAtOnce of [true, false]) {
      const { items, seen } = open([[1], [2]], new TypeError('no third item'));
      const [first, second] = askedAtOnce
        ? [items.next(), items.next()]
        : [await items.next(), await items.next()];
      const third = items.next();
      expect([await first, await second]).toEqual([item(1), item(2)]);
      await expect(third).rejects.toThrow('no third item');
      expect(seen.ended).toBe(true);
      expect(await items.next()).toEqual(end);
      expect(items.last).toBe(2);
    }
  });

  it('end for who leaves in the middle of one, and for who had asked already', async () => {
    const { items, seen, leaving } = open([[1, 2, 3], [4]]);
    expect(await items.next()).toEqual(item(1));
    expect(await items.return()).toEqual(end);
    expect(await items.next()).toEqual(end);
    expect([leaving.signal.aborted, seen.ended, items.last]).toEqual([true, true, 1]);

    const other = open([[1], [2, 3]]);
    await other.items.next();
    const [asked, again] = [other.items.next(), other.items.next()];
    const left = other.items.return();
    expect([item(2), end]).toContainEqual(await asked);
    expect([await again, await left, await other.items.next()]).toEqual([end, end, end]);
    expect(other.seen.ended).toBe(true);
  });
});
