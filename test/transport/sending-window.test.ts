import fc from 'fast-check';
import { expect, test } from 'vitest';
import { SendingWindow } from '../../src/transport/pacing/sending-window.ts';

const limits = { requests: fc.integer({ min: 1, max: 7 }), perMs: fc.integer({ min: 1, max: 50 }) };
/** How long after the one before each request comes. */
const gaps = fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 1, maxLength: 60 });

test('no stretch of time holds more requests than allowed, and none waits without need', () => {
  fc.assert(
    fc.property(fc.record({ ...limits, gaps }), ({ requests, perMs, gaps: between }) => {
      const window = new SendingWindow(requests, perMs);
      const sentAtMs: number[] = [];
      let nowMs = 0;
      for (const gapMs of between) {
        nowMs += gapMs;
        const earliestMs = Math.max(nowMs, (sentAtMs.at(-requests) ?? Number.NEGATIVE_INFINITY) + perMs);
        expect(window.opensAtMs(0, nowMs)).toBe(earliestMs);
        nowMs = earliestMs;
        window.note(nowMs);
        sentAtMs.push(nowMs);
      }
      for (const [index, atMs] of sentAtMs.entries()) {
        expect(sentAtMs.filter(each => each >= atMs && each < atMs + perMs).length).toBeLessThanOrEqual(
          requests,
        );
        expect(index === 0 || atMs >= (sentAtMs[index - 1] ?? 0)).toBe(true);
      }
    }),
    { numRuns: 300, seed: 21 },
  );
});

test('the turn of everybody who queues is foreseen', () => {
  fc.assert(
    fc.property(
      fc.record({ ...limits, gaps, queued: fc.integer({ min: 1, max: 30 }) }),
      ({ requests, perMs, gaps: between, queued }) => {
        const window = new SendingWindow(requests, perMs);
        let nowMs = 0;
        for (const gapMs of between) {
          nowMs = window.opensAtMs(0, nowMs + gapMs);
          window.note(nowMs);
        }
        const foreseenMs = Array.from({ length: queued }, (_, ahead) => window.opensAtMs(ahead, nowMs));
        const happenedMs = foreseenMs.map(() => {
          nowMs = window.opensAtMs(0, nowMs);
          window.note(nowMs);
          return nowMs;
        });
        expect(foreseenMs).toEqual(happenedMs);
      },
    ),
    { numRuns: 300, seed: 22 },
  );
});
