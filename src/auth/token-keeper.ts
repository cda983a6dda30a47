import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { LruMap } from '../base/lru-map.ts';
import { SingleFlight } from '../base/single-flight.ts';
import { waitFor } from '../base/wait.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { type Renewed, SharedRenewal } from './shared-renewal.ts';
import type { StoredToken, Token, TokenRequest } from './token.ts';
import { TokenEntry } from './token-entry.ts';
import type { TokenDecision, TokenEventListener } from './token-events.ts';
import { toReauthError, toReauthReason, toWaitersError } from './token-failure.ts';
import type { TokenStore } from './token-store.ts';

export interface TokenKeeperOptions {
  readonly clock: Clock;
  /** Tokens kept at hand at a time. */
  readonly capacity: number;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Where tokens are shared with other engines; without it they live in this keeper alone. */
  readonly store?: TokenStore | undefined;
  readonly onEvent?: TokenEventListener | undefined;
  /** Ends waiting for other engines, for a keeper that nobody clears. */
  readonly closing?: AbortSignal | undefined;
}

/** How long one caller is willing to wait; the shared token request does not end with it. */
export interface CallerPatience {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  /** The name of the connection, for events. */
  readonly connection?: string | undefined;
}

export interface KeptToken {
  readonly token: Token;
  /** `cache`: was there. `requested`: this call waited for the token request. */
  readonly source: 'cache' | 'requested';
}

/**
 * Keeps tokens alive: one token request at a time per key, renewal before expiry in the background while the
 * valid token goes on being served, exact invalidation of a token that was rejected, and patience with a token
 * endpoint that fails. When a token is there and valid, nothing is awaited and no store is asked.
 */
export class TokenKeeper {
  readonly #clock: Clock;
  readonly #random: () => number;
  readonly #onEvent: TokenEventListener | undefined;
  readonly #entries: LruMap<string, TokenEntry>;
  readonly #flights = new SingleFlight<string, StoredToken>();
  readonly #shared: SharedRenewal | undefined;

  constructor({ clock, capacity, random, store, onEvent, closing }: TokenKeeperOptions) {
    this.#clock = clock;
    this.#random = random;
    this.#onEvent = onEvent;
    this.#entries = new LruMap(capacity);
    this.#shared = store === undefined ? undefined : new SharedRenewal({ store, clock, random, closing });
  }

  /**
   * The token of `key`. `request` fetches a new one and runs under its own deadline; it is called only when there
   * is no valid token or renewal is due. Not a promise when the token is at hand.
   * Rejects with what `request` failed with, the same for all who wait; with TOKEN_NEEDS_REAUTH when the server said
   * that only a new authorization helps; with TOKEN_STORE_FAILED.
   */
  get(key: string, request: TokenRequest, caller: CallerPatience): KeptToken | Promise<KeptToken> {
    const entry = this.#entries.get(key);
    const now = this.#clock.now();
    const token = entry?.servable(now);
    if (entry === undefined || token === undefined) return this.#wait(key, entry, request, caller);
    const due = now >= entry.renewAtMs;
    if (due && !this.#flights.isRunning(key)) this.#renew(key, request, caller.connection).catch(ignore);
    if (this.#onEvent !== undefined) {
      const reason = due ? 'renewal_due' : 'valid';
      this.#report(entry, { type: 'token_served', reason, expiresAtMs: token.expiresAtMs });
    }
    return { token, source: 'cache' };
  }

  /**
   * Renews the token of `key` when it is due, for nobody in particular, and gives the one that is there then: the same
   * when it was not due, or is left alone after a failure. Rejects as `get` does, and when an early renewal fails.
   */
  async renew(key: string, request: TokenRequest, caller: CallerPatience): Promise<Token> {
    const { token } = await this.get(key, request, caller);
    const entry = this.#entries.get(key);
    if (entry === undefined || this.#clock.now() < entry.renewAtMs) return token;
    return this.#patiently(this.#renew(key, request, caller.connection), caller);
  }

  /** The valid token of `key` that is at hand, if there is one. Nothing is fetched. */
  peek(key: string): Token | undefined {
    return this.#entries.get(key)?.servable(this.#clock.now());
  }

  /** The last token of `key`, from the store if there is one; it may be expired. Nothing is fetched from a server. */
  async read(key: string): Promise<StoredToken | undefined> {
    return this.#shared === undefined ? this.#entries.get(key)?.token : this.#shared.read(key);
  }

  /** Gives up `token` if it is still the one that is kept: a newer one is none of the rejection's business. */
  reject(key: string, token: Token): void {
    const entry = this.#entries.get(key);
    if (entry === undefined) return;
    this.#report(entry, { type: 'token_rejected', reason: entry.reject(token, this.#clock.now()) });
  }

  /**
   * Keeps a token that a new authorization brought, in place of whatever was there, and ends a state of
   * TOKEN_NEEDS_REAUTH. It is in the store when the promise resolves.
   */
  async put(key: string, token: Token, connection?: string): Promise<void> {
    const stored =
      this.#shared === undefined ? { ...token, version: randomUUID() } : await this.#shared.write(key, token);
    const entry = this.#entryOf(key, connection);
    entry.adopt(stored, this.#clock.now());
    this.#report(entry, { type: 'token_renewed', reason: 'authorized', expiresAtMs: token.expiresAtMs });
  }

  /** Forgets the token of `key` for good, in the store too: the connection was disconnected, or starts anew. */
  async forget(key: string): Promise<void> {
    this.#entries.get(key)?.abandon();
    this.#entries.delete(key);
    await this.#shared?.remove(key);
  }

  /** Lets go of everything at hand, and of waiting for other engines. The store keeps what it has. */
  clear(): void {
    for (const entry of this.#entries.values()) entry.abandon();
    this.#entries.clear();
    this.#shared?.close();
  }

  async #wait(
    key: string,
    entry: TokenEntry | undefined,
    request: TokenRequest,
    caller: CallerPatience,
  ): Promise<KeptToken> {
    if (
      entry?.failure !== undefined &&
      !this.#flights.isRunning(key) &&
      this.#clock.now() < entry.retryAtMs
    ) {
      this.#reportBackOff(entry, 'still_waiting', entry.failure);
      throw entry.failure;
    }
    const token = await this.#patiently(this.#renew(key, request, caller.connection), caller);
    if (this.#onEvent !== undefined) {
      const served = this.#entryOf(key, caller.connection);
      this.#report(served, { type: 'token_served', reason: 'waited_for', expiresAtMs: token.expiresAtMs });
    }
    return { token, source: 'requested' };
  }

  #patiently(renewal: Promise<StoredToken>, { timeoutMs, signal }: CallerPatience): Promise<StoredToken> {
    return waitFor(renewal, {
      clock: this.#clock,
      timeoutMs,
      signal,
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
  }

  /** One request for a new token at a time; what came of it is written down before anybody who waits goes on. */
  #renew(key: string, request: TokenRequest, connection: string | undefined): Promise<StoredToken> {
    return this.#flights.run(key, async () => {
      const entry = this.#entryOf(key, connection);
      const before = entry.token;
      this.#report(entry, { type: 'token_renewing', reason: entry.renewalReason(this.#clock.now()) });
      try {
        const { token, source } = await this.#request(key, entry, request);
        // A new authorization that came meanwhile is newer than what was asked for before it.
        if (entry.token !== before && entry.token !== undefined) return entry.token;
        const again = entry.adopt(token, this.#clock.now());
        if (!entry.abandoned) this.#entries.set(key, entry);
        const reason = source === 'store' ? 'stored_by_another' : again ? 'same_token_again' : 'issued';
        this.#report(entry, { type: 'token_renewed', reason, expiresAtMs: token.expiresAtMs });
        return token;
      } catch (error) {
        this.#fail(entry, error);
        throw error;
      }
    });
  }

  async #request(key: string, entry: TokenEntry, request: TokenRequest): Promise<Renewed> {
    if (this.#shared !== undefined) return this.#shared.renew(key, request, entry.outworn);
    try {
      return { token: { ...(await request(entry.token)), version: randomUUID() }, source: 'request' };
    } catch (error) {
      const reason = toReauthReason(error, this.#clock.now());
      throw reason === undefined ? error : toWaitersError(reason, error, entry.token);
    }
  }

  #fail(entry: TokenEntry, error: unknown): void {
    const now = this.#clock.now();
    const reauth = toReauthReason(error, now);
    const failure = reauth === undefined ? toFerruleError(error) : toReauthError(reauth, error);
    entry.fail(failure, now, {
      random: this.#random(),
      final: reauth !== undefined,
      // A shared store is looked at again by every call: the new authorization may come to another engine.
      recheck: this.#shared !== undefined,
    });
    if (reauth === undefined) this.#reportBackOff(entry, 'request_failed', failure);
    else this.#report(entry, { type: 'token_needs_reauth', reason: reauth.error });
  }

  #entryOf(key: string, connection: string | undefined): TokenEntry {
    const known = this.#entries.get(key);
    if (known !== undefined) return known;
    const entry = new TokenEntry(connection ?? '');
    this.#entries.set(key, entry);
    return entry;
  }

  #reportBackOff(
    entry: TokenEntry,
    reason: 'request_failed' | 'still_waiting',
    { code }: FerruleError,
  ): void {
    const { failures, retryAtMs } = entry;
    this.#report(entry, { type: 'token_backed_off', reason, code, failures, retryAtMs });
  }

  #report({ connection }: TokenEntry, decision: TokenDecision): void {
    try {
      this.#onEvent?.({ ...decision, connection, atMs: this.#clock.now() });
    } catch {
      // A listener that fails is its owner's affair; no call and no token may depend on it.
    }
  }
}

function toFerruleError(error: unknown): FerruleError {
  if (error instanceof FerruleError) return error;
  return new FerruleError('INTERNAL_DEFECT', 'A token request failed in a way it should not', {
    cause: error,
  });
}

/** A failed early renewal fails nobody: the token still lives, and the failure is in the entry and the events. */
function ignore(): void {}
