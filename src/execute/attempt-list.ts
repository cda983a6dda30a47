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
  readonly ending: Ending | Pick<EndedAttempt, 'statusCode' | 'error'>;
  readonly circumstances: Circumstances;
  readonly firstByteMs: number;
  readonly queuedMs: number;
  /** The transport's own record, in which the time of the body appears later. */
  readonly timings: EndedAttempt['timings'];
}

type Circumstances = Pick<Attempt, 'reason' | 'wait' | 'notRetried'>;

const first: Circumstances = { reason: 'first' };

/** Writes down what was sent for one operation. Retries happen out of the conductor's sight, so it listens to them. */
export class AttemptList implements SendObserver {
  #entries: readonly Entry[] = [];
  #next: Circumstances = first;
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
    const entry = { ending, circumstances: this.#next, firstByteMs, queuedMs, timings };
    // A list that grows in place keeps room for 17, and nearly always there is one.
    this.#entries = this.#entries.length === 0 ? [entry] : [...this.#entries, entry];
  }
}

/** Field by field: this runs for every execution, and takes a third of the time that spreading takes. */
function toAttempt({ ending, circumstances, firstByteMs, queuedMs, timings }: Entry): Attempt {
  const attempt: { -readonly [Field in keyof Attempt]: Attempt[Field] } =
    circumstances.wait === undefined && circumstances.notRetried === undefined
      ? { ...ending, reason: circumstances.reason, firstByteMs }
      : { ...ending, ...circumstances, firstByteMs };
  if (queuedMs !== 0) attempt.queuedMs = queuedMs;
  if (timings === undefined) return attempt;
  // Not `firstByteMs`: an attempt counts from its own beginning, redirects included.
  const { connectionReused, blockedMs, dnsMs, connectMs, tlsMs, bodyMs } = timings;
  if (connectionReused !== undefined) attempt.connectionReused = connectionReused;
  if (blockedMs !== undefined) attempt.blockedMs = blockedMs;
  if (dnsMs !== undefined) attempt.dnsMs = dnsMs;
  if (connectMs !== undefined) attempt.connectMs = connectMs;
  if (tlsMs !== undefined) attempt.tlsMs = tlsMs;
  if (bodyMs !== undefined) attempt.bodyMs = bodyMs;
  return attempt;
}

/** What connecting, queueing and waiting took in all attempts; what did not happen is left out. Undefined for nothing. */
export function sumOfAttempts(attempts: readonly Attempt[]): SendTimings | undefined {
  const [first] = attempts;
  const isPlain = attempts.length === 1 && first?.connectionReused === true && first.queuedMs === undefined;
  if (isPlain) return undefined;
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
