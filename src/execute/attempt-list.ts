import type { ErrorCode } from '../errors/error-codes.ts';
import type { FerruleError } from '../errors/ferrule-error.ts';
import { type ConnectTimes, sumOfConnectTimes, timingsOfFailure } from '../transport/phases.ts';
import type {
  EndedAttempt,
  HttpResponse,
  RetryRefusal,
  RetryWait,
  SendObserver,
} from '../transport/transport.ts';
import type { Attempt, SendTimings } from './execution-report.ts';

/** How a send ended: with the status of an answer, or in an error. */
type Ending = { readonly statusCode: number } | { readonly error: ErrorCode };

interface Entry {
  readonly attempt: Attempt;
  /** The transport's own record, in which the time of the body appears later. */
  readonly timings: EndedAttempt['timings'];
}

/** Writes down what was sent for one operation. Retries happen out of the conductor's sight, so it listens to them. */
export class AttemptList implements SendObserver {
  readonly #entries: Entry[] = [];
  #next: Pick<Attempt, 'reason' | 'wait' | 'notRetried'> = { reason: 'first' };
  #queuedMs = 0;
  /** What earlier attempts and waits took of the time of the send at hand. */
  #earlierMs = 0;

  get list(): readonly Attempt[] {
    return this.#entries.map(toAttempt);
  }

  retrying({ durationMs, timings, ...ending }: EndedAttempt, wait: RetryWait): void {
    this.#add(ending, durationMs, timings);
    this.#earlierMs += durationMs + wait.waitMs;
    this.#next = { reason: 'retry', wait };
  }

  retryRefused(why: RetryRefusal): void {
    this.#next = { ...this.#next, notRetried: why };
  }

  queued(waitMs: number): void {
    this.#queuedMs += waitMs;
  }

  /** The last attempt of a send, which took `elapsedMs` with everything before it. `next` is why another may follow. */
  answered({ statusCode, timings }: HttpResponse, elapsedMs: number, next: Attempt['reason']): void {
    this.#end({ statusCode }, elapsedMs, timings);
    this.#next = { reason: next };
  }

  /** The same of one that came to nothing. */
  failed({ code, details }: FerruleError, elapsedMs: number): void {
    this.#end({ error: code }, elapsedMs, timingsOfFailure(details));
  }

  #end(ending: Ending, elapsedMs: number, timings: EndedAttempt['timings']): void {
    this.#add(ending, elapsedMs - this.#earlierMs, timings);
    this.#earlierMs = 0;
  }

  #add(
    ending: Ending | Pick<EndedAttempt, 'statusCode' | 'error'>,
    durationMs: number,
    timings: EndedAttempt['timings'],
  ): void {
    const queuedMs = this.#queuedMs;
    const firstByteMs = Math.max(0, durationMs - queuedMs);
    this.#queuedMs = 0;
    const attempt: Attempt =
      queuedMs === 0
        ? { ...ending, ...this.#next, firstByteMs }
        : { ...ending, ...this.#next, firstByteMs, queuedMs };
    this.#entries.push({ attempt, timings });
  }
}

/** Field by field: this runs for every execution, and takes a third of the time that spreading takes. */
function toAttempt({ attempt, timings }: Entry): Attempt {
  if (timings === undefined) return attempt;
  // Not `firstByteMs`: an attempt counts from its own beginning, redirects included.
  const { connectionReused, blockedMs, dnsMs, connectMs, tlsMs, bodyMs } = timings;
  const whole: { -readonly [Field in keyof Attempt]: Attempt[Field] } = { ...attempt };
  if (connectionReused !== undefined) whole.connectionReused = connectionReused;
  if (blockedMs !== undefined) whole.blockedMs = blockedMs;
  if (dnsMs !== undefined) whole.dnsMs = dnsMs;
  if (connectMs !== undefined) whole.connectMs = connectMs;
  if (tlsMs !== undefined) whole.tlsMs = tlsMs;
  if (bodyMs !== undefined) whole.bodyMs = bodyMs;
  return whole;
}

const nothing: SendTimings = {};

/** What connecting, queueing and waiting took in all attempts; what did not happen is left out. */
export function sumOfAttempts(attempts: readonly Attempt[]): SendTimings {
  const [first] = attempts;
  const isPlain = attempts.length === 1 && first?.connectionReused === true && first.queuedMs === undefined;
  if (isPlain) return nothing;
  let times: ConnectTimes = {};
  let queuedMs = 0;
  let waitMs = 0;
  for (const attempt of attempts) {
    if (attempt.connectionReused !== true) times = sumOfConnectTimes(times, attempt);
    queuedMs += attempt.queuedMs ?? 0;
    waitMs += attempt.wait?.waitMs ?? 0;
  }
  return { ...times, ...(queuedMs === 0 ? {} : { queuedMs }), ...(waitMs === 0 ? {} : { waitMs }) };
}
