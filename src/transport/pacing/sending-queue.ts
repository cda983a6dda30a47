import type { Clock, Timer } from '../../base/clock.ts';
import type { FerruleError } from '../../errors/ferrule-error.ts';
import { type Interruptions, interruptionOf, watchInterruptions } from './interruption.ts';
import { deadlineError, queueFull, queueTimeout, queueTooLate, type Turn } from './queue-errors.ts';
import { SendingWindow } from './sending-window.ts';

/** How much a connection may send; null sets no bound. */
export interface RateLimit {
  /** Requests in any `perMs` milliseconds. */
  readonly requests: number | null;
  readonly perMs: number;
  /** Requests at once, from the request to the end of its answer's body. */
  readonly concurrency: number | null;
  /** Requests that wait for their turn. */
  readonly maxQueue: number;
  /** Milliseconds a request waits for its turn. */
  readonly maxWaitMs: number;
}

interface Waiting {
  readonly grant: () => void;
}

/**
 * Who may send when: first come, first served. A request that cannot have its turn in time is refused at once
 * instead of being kept waiting for nothing.
 */
export class SendingQueue {
  readonly #limit: RateLimit;
  readonly #clock: Clock;
  readonly #closing: AbortSignal | undefined;
  readonly #window: SendingWindow | undefined;
  /** In the order they came; a set, so that whoever gives up leaves quickly. */
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #wakeUp: Timer | undefined;

  constructor(limit: RateLimit, clock: Clock, closing: AbortSignal | undefined) {
    this.#limit = limit;
    this.#clock = clock;
    this.#closing = closing;
    this.#window = limit.requests === null ? undefined : new SendingWindow(limit.requests, limit.perMs);
  }

  /**
   * Takes a turn if one is free and nobody waits for it; then `leave` has to be called in the end.
   */
  enter(): boolean {
    if (this.#waiting.size > 0 || !this.#isFree(this.#clock.monotonicNow())) return false;
    this.#take();
    return true;
  }

  /**
   * Waits for a turn; then `leave` has to be called in the end.
   * @throws FerruleError QUEUE_FULL, QUEUE_TIMEOUT, DEADLINE_EXCEEDED, ABORTED, ENGINE_CLOSED
   */
  wait(turn: Turn): Promise<void> {
    const interruptions: Interruptions = { signal: turn.signal, closing: this.#closing };
    const refusal = interruptionOf(interruptions) ?? this.#refusal(turn);
    if (refusal !== undefined) return Promise.reject(refusal);
    return new Promise((resolve, reject) => {
      const end = () => {
        this.#waiting.delete(waiting);
        timer.cancel();
        stopWatching();
      };
      const waiting: Waiting = {
        grant: () => {
          end();
          this.#take();
          resolve();
        },
      };
      const giveUp = (error: FerruleError) => {
        end();
        this.#advance();
        reject(error);
      };
      const { maxWaitMs } = this.#limit;
      const leftMs = turn.deadlineAtMs - this.#clock.monotonicNow();
      const onTimeout = () => giveUp(leftMs <= maxWaitMs ? deadlineError(turn) : queueTimeout(maxWaitMs));
      // Nothing else may be open that would keep the process alive.
      const timer = this.#clock.after(Math.min(maxWaitMs, leftMs), onTimeout, true);
      const stopWatching = watchInterruptions(interruptions, giveUp);
      this.#waiting.add(waiting);
      this.#advance();
    });
  }

  /** A request, and its answer, has come to an end. */
  leave(): void {
    this.#running -= 1;
    this.#advance();
  }

  #isFree(nowMs: number): boolean {
    const { concurrency } = this.#limit;
    if (concurrency !== null && this.#running >= concurrency) return false;
    return this.#window === undefined || this.#window.opensAtMs(0, nowMs) <= nowMs;
  }

  #take(): void {
    this.#running += 1;
    this.#window?.note(this.#clock.monotonicNow());
  }

  /** Gives turns to those who wait, as far as there are any, and sets the timer for the next one. */
  #advance(): void {
    this.#wakeUp?.cancel();
    this.#wakeUp = undefined;
    for (const waiting of this.#waiting) {
      const nowMs = this.#clock.monotonicNow();
      if (!this.#isFree(nowMs)) break;
      waiting.grant();
    }
    this.#setWakeUp();
  }

  #setWakeUp(): void {
    if (this.#waiting.size === 0 || this.#window === undefined) return;
    const nowMs = this.#clock.monotonicNow();
    const delayMs = this.#window.opensAtMs(0, nowMs) - nowMs;
    // 0: it is the concurrency that holds things up, and `leave` goes on.
    if (delayMs > 0) this.#wakeUp = this.#clock.after(Math.ceil(delayMs), () => this.#advance());
  }

  #refusal(turn: Turn): FerruleError | undefined {
    const { maxQueue, maxWaitMs } = this.#limit;
    const ahead = this.#waiting.size;
    if (ahead >= maxQueue) return queueFull(maxQueue);
    const nowMs = this.#clock.monotonicNow();
    const leftMs = turn.deadlineAtMs - nowMs;
    if (leftMs <= 0) return deadlineError(turn);
    const waitMs = (this.#window?.opensAtMs(ahead, nowMs) ?? nowMs) - nowMs;
    if (waitMs <= Math.min(maxWaitMs, leftMs)) return undefined;
    return leftMs < maxWaitMs ? queueTooLate(turn, waitMs) : queueTimeout(maxWaitMs, waitMs);
  }
}
