import type { Clock } from './clock.ts';

export interface WaitLimits {
  readonly clock: Clock;
  /** Milliseconds; `Infinity` waits as long as the work takes. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onTimeout: () => Error;
  readonly onAbort: (reason: unknown) => Error;
}

/**
 * Waits for shared work under the waiter's own limits. The work itself goes on when the waiter leaves;
 * its later failure is then somebody else's to report, so it never becomes an unhandled rejection here. The work may be
 * that of the host and hold nothing open, so the wait itself keeps the process alive until its time is over.
 */
export function waitFor<Result>(work: Promise<Result>, limits: WaitLimits): Promise<Result> {
  const { clock, signal, timeoutMs } = limits;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) {
      work.catch(ignore);
      reject(limits.onAbort(signal.reason));
      return;
    }
    const timer = Number.isFinite(timeoutMs)
      ? clock.after(timeoutMs, () => leave(() => reject(limits.onTimeout())), true)
      : undefined;
    const abort = () => leave(() => reject(limits.onAbort(signal?.reason)));
    const leave = (settle: () => void) => {
      timer?.cancel();
      signal?.removeEventListener('abort', abort);
      settle();
    };
    signal?.addEventListener('abort', abort, { once: true });
    work.then(
      result => leave(() => resolve(result)),
      error => leave(() => reject(error)),
    );
  });
}

/** The work has other waiters, or its outcome is recorded where it was started. */
function ignore(): void {}
