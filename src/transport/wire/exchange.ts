import type { Linked } from '../../base/linked-list.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { type ForeignErrorPlace, translateForeignError } from '../../errors/translate-foreign-error.ts';
import { type BodySource, IncomingBody, toAbortError } from '../bodies/incoming-body.ts';
import { toLimitError } from '../bodies/limit-errors.ts';
import type { ConnectTimes, PhaseTimings } from '../phases.ts';
import type { Target } from '../sockets/connector.ts';
import type { HttpRequest, HttpResponse, SendContext } from '../transport.ts';
import type { DueList } from './due-list.ts';
import type { Slot } from './origin-pool.ts';
import { type Head, joined, single, toHeaderPairs } from './raw-head.ts';
import { toTimeoutError } from './timeout-error.ts';
import type { DispatchController, DispatchHandler, DispatchOptions } from './undici-client.ts';
import { Watchdog, type Watched } from './watchdog.ts';

/** What holds the socket of an exchange, or the place in the queue for one. */
export interface Holder {
  /** The exchange wants no socket any more. Not called once `onRequestStart` has been. */
  withdraw(exchange: Exchange): void;
  /** The exchange is done with its socket. */
  release(exchange: Exchange, failed: boolean): void;
  /** Gives the exchange a new socket, if the one it met had been used before. False when it had not. */
  replay(exchange: Exchange): boolean;
}

export interface ExchangeParts {
  readonly request: HttpRequest;
  /** The same, as undici takes it. */
  readonly options: DispatchOptions;
  readonly context: SendContext;
  readonly target: Target;
  readonly holder: Holder;
  /** Where its timeouts are watched. */
  readonly dueList: DueList;
  readonly resolve: (response: HttpResponse) => void;
  readonly reject: (error: FerruleError) => void;
}

type MutableTimings = { -readonly [Phase in keyof PhaseTimings]: PhaseTimings[Phase] };

/** RFC 9110 section 9.2.2: asking twice does the same as asking once. */
const IDEMPOTENT_METHODS = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE']);

/** 103 Early Hints comes once or twice; an endless series would keep every other timer from mattering. */
const MAX_INFORMATIONAL_RESPONSES = 32;

/**
 * One request and its answer, from the queue to the last byte: undici calls the `on…` methods, the caller holds the
 * promise and the body. Whatever happens first (answer, failure, timeout, abort) settles it; the rest is ignored.
 */
export class Exchange implements DispatchHandler, BodySource, Watched, Linked<Exchange> {
  readonly options: DispatchOptions;
  readonly context: SendContext;
  /** Whether its connection speaks HTTP/2; set by who gives it one. */
  http2 = false;
  /** What its connection leads to; set by who gives it one. */
  remoteAddress: string | undefined;
  /** Where it was given its socket; belongs to the holder. */
  slot: Slot | undefined;
  /** What its connection had received when it was given it, in bytes; belongs to the holder. */
  receivedBefore: number | undefined;
  /** Its place among those that wait for a socket. */
  earlier: Exchange | undefined;
  later: Exchange | undefined;
  readonly #parts: ExchangeParts;
  readonly #watchdog: Watchdog;
  readonly #onAbort: (() => void) | undefined;
  #controller: DispatchController | undefined;
  #body: IncomingBody | undefined;
  #outcome: FerruleError | 'done' | undefined;
  #released = false;
  #answerBegun = false;
  #replayed = false;
  #paused = false;
  #informationalResponses = 0;
  /** Undefined while it goes over a connection that was open already. */
  #connect: ConnectTimes | undefined;
  #sentAtMs = 0;
  #timings: MutableTimings | undefined;

  constructor(parts: ExchangeParts) {
    const { options, context, dueList } = parts;
    this.options = options;
    this.context = context;
    this.#parts = parts;
    this.#watchdog = new Watchdog(context.clock, context.timeouts, context.deadlineAtMs, dueList, this);
    const { signal } = context;
    if (signal === undefined) return;
    this.#onAbort = () => this.abort(toAbortError(signal));
    signal.addEventListener('abort', this.#onAbort, { once: true });
  }

  get isSettled(): boolean {
    return this.#outcome !== undefined;
  }

  /** True when it is sent for the second time, because the first socket turned out to be closed. */
  get isReplay(): boolean {
    return this.#replayed;
  }

  /** Ends the exchange with an error, in whatever state it is, and closes its socket. */
  abort(reason: FerruleError): void {
    if (this.#outcome !== undefined) return;
    this.#fail(reason);
    if (this.#controller === undefined) this.#parts.holder.withdraw(this);
    else this.#controller.abort(reason);
  }

  expire(...[code, setting]: Parameters<Watched['expire']>): void {
    const place = { ...this.#parts.target, phase: this.#phase, details: this.#failureDetails() };
    this.abort(toTimeoutError(code, setting, this.context.timeouts, place));
  }

  /** Its connection turned out to be dead. */
  lose(): void {
    this.abort(translateForeignError({ code: 'ETIMEDOUT' }, this.place(this.#phase)));
  }

  /** A connection was opened for it. */
  opened(times: ConnectTimes, http2: boolean): void {
    this.#connect = times;
    this.http2 = http2;
  }

  pause(): void {
    if (this.#paused || this.#outcome !== undefined) return;
    this.#paused = true;
    this.#watchdog.rest();
    this.#controller?.pause();
  }

  resume(): void {
    if (!this.#paused || this.#outcome !== undefined) return;
    this.#paused = false;
    this.#watchdog.awaitBody();
    this.#controller?.resume();
  }

  onRequestStart(controller: DispatchController): void {
    // Aborted while it waited. Throwing takes the request off undici's queue and leaves the socket open.
    if (this.#outcome instanceof FerruleError) throw this.#outcome;
    this.#controller = controller;
    this.#sentAtMs = this.#watchdog.awaitHeaders();
  }

  onResponseStarted(): void {
    this.#answerBegun = true;
  }

  onResponseStart(controller: DispatchController, statusCode: number, head: Head, statusText?: string): void {
    if (this.#outcome !== undefined) return;
    if (statusCode < 200) {
      this.#countInformational();
      return;
    }
    const announced = Number(single(head['content-length']) ?? Number.NaN);
    const { limits, signal, streaming } = this.context;
    if (announced > limits.maxResponseBytes && this.#mayHaveBody(statusCode)) {
      this.abort(toLimitError('maxResponseBytes', limits.maxResponseBytes, 'bytes', this.#parts.target));
      return;
    }
    const timings = this.#measure(this.#watchdog.awaitBody());
    if (streaming) this.#watchdog.dropTotal();
    this.#body = new IncomingBody({
      source: this,
      limits,
      contentEncoding: joined(head['content-encoding']),
      signal,
    });
    this.#parts.resolve({
      statusCode,
      headers: toHeaderPairs(controller.rawHeaders),
      url: this.#parts.request.url,
      redirects: [],
      firstByteMs: timings.firstByteMs,
      timings,
      remoteAddress: this.remoteAddress,
      httpVersion: this.http2 ? '2' : '1.1',
      statusText: statusText ?? '',
      body: this.#body,
    });
  }

  onResponseData(_controller: DispatchController, piece: Buffer): void {
    if (this.#outcome !== undefined) return;
    this.#watchdog.awaitBody();
    this.#body?.push(piece);
  }

  onResponseEnd(): void {
    if (this.#outcome === undefined) {
      this.#measureBody();
      this.#finish('done');
      this.#body?.end();
    }
    this.#release(false);
  }

  onResponseError(_controller: DispatchController | null, error: Error): void {
    if (this.#outcome === undefined) {
      const failure = translateForeignError(error, this.place(this.#phase));
      if (failure.code === 'CONNECTION_LOST' && this.#replay()) return;
      this.#fail(failure);
    }
    this.#release(true);
  }

  /**
   * A server may close an idle connection at the very moment it is used again (RFC 9112 section 9.3.1). An idempotent
   * request to which no byte of an answer came is then sent once more.
   */
  #replay(): boolean {
    if (this.#replayed || this.#answerBegun || !IDEMPOTENT_METHODS.has(this.#parts.request.method))
      return false;
    this.#replayed = true;
    if (!this.#parts.holder.replay(this)) return false;
    this.#controller = undefined;
    this.#watchdog.rest();
    return true;
  }

  /** A few numbers that are at hand, so that they are there for every request. */
  #measure(nowMs: number): PhaseTimings {
    const connect = this.#connect;
    const { dnsMs, connectMs, tlsMs } = connect ?? noTimes;
    const { startedAtMs } = this.#watchdog;
    const openingMs = (dnsMs ?? 0) + (connectMs ?? 0) + (tlsMs ?? 0);
    const timings = {
      connectionReused: connect === undefined,
      blockedMs: Math.max(0, this.#sentAtMs - startedAtMs - openingMs),
      firstByteMs: nowMs - startedAtMs,
      bodyMs: undefined,
    };
    this.#timings = connect === undefined ? timings : { ...timings, ...connect };
    return this.#timings;
  }

  #measureBody(): void {
    const timings = this.#timings;
    if (timings === undefined) return;
    const headAtMs = this.#watchdog.startedAtMs + timings.firstByteMs;
    timings.bodyMs = this.context.clock.monotonicNow() - headAtMs;
  }

  #countInformational(): void {
    this.#informationalResponses += 1;
    if (this.#informationalResponses <= MAX_INFORMATIONAL_RESPONSES) return;
    this.abort(
      new FerruleError(
        'PROTOCOL_ERROR',
        `${this.#parts.target.host}:${this.#parts.target.port}: more than ${MAX_INFORMATIONAL_RESPONSES} informational answers (1xx) and no real one`,
      ),
    );
  }

  /** RFC 9110 section 6.4.1. */
  #mayHaveBody(statusCode: number): boolean {
    return this.#parts.request.method !== 'HEAD' && statusCode !== 204 && statusCode !== 304;
  }

  #fail(error: FerruleError): void {
    this.#finish(error);
    if (this.#body === undefined) this.#parts.reject(error);
    else this.#body.fail(error);
  }

  #finish(outcome: FerruleError | 'done'): void {
    this.#outcome = outcome;
    this.#watchdog.stop();
    if (this.#onAbort !== undefined) this.context.signal?.removeEventListener('abort', this.#onAbort);
  }

  #release(failed: boolean): void {
    if (this.#released) return;
    this.#released = true;
    this.#parts.holder.release(this, failed);
  }

  get #phase(): 'send' | 'read' {
    return this.#body === undefined ? 'send' : 'read';
  }

  /** For messages and for those who judge a failure. */
  place(phase: ForeignErrorPlace['phase']): ForeignErrorPlace {
    const { host, port, secure } = this.#parts.target;
    // Lets a retry tell "never processed" from "may have been processed" (RFC 9110 section 9.2.2).
    const details = this.#failureDetails();
    return { host, port, phase, secure, maxHeaderBytes: this.context.channel.maxHeaderBytes, details };
  }

  #failureDetails() {
    const requestSent = this.#controller !== undefined;
    if (!requestSent) return { requestSent };
    const connectionReused = this.#connect === undefined;
    return connectionReused
      ? { requestSent, connectionReused }
      : { requestSent, connectionReused, ...this.#connect };
  }
}

const noTimes: ConnectTimes = {};
