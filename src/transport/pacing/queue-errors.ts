import { FerruleError } from '../../errors/ferrule-error.ts';

/** One request's wish to be sent. */
export interface Turn {
  /** When the call ends, on the scale of `clock.monotonicNow()`. */
  readonly deadlineAtMs: number;
  /** How long the call was to last; for messages. Milliseconds. */
  readonly totalMs: number;
  readonly signal?: AbortSignal | undefined;
}

export function queueFull(maxQueue: number): FerruleError {
  return new FerruleError(
    'QUEUE_FULL',
    `as many requests of the connection wait for their turn as rateLimit.maxQueue allows (${maxQueue})`,
    { details: { limit: 'maxQueue', value: maxQueue, requestSent: false } },
  );
}

/** `waitMs`: how long the rate alone would keep it waiting, when that was known at once. */
export function queueTimeout(maxWaitMs: number, waitMs?: number): FerruleError {
  return notInTime(`rateLimit.maxWaitMs (${maxWaitMs} ms)`, waitMs, { limit: 'maxWaitMs', value: maxWaitMs });
}

/** The rate alone would keep the request waiting until its call is over. */
export function queueTooLate({ totalMs }: Turn, waitMs: number): FerruleError {
  const shownMs = Math.round(totalMs);
  return notInTime(`timeouts.totalMs (${shownMs} ms)`, waitMs, { limit: 'totalMs', value: shownMs });
}

export function deadlineError({ totalMs }: Turn): FerruleError {
  const shownMs = Math.round(totalMs);
  return new FerruleError(
    'DEADLINE_EXCEEDED',
    `the turn of the request did not come within timeouts.totalMs (${shownMs} ms)`,
    { details: { limit: 'totalMs', value: shownMs, requestSent: false } },
  );
}

function notInTime(limit: string, waitMs: number | undefined, details: object): FerruleError {
  const shownMs = Math.ceil(waitMs ?? 0);
  const summary =
    waitMs === undefined
      ? `the turn of the request did not come within ${limit}`
      : `the turn of the request would come in ${shownMs} ms, which is not within ${limit}`;
  return new FerruleError('QUEUE_TIMEOUT', summary, {
    details: { ...details, requestSent: false, ...(waitMs === undefined ? {} : { waitMs: shownMs }) },
  });
}
