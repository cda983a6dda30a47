import type { Clock, Timer } from '../base/clock.ts';
import type { Timeouts } from './transport.ts';

/** Which wait is being watched; `quiet` when only the total time counts. */
type Phase = 'headers' | 'body' | 'quiet';

/** Told which timeout ran out, and the name of its setting. */
export type OnExpiry = (
  code: 'DEADLINE_EXCEEDED' | 'HEADERS_TIMEOUT' | 'BODY_TIMEOUT',
  setting: 'totalMs' | 'headersMs' | 'bodyIdleMs',
) => void;

/**
 * Watches the three timeouts of one exchange with one timer: it is set to the shortest of them, and when it fires
 * it is set again to whatever is due next. In the common case nothing is due before the exchange ends, so a whole
 * exchange costs one timer, however many pieces its body has.
 */
export class Watchdog {
  readonly #clock: Clock;
  readonly #timeouts: Timeouts;
  readonly #onExpiry: OnExpiry;
  readonly startedAtMs: number;
  #phase: Phase = 'quiet';
  #phaseStartedAtMs = 0;
  #totalAtMs: number;
  #timer: Timer | undefined;

  constructor(clock: Clock, timeouts: Timeouts, deadlineAtMs: number | undefined, onExpiry: OnExpiry) {
    this.#clock = clock;
    this.#timeouts = timeouts;
    this.#onExpiry = onExpiry;
    this.startedAtMs = clock.monotonicNow();
    this.#totalAtMs = deadlineAtMs ?? this.startedAtMs + timeouts.totalMs;
    this.#arm(this.#nextDelayMs(this.startedAtMs, Number.POSITIVE_INFINITY));
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
    this.#timer?.cancel();
    this.#timer = undefined;
  }

  #watch(phase: Phase): number {
    this.#phase = phase;
    this.#phaseStartedAtMs = this.#clock.monotonicNow();
    return this.#phaseStartedAtMs;
  }

  #arm(delayMs: number): void {
    this.#timer = Number.isFinite(delayMs) ? this.#clock.after(delayMs, () => this.#expire()) : undefined;
  }

  #expire(): void {
    const nowMs = this.#clock.monotonicNow();
    const phaseEndsAtMs = this.#phaseEndsAtMs();
    if (nowMs >= this.#totalAtMs) this.#onExpiry('DEADLINE_EXCEEDED', 'totalMs');
    else if (nowMs < phaseEndsAtMs) this.#arm(this.#nextDelayMs(nowMs, phaseEndsAtMs));
    else if (this.#phase === 'headers') this.#onExpiry('HEADERS_TIMEOUT', 'headersMs');
    else this.#onExpiry('BODY_TIMEOUT', 'bodyIdleMs');
  }

  #phaseEndsAtMs(): number {
    if (this.#phase === 'quiet') return Number.POSITIVE_INFINITY;
    const { headersMs, bodyIdleMs } = this.#timeouts;
    return this.#phaseStartedAtMs + (this.#phase === 'headers' ? headersMs : bodyIdleMs);
  }

  /** The phase may change before the timer fires, but a new one ends no sooner than the shortest limit from now. */
  #nextDelayMs(nowMs: number, phaseEndsAtMs: number): number {
    const { headersMs, bodyIdleMs } = this.#timeouts;
    const delayMs = Math.min(phaseEndsAtMs - nowMs, headersMs, bodyIdleMs, this.#totalAtMs - nowMs);
    return Math.max(1, delayMs);
  }
}
