import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Linked, LinkedList } from '../../src/base/linked-list.ts';

interface Item extends Linked<Item> {
  readonly name: number;
}

const createItem = (name: number): Item => ({ name, earlier: undefined, later: undefined });

test('a linked list behaves like an array from which items are taken anywhere', () => {
  const step = fc.oneof(
    fc.constant('add' as const),
    fc.nat(10).map(nth => nth),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), steps => {
      const list = new LinkedList<Item>();
      const model: Item[] = [];
      const gone: Item[] = [];
      for (const [nth, each] of steps.entries()) {
        if (each === 'add') {
          const item = createItem(nth);
          list.add(item);
          model.push(item);
        } else {
          const [item] = model.splice(each, 1);
          if (item === undefined) continue;
          list.remove(item);
          gone.push(item);
        }
        expect([...list]).toEqual(model);
        expect([list.first, list.last]).toEqual([model[0], model.at(-1)]);
        expect(model.every(item => list.has(item))).toBe(true);
      }
      // An item that kept a link would keep the ones behind it alive.
      for (const item of gone)
        expect([item.earlier, item.later, list.has(item)]).toEqual([undefined, undefined, false]);
    }),
    { numRuns: 200 },
  );
});

test('an item can leave while the list is walked through', () => {
  const list = new LinkedList<Item>();
  for (const name of [1, 2, 3]) list.add(createItem(name));
  const seen: number[] = [];
  for (const item of list) {
    seen.push(item.name);
    list.remove(item);
  }
  expect(seen).toEqual([1, 2, 3]);
  expect(list.first).toBeUndefined();
});
