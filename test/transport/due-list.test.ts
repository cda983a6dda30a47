import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type DueItem, DueList } from '../../src/transport/wire/due-list.ts';
import { createFakeClock } from '../support/fake-clock.ts';

type Step =
  | { readonly kind: 'join'; readonly inMs: number }
  | { readonly kind: 'leave'; readonly nth: number }
  | { readonly kind: 'advance'; readonly byMs: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ kind: fc.constant('join' as const), inMs: fc.integer({ min: 1, max: 50 }) }),
  fc.record({ kind: fc.constant('leave' as const), nth: fc.nat(20) }),
  fc.record({ kind: fc.constant('advance' as const), byMs: fc.integer({ min: 1, max: 30 }) }),
);

function createItem(dueAtMs: number, onDue: (item: DueItem) => void): DueItem {
  const item: DueItem = {
    dueAtMs,
    onDue: () => onDue(item),
    earlier: undefined,
    later: undefined,
  };
  return item;
}

test('every item is told exactly when it is due, unless it left before, and no timer is left over', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), steps => {
      const clock = createFakeClock();
      const list = new DueList(clock);
      const present: DueItem[] = [];
      const told: [dueAtMs: number, atMs: number][] = [];
      const expected: number[] = [];
      for (const each of steps) {
        const now = clock.monotonicNow();
        if (each.kind === 'join') {
          const item = createItem(now + each.inMs, self => {
            told.push([self.dueAtMs, clock.monotonicNow()]);
            present.splice(present.indexOf(self), 1);
            list.leave(self);
          });
          present.push(item);
          list.join(item, now);
        } else if (each.kind === 'leave') {
          const [item] = present.splice(each.nth, 1);
          if (item !== undefined) list.leave(item);
        } else {
          expected.push(...present.map(item => item.dueAtMs).filter(at => at <= now + each.byMs));
          clock.advance(each.byMs);
        }
        expect(clock.pendingTimers).toBe(present.length === 0 ? 0 : 1);
      }
      expect(told.every(([dueAtMs, atMs]) => dueAtMs === atMs)).toBe(true);
      expect(told.map(([dueAtMs]) => dueAtMs).sort(byNumber)).toEqual(expected.sort(byNumber));
    }),
    { numRuns: 300 },
  );
});

test('an item that another one ends is not told any more', () => {
  const clock = createFakeClock();
  const list = new DueList(clock);
  const told: string[] = [];
  const second = createItem(10, () => told.push('second'));
  const first = createItem(10, self => {
    told.push('first');
    list.leave(self);
    list.leave(second);
  });
  list.join(first, 0);
  list.join(second, 0);
  clock.advance(20);
  expect(told).toEqual(['first']);
  expect(clock.pendingTimers).toBe(0);
});

test('an item that puts itself off is told again at its new time', () => {
  const clock = createFakeClock();
  const list = new DueList(clock);
  const told: number[] = [];
  const item: DueItem & { dueAtMs: number } = {
    dueAtMs: 10,
    onDue: nowMs => {
      told.push(nowMs);
      item.dueAtMs = nowMs + 15;
    },
    earlier: undefined,
    later: undefined,
  };
  list.join(item, 0);
  clock.advance(45);
  list.leave(item);
  expect(told).toEqual([10, 25, 40]);
  expect(clock.pendingTimers).toBe(0);
});

function byNumber(a: number, b: number): number {
  return a - b;
}
