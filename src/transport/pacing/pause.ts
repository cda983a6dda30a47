import type { Clock } from '../../base/clock.ts';
import { type Interruptions, interruptionOf, watchInterruptions } from './interruption.ts';

/**
 * Lets `delayMs` milliseconds pass. No socket is open meanwhile, so the process is kept alive.
 * @throws FerruleError ABORTED, ENGINE_CLOSED, as soon as it happens
 */
export function pause(delayMs: number, clock: Clock, interruptions: Interruptions): Promise<void> {
  return new Promise((resolve, reject) => {
    const already = interruptionOf(interruptions);
    if (already !== undefined) {
      reject(already);
      return;
    }
    const untilMs = clock.monotonicNow() + delayMs;
    // Node's timers may fire a millisecond early.
    const wake = () => {
      const leftMs = untilMs - clock.monotonicNow();
      if (leftMs > 0) {
        timer = clock.after(Math.ceil(leftMs), wake, true);
        return;
      }
      stopWatching();
      resolve();
    };
    let timer = clock.after(delayMs, wake, true);
    const stopWatching = watchInterruptions(interruptions, error => {
      timer.cancel();
      reject(error);
    });
  });
}
