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
   * A timer never keeps the process alive by itself: the socket it watches does.
   */
  after(delayMs: number, callback: () => void): Timer;
}

/** Longest delay Node's timers accept; a longer one would fire at once. */
const MAX_TIMER_MS = 2 ** 31 - 1;

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonicNow: () => performance.now(),
  after(delayMs, callback) {
    const handle = setTimeout(callback, Math.min(Math.max(0, delayMs), MAX_TIMER_MS));
    handle.unref();
    return { cancel: () => clearTimeout(handle) };
  },
};
