import { FerruleError } from '../../errors/ferrule-error.ts';
import { BufferedBody } from '../bodies/buffered-body.ts';
import { announcedBytes, discardBody } from '../bodies/discard-body.ts';
import { timingsOfFailure } from '../phases.ts';
import type {
  HttpRequest,
  HttpResponse,
  RetryRefusal,
  RetryWait,
  SendContext,
  Transport,
} from '../transport.ts';
import { pause } from './pause.ts';
import { RetryBudget } from './retry-budget.ts';
import { backoffMs, type NamedWait, namedWaitOf, secondsToMs } from './retry-delay.ts';

export interface RetryRules {
  /** The first one included. */
  readonly maxAttempts: number;
  /** No further attempt begins later than this after the first began. Milliseconds. */
  readonly maxElapsedMs: number;
  /** The longest wait before the second attempt when the server names none; it doubles with every attempt. */
  readonly baseDelayMs: number;
  /** The longest wait when the server names none. Milliseconds. */
  readonly maxDelayMs: number;
  readonly onStatus: readonly number[];
  /** Methods whose requests may be repeated although the server may have acted on them. */
  readonly methods: readonly string[];
}

export interface RetryOptions {
  /** Reads from an answer, whose body is in memory, for how many seconds to wait; anything but a number is no wait. */
  readonly waitFrom?: ((answer: HttpResponse) => unknown) | undefined;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  readonly closing?: AbortSignal | undefined;
}

type Outcome =
  | { readonly response: HttpResponse; readonly error?: never }
  | { readonly response?: never; readonly error: FerruleError };

/** Where another attempt cannot change anything: the caller's time, the caller's will, the queue of this very limit. */
const FINAL_ERRORS = new Set(['DEADLINE_EXCEEDED', 'ABORTED', 'QUEUE_FULL', 'QUEUE_TIMEOUT']);

/** The answers that say: not now, come back later (RFC 6585 section 4, RFC 9110 section 15.6.4). */
const COME_BACK_LATER = new Set([429, 503]);

/** How large an answer to a streaming request may announce itself and still be looked into for a wait. Bytes. */
const MAX_PEEKED_BYTES = 64 * 1024;

/**
 * Sends a request again when it failed for now and may be repeated. That is the case
 * - for the methods of the rules, when an answer has one of their statuses, or an error is `retryable`;
 * - for every method, when no byte of the request has left (`details.requestSent` is false);
 * - for every method, when a 429 or 503 says when to come back: then the server has not acted on the request.
 *
 * An answer is handed out at its head when it is streamed: a stream that breaks later is not begun again. Otherwise a
 * body that breaks off counts as a failed attempt. The last attempt's outcome is the outcome.
 *
 * @throws FerruleError ABORTED, ENGINE_CLOSED while waiting, and what the inner transport throws
 */
export function withRetries(transport: Transport, rules: RetryRules, options: RetryOptions): Transport {
  const retries = new Retries(transport, rules, options);
  return {
    send: (request, context) => retries.send(request, context),
    probe: (url, context) => transport.probe(url, context),
    release: channelKey => transport.release(channelKey),
    close: () => transport.close(),
  };
}

class Retries {
  readonly #transport: Transport;
  readonly #rules: RetryRules;
  readonly #options: RetryOptions;
  readonly #budget = new RetryBudget();

  constructor(transport: Transport, rules: RetryRules, options: RetryOptions) {
    this.#transport = transport;
    this.#rules = rules;
    this.#options = options;
  }

  async send(original: HttpRequest, first: SendContext): Promise<HttpResponse> {
    const { clock, signal } = first;
    const startedAtMs = clock.monotonicNow();
    const context = { ...first, deadlineAtMs: first.deadlineAtMs ?? startedAtMs + first.timeouts.totalMs };
    const lastStartAtMs = Math.min(context.deadlineAtMs, startedAtMs + this.#rules.maxElapsedMs);
    let request = original;
    this.#budget.earn();
    for (let attempt = 1; ; attempt++) {
      const attemptedAtMs = clock.monotonicNow();
      const outcome = await this.#attempt(request, context);
      const durationMs = clock.monotonicNow() - attemptedAtMs;
      if (!this.#isTemporary(outcome)) {
        if (attempt > 1 && outcome.response !== undefined) this.#budget.payBack();
        return settle(outcome);
      }
      const named = await this.#namedWait(outcome, context);
      const wait = this.#wait(attempt, named);
      const refusal = this.#refusal(
        request,
        outcome,
        named,
        attempt,
        clock.monotonicNow() + wait.waitMs,
        lastStartAtMs,
      );
      if (refusal !== undefined) {
        context.observer?.retryRefused(refusal);
        return settle(outcome);
      }
      context.observer?.retrying({ ...toNote(outcome), durationMs }, wait);
      if (outcome.response !== undefined) discardBody(outcome.response, context);
      await pause(wait.waitMs, clock, { signal, closing: this.#options.closing });
      if (context.renewRequest !== undefined) request = await context.renewRequest();
    }
  }

  async #attempt(request: HttpRequest, context: SendContext): Promise<Outcome> {
    try {
      const response = await this.#transport.send(request, context);
      if (!this.#isWantedWhole(request, response, context)) return { response };
      return { response: { ...response, body: new BufferedBody(await response.body.bytes()) } };
    } catch (error) {
      if (error instanceof FerruleError) return { error };
      throw error;
    }
  }

  /** The body is read at once where its failure would lead to another attempt, and where the wait may stand in it. */
  #isWantedWhole({ method }: HttpRequest, response: HttpResponse, { streaming }: SendContext): boolean {
    const { statusCode } = response;
    if (this.#rules.onStatus.includes(statusCode)) {
      if (this.#options.waitFrom === undefined) return false;
      return !streaming || announcedBytes(response) <= MAX_PEEKED_BYTES;
    }
    const isSuccess = statusCode >= 200 && statusCode < 300;
    return isSuccess && !streaming && this.#rules.methods.includes(method);
  }

  #isTemporary({ response, error }: Outcome): boolean {
    if (response !== undefined) return this.#rules.onStatus.includes(response.statusCode);
    return error.retryable && !FINAL_ERRORS.has(error.code);
  }

  async #namedWait({ response }: Outcome, { clock }: SendContext): Promise<NamedWait | undefined> {
    if (response === undefined) return undefined;
    const { waitFrom } = this.#options;
    if (waitFrom !== undefined && response.body instanceof BufferedBody) {
      const waitMs = secondsToMs(await waitFrom(response));
      if (waitMs !== undefined) return { source: 'body', waitMs };
    }
    return namedWaitOf(response, clock.now());
  }

  /** A server that names no time, or one that has passed, is given the time of the backoff. */
  #wait(attempt: number, named: NamedWait | undefined): RetryWait {
    if (named !== undefined && named.waitMs > 0) return named;
    return { source: 'backoff', waitMs: backoffMs(attempt, this.#rules, this.#options.random) };
  }

  #refusal(
    { method }: HttpRequest,
    outcome: Outcome,
    named: NamedWait | undefined,
    attempt: number,
    startAtMs: number,
    lastStartAtMs: number,
  ): RetryRefusal | undefined {
    if (!this.#rules.methods.includes(method) && !isUnprocessed(outcome, named)) return 'not-repeatable';
    if (attempt >= this.#rules.maxAttempts) return 'attempts';
    if (startAtMs >= lastStartAtMs) return 'time';
    return this.#budget.spend() ? undefined : 'budget';
  }
}

/** Whether the server has certainly not acted on the request (RFC 9110 section 9.2.2). */
function isUnprocessed({ response, error }: Outcome, named: NamedWait | undefined): boolean {
  if (response === undefined) return error.details['requestSent'] === false;
  return COME_BACK_LATER.has(response.statusCode) && named !== undefined;
}

function settle({ response, error }: Outcome): HttpResponse {
  if (response === undefined) throw error;
  return response;
}

function toNote({ response, error }: Outcome) {
  return response === undefined
    ? { error: error.code, timings: timingsOfFailure(error.details) }
    : { statusCode: response.statusCode, timings: response.timings };
}
