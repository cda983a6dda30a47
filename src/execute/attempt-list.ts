import type { ErrorCode } from '../errors/error-codes.ts';
import type { EndedAttempt, RetryRefusal, RetryWait, SendObserver } from '../transport/transport.ts';
import type { Attempt } from './execution-report.ts';

/** How a send ended: with the status of an answer, or in an error. */
type Ending = { readonly statusCode: number } | { readonly error: ErrorCode };

/** Writes down what was sent for one operation. Retries happen out of the conductor's sight, so it listens to them. */
export class AttemptList implements SendObserver {
  readonly #attempts: Attempt[] = [];
  #next: Pick<Attempt, 'reason' | 'wait' | 'notRetried'> = { reason: 'first' };
  #queuedMs = 0;
  /** What earlier attempts and waits took of the time of the send at hand. */
  #earlierMs = 0;

  get list(): readonly Attempt[] {
    return this.#attempts;
  }

  retrying({ durationMs, ...ending }: EndedAttempt, wait: RetryWait): void {
    this.#add(ending, durationMs);
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
  ended(ending: Ending, elapsedMs: number, next: Attempt['reason'] = 'token-rejected'): void {
    this.#add(ending, elapsedMs - this.#earlierMs);
    this.#earlierMs = 0;
    this.#next = { reason: next };
  }

  #add(ending: Ending | Omit<EndedAttempt, 'durationMs'>, durationMs: number): void {
    const queuedMs = this.#queuedMs;
    const firstByteMs = Math.max(0, durationMs - queuedMs);
    this.#queuedMs = 0;
    this.#attempts.push(
      queuedMs === 0
        ? { ...ending, ...this.#next, firstByteMs }
        : { ...ending, ...this.#next, firstByteMs, queuedMs },
    );
  }
}
