import type { FerruleError } from '../errors/ferrule-error.ts';
import type { Outworn } from './shared-renewal.ts';
import { renewalPoint, type StoredToken, type Token } from './token.ts';
import type { TokenRejected, TokenRenewing } from './token-events.ts';
import { MIN_RETRY_MS, toAskedPauseMs, toRetryPauseMs } from './token-failure.ts';

/** A server that answers a renewal with the same token again is asked again after this time. */
const UNCHANGED_RETRY_MS = 30_000;

/** How a failure is to be taken. */
export interface FailureTerms {
  /** A number from 0 up to 1, for jitter. */
  readonly random: number;
  /** Asking again cannot help. */
  readonly final: boolean;
  /** Look at the store again with the next call, although asking the server cannot help. */
  readonly recheck: boolean;
}

/** What is known of one token, and when something is to be done about it. Times are milliseconds since the epoch. */
export class TokenEntry {
  readonly connection: string;
  /** The last token, also when it has expired or was rejected: its refresh token may still be good. */
  token: StoredToken | undefined;
  /** From then on a new token is asked for in the background. */
  renewAtMs = 0;
  /** Before then the token endpoint is left alone, even if there is no token to serve. */
  retryAtMs = 0;
  /** What the last request failed with; undefined after a success. */
  failure: FerruleError | undefined;
  /** Failures in a row. */
  failures = 0;
  /** True when nothing more may be kept here: what a running request brings is not wanted any more. */
  abandoned = false;
  #rejected = false;
  /** The rejected token was all the server had to give: it is served until then. */
  #heldUntilMs = 0;

  constructor(connection: string) {
    this.connection = connection;
  }

  /** The token, if it may be used. */
  servable(now: number): StoredToken | undefined {
    const { token } = this;
    return token !== undefined && !this.#rejected && now < token.expiresAtMs ? token : undefined;
  }

  get outworn(): Outworn | undefined {
    return this.token && { token: this.token, rejected: this.#rejected };
  }

  renewalReason(now: number): TokenRenewing['reason'] {
    if (this.token === undefined) return 'missing';
    if (this.#rejected) return 'rejected';
    return now < this.token.expiresAtMs ? 'renewal_window' : 'expired';
  }

  /** Takes a new token. True when it is the one that was there before. */
  adopt(token: StoredToken, now: number): boolean {
    const again = this.token?.value.equals(token.value) ?? false;
    this.#heldUntilMs = again && this.#rejected ? now + UNCHANGED_RETRY_MS : 0;
    this.renewAtMs = again ? Math.max(renewalPoint(token), now + UNCHANGED_RETRY_MS) : renewalPoint(token);
    this.token = token;
    this.#rejected = false;
    this.failure = undefined;
    this.failures = 0;
    this.retryAtMs = 0;
    return again;
  }

  /**
   * Writes down a failure. While a token lives, it decides when renewal is tried again. Without one, the first
   * failure makes nobody wait: the next call may come much later and deserves an attempt of its own. What the
   * server asked for (`Retry-After`) is kept to in any case.
   */
  fail(failure: FerruleError, now: number, { random, final, recheck }: FailureTerms): void {
    this.failure = failure;
    this.failures += 1;
    const askedMs = toAskedPauseMs(failure);
    if (final) {
      this.renewAtMs = Infinity;
      this.retryAtMs = recheck ? now : Infinity;
    } else if (this.servable(now) !== undefined) {
      this.renewAtMs = now + Math.max(toRetryPauseMs(this.failures, random), askedMs);
      this.retryAtMs = now + Math.max(MIN_RETRY_MS, askedMs);
    } else {
      const pauseMs = this.failures === 1 ? 0 : toRetryPauseMs(this.failures - 1, random);
      this.retryAtMs = now + Math.max(pauseMs, askedMs);
    }
  }

  /** Gives up `token` if it is still the one in use, and says what came of it. */
  reject(token: Token, now: number): TokenRejected['reason'] {
    if (this.token !== token || this.#rejected) return 'superseded';
    if (now < this.#heldUntilMs) return 'same_token_again';
    this.#rejected = true;
    return 'current';
  }

  abandon(): void {
    this.abandoned = true;
  }
}
