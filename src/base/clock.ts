/** A timer that can be cancelled. Cancelling twice, or after it fired, does nothing. */
export interface Timer {
  cancel(): void;
}

/** Where Ferrule takes time from. Tests inject one they advance by hand. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds on a scale that never jumps, for durations. */
  monotonicNow(): number;
  /**
   * Runs `callback` once after `delayMs` milliseconds.
   * A timer does not keep the process alive by itself, because the socket it watches does, unless `keepAlive` is
   * true: for a wait during which no socket is open.
   */
  after(delayMs: number, callback: () => void, keepAlive?: boolean): Timer;
}

/** Longest delay Node's timers accept; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  after(delayMs, callback, keepAlive = false) {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), MAX_TIMER_MS));
    if (!keepAlive) handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
