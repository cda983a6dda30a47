import type { Clock } from '../../base/clock.ts';
import type { Timeouts } from '../transport.ts';
import type { DueItem, DueList } from './due-list.ts';

/** Which wait is being watched; `quiet` when only the total time counts. */
type Phase = 'headers' | 'body' | 'quiet';

/** Who is watched over. */
export interface Watched {
  /** A timeout ran out; `setting` is its name. */
  expire(
    code: 'DEADLINE_EXCEEDED' | 'HEADERS_TIMEOUT' | 'BODY_TIMEOUT',
    setting: 'totalMs' | 'headersMs' | 'bodyIdleMs',
  ): void;
}

/**
 * Watches the three timeouts of one exchange. It is due when the shortest of them would end, and when that comes it is
 * due again at whatever ends next. In the common case nothing is due before the exchange ends, so watching costs two
 * assignments for each piece of a body.
 */
export class Watchdog implements DueItem {
  readonly startedAtMs: number;
  dueAtMs: number;
  earlier: DueItem | undefined = undefined;
  later: DueItem | undefined = undefined;
  readonly #clock: Clock;
  readonly #timeouts: Timeouts;
  readonly #list: DueList;
  readonly #watched: Watched;
  #phase: Phase = 'quiet';
  #phaseStartedAtMs = 0;
  #totalAtMs: number;
  #stopped = false;

  /** `deadlineAtMs` is when the whole call ends; `timeouts.totalMs` from now when undefined. */
  constructor(
    clock: Clock,
    timeouts: Timeouts,
    deadlineAtMs: number | undefined,
    list: DueList,
    watched: Watched,
  ) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#list = list;
    this.#watched = watched;
    this.startedAtMs = clock.monotonicNow();
    this.#totalAtMs = deadlineAtMs ?? this.startedAtMs + timeouts.totalMs;
    this.dueAtMs = this.#nextDueAtMs(this.startedAtMs, Number.POSITIVE_INFINITY);
    list.join(this, this.startedAtMs);
  }

  /** The request is on its way: `timeouts.headersMs` begins. Gives the time, on the scale of `monotonicNow`. */
  awaitHeaders(): number {
    return this.#watch('headers');
  }

  /** The next piece of the body is due within `timeouts.bodyIdleMs`. Gives the time. */
  awaitBody(): number {
    return this.#watch('body');
  }

  /** Nothing is due from the server: it has not been asked yet, or the reader is the one who pauses. */
  rest(): void {
    this.#phase = 'quiet';
  }

  /** The total time no longer counts: the body is a stream of any length. */
  dropTotal(): void {
    this.#totalAtMs = Number.POSITIVE_INFINITY;
  }

  stop(): void {
    if (this.#stopped) return;
    this.#stopped = true;
    this.#list.leave(this);
  }

  onDue(nowMs: number): void {
    const phaseEndsAtMs = this.#phaseEndsAtMs();
    if (nowMs >= this.#totalAtMs) this.#watched.expire('DEADLINE_EXCEEDED', 'totalMs');
    else if (nowMs < phaseEndsAtMs) this.dueAtMs = this.#nextDueAtMs(nowMs, phaseEndsAtMs);
    else if (this.#phase === 'headers') this.#watched.expire('HEADERS_TIMEOUT', 'headersMs');
    else this.#watched.expire('BODY_TIMEOUT', 'bodyIdleMs');
  }

  #watch(phase: Phase): number {
    this.#phase = phase;
    this.#phaseStartedAtMs = this.#clock.monotonicNow();
    return this.#phaseStartedAtMs;
  }

  #phaseEndsAtMs(): number {
    if (this.#phase === 'quiet') return Number.POSITIVE_INFINITY;
    const { headersMs, bodyIdleMs } = this.#timeouts;
    return this.#phaseStartedAtMs + (this.#phase === 'headers' ? headersMs : bodyIdleMs);
  }

  /** The phase may change before it is due, but a new one ends no sooner than the shortest limit from now. */
  #nextDueAtMs(nowMs: number, phaseEndsAtMs: number): number {
    const { headersMs, bodyIdleMs } = this.#timeouts;
    const shortestMs = Math.min(headersMs, bodyIdleMs);
    return Math.max(nowMs + 1, Math.min(phaseEndsAtMs, nowMs + shortestMs, this.#totalAtMs));
  }
}
