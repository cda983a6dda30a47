import type { Clock, Timer } from '../../src/base/clock.ts';

/** A clock that stands still until it is advanced. */
export interface FakeClock extends Clock {
  /** Moves time on and runs the timers that come due, in order. */
  advance(milliseconds: number): void;
  /** Timers set and neither run nor cancelled. */
  readonly pendingTimers: number;
}

export function createFakeClock(startMs = Date.UTC(2030, 0, 1)): FakeClock {
  const timers = new Set<{ readonly atMs: number; readonly callback: () => void }>();
  let elapsedMs = 0;
  return {
    now: () => startMs + elapsedMs,
    monotonicNow: () => elapsedMs,
    after(delayMs, callback): Timer {
      const timer = { atMs: elapsedMs + Math.max(0, delayMs), callback };
      timers.add(timer);
      return { cancel: () => void timers.delete(timer) };
    },
    get pendingTimers() {
      return timers.size;
    },
    advance(milliseconds) {
      const untilMs = elapsedMs + milliseconds;
      for (;;) {
        const due = [...timers].filter(timer => timer.atMs <= untilMs).sort((a, b) => a.atMs - b.atMs)[0];
        if (due === undefined) break;
        timers.delete(due);
        elapsedMs = Math.max(elapsedMs, due.atMs);
        due.callback();
      }
      elapsedMs = untilMs;
    },
  };
}
