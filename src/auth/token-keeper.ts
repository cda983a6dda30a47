import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { LruMap } from '../base/lru-map.ts';
import { SingleFlight } from '../base/single-flight.ts';
import { waitFor } from '../base/wait.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { renewalPoint, type StoredToken, type Token, type TokenRequest } from './token.ts';

/** How long a failed early renewal is left alone, at least; doubled with each failure, with jitter. */
const MIN_RETRY_MS = 3_000;
const MAX_RETRY_MS = 60_000;

/** A server that answers a renewal with the same token again is asked again after this time. */
const UNCHANGED_RETRY_MS = 30_000;

export interface TokenKeeperOptions {
  readonly clock: Clock;
  /** Tokens kept at a time. */
  readonly capacity: number;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
}

/** How long one caller is willing to wait; the shared token request does not end with it. */
export interface CallerPatience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

export interface KeptToken {
  readonly token: Token;
  /** `cache`: was there. `requested`: this call waited for the token request. */
  readonly source: 'cache' | 'requested';
}

interface Entry {
  readonly token: Token;
  renewAtMs: number;
  failures: number;
}

/**
 * Keeps tokens alive: one token request at a time per key, renewal before expiry in the background while the
 * valid token goes on being served, and exact invalidation of a token that was rejected.
 */
export class TokenKeeper {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #entries: LruMap<string, Entry>;
  /** The last token of each key, also when it is no longer served. */
  readonly #last: LruMap<string, StoredToken>;
  readonly #flights = new SingleFlight<string, Token>();

  constructor(options: TokenKeeperOptions) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#entries = new LruMap(options.capacity);
    this.#last = new LruMap(options.capacity);
  }

  /**
   * The token of `key`. `request` fetches a new one and runs under its own deadline; it is called only when there
   * is no valid token or renewal is due. Not a promise when the token is at hand.
   */
  get(key: string, request: TokenRequest, patience: CallerPatience): KeptToken | Promise<KeptToken> {
    const entry = this.#entries.get(key);
    const now = this.#clock.now();
    if (entry === undefined || now >= entry.token.expiresAtMs) return this.#wait(key, request, patience);
    if (now >= entry.renewAtMs && !this.#flights.isRunning(key)) this.#renewEarly(key, entry, request);
    return { token: entry.token, source: 'cache' };
  }

  /** The valid token of `key`, if there is one. Nothing is fetched. */
  peek(key: string): Token | undefined {
    const token = this.#entries.get(key)?.token;
    return token !== undefined && this.#clock.now() < token.expiresAtMs ? token : undefined;
  }

  /** Forgets `token` if it is still the one that is kept: a newer one is none of the rejection's business. */
  reject(key: string, token: Token): void {
    if (this.#entries.get(key)?.token === token) this.#entries.delete(key);
  }

  clear(): void {
    this.#entries.clear();
    this.#last.clear();
  }

  async #wait(key: string, request: TokenRequest, patience: CallerPatience): Promise<KeptToken> {
    const token = await waitFor(this.#fetch(key, request), {
      clock: this.#clock,
      timeoutMs: patience.timeoutMs,
      signal: patience.signal,
      onTimeout: () =>
        new FerruleError('DEADLINE_EXCEEDED', 'The total time ran out while waiting for a token', {
          stage: 'authenticate',
        }),
      onAbort: cause =>
        new FerruleError('ABORTED', 'The caller aborted while waiting for a token', {
          stage: 'authenticate',
          cause,
        }),
    });
    return { token, source: 'requested' };
  }

  #fetch(key: string, request: TokenRequest): Promise<Token> {
    return this.#flights.run(key, async () => {
      const last = this.#last.get(key);
      const token = { ...(await request(last)), version: randomUUID() };
      this.#entries.set(key, { token, renewAtMs: renewalPoint(token), failures: 0 });
      this.#last.set(key, token);
      return token;
    });
  }

  /** A failed early renewal fails nobody: the token still lives, so the failure only decides when to try again. */
  #renewEarly(key: string, previous: Entry, request: TokenRequest): void {
    this.#fetch(key, request).then(
      token => {
        const entry = this.#entries.get(key);
        const unchanged = token.value.reveal() === previous.token.value.reveal();
        if (entry !== undefined && unchanged) entry.renewAtMs = this.#clock.now() + UNCHANGED_RETRY_MS;
      },
      () => {
        previous.failures += 1;
        const backoffMs = Math.min(MAX_RETRY_MS, MIN_RETRY_MS * 2 ** (previous.failures - 1));
        previous.renewAtMs =
          this.#clock.now() + MIN_RETRY_MS + this.#random() * (backoffMs - MIN_RETRY_MS / 2);
      },
    );
  }
}
