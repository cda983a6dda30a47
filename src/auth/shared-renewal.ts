import { randomUUID } from 'node:crypto';
import type { Clock } from '../base/clock.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { reportingStore } from './reporting-store.ts';
import type { StoredToken, Token, TokenRequest } from './token.ts';
import { MIN_RETRY_MS, toReauthError, toReauthReason, toWaitersError } from './token-failure.ts';
import { type StoredTokenRecord, type TokenStore, toTokenRecord } from './token-store.ts';

/**
 * How long a lease holds without being renewed. Its owner renews it three times as often for as long as its token
 * request runs, so it outlives the deadline of any request, and a dead owner blocks the others no longer than this.
 */
const LEASE_MS = 30_000;

/** How often a waiting engine looks again, in case the store cannot tell it. */
const MIN_POLL_MS = 50;
const MAX_POLL_MS = 1_000;

/** How often a token that was issued is offered to a store that fails, before its callers are told. */
const SAVE_ATTEMPTS = 3;
const SAVE_PAUSE_MS = 200;

export interface SharedRenewalOptions {
  readonly store: TokenStore;
  readonly clock: Clock;
  /** A number from 0 up to 1, for jitter. */
  readonly random: () => number;
  /** Ends waiting for others, like `close`, at the next look. */
  readonly closing?: AbortSignal | undefined;
}

/** The token at hand, and why it will not do. */
export interface Outworn {
  readonly token: StoredToken;
  /** True when a server rejected it. */
  readonly rejected: boolean;
}

export interface Renewed {
  readonly token: StoredToken;
  /** `store`: another engine had asked for it. */
  readonly source: 'request' | 'store';
}

/**
 * One token request at a time among all engines on one store. Whoever holds the lease asks; the others wait for the
 * record to change. The record is written by compare-and-set before the token is used, so that of two that asked
 * all the same (a lease that lapsed while a machine slept) one loses and takes the token of the other.
 */
export class SharedRenewal {
  readonly #store: TokenStore;
  readonly #clock: Clock;
  readonly #random: () => number;
  /** Tokens that were issued while the store failed. A rotated refresh token exists nowhere else. */
  readonly #unsaved = new Map<string, Token>();
  readonly #waits = new Set<() => void>();
  readonly #closing: AbortSignal | undefined;
  #closed = false;

  constructor({ store, clock, random, closing }: SharedRenewalOptions) {
    this.#store = reportingStore(store);
    this.#clock = clock;
    this.#random = random;
    this.#closing = closing;
  }

  /** The token after `outworn`. Throws TOKEN_NEEDS_REAUTH, TOKEN_STORE_FAILED, or what `request` throws. */
  async renew(key: string, request: TokenRequest, outworn: Outworn | undefined): Promise<Renewed> {
    const owner = randomUUID();
    const found = await this.#takeTurn(key, owner, outworn);
    if (found !== undefined) return found;
    const stopRenewing = this.#holdLease(key, owner);
    let pauseMs = 0;
    try {
      return await this.#request(key, request, outworn);
    } catch (error) {
      // Nobody waits for an early renewal, so the lease is held through the pause that is due after a failure:
      // then the engines together leave the server alone for as long as each of them would.
      if (this.#lives(outworn)) pauseMs = MIN_RETRY_MS;
      throw error;
    } finally {
      stopRenewing();
      const { releaseLease, acquireLease } = this.#store;
      // A lease that cannot be given back ends by time.
      await (pauseMs === 0 ? releaseLease(key, owner) : acquireLease(key, owner, pauseMs)).catch(ignore);
    }
  }

  /** The token as stored, whatever its state. */
  async read(key: string): Promise<StoredToken | undefined> {
    return toStoredToken(await this.#store.get(key));
  }

  /** Stores a token that came from a new authorization; it replaces whatever is there. */
  async write(key: string, token: Token): Promise<StoredToken> {
    this.#unsaved.delete(key);
    for (;;) {
      const stored = await this.#store.get(key);
      const version = await this.#store.compareAndSet(key, stored?.version, toTokenRecord(token));
      if (version !== undefined) return { ...token, version };
    }
  }

  async remove(key: string): Promise<void> {
    this.#unsaved.delete(key);
    await this.#store.delete(key);
  }

  /** Ends all waiting for other engines, with ENGINE_CLOSED. */
  close(): void {
    this.#closed = true;
    for (const wake of [...this.#waits]) wake();
  }

  /** Waits until another engine has stored a token that will do (it is returned), or the lease is ours (undefined). */
  async #takeTurn(key: string, owner: string, outworn: Outworn | undefined): Promise<Renewed | undefined> {
    for (let waits = 0; ; waits += 1) {
      if (this.#closed || this.#closing?.aborted)
        throw new FerruleError('ENGINE_CLOSED', 'The engine is closed');
      const change = this.#watch(key);
      try {
        const found = this.#judge(await this.#store.get(key), outworn);
        if (found !== undefined) return found;
        if (await this.#store.acquireLease(key, owner, LEASE_MS)) return undefined;
        await change.within(Math.min(MAX_POLL_MS, MIN_POLL_MS * 2 ** waits) * (0.5 + this.#random() / 2));
      } finally {
        change.stop();
      }
    }
  }

  /** Asks the server; the lease is ours. What was stored before we got it is looked at once more. */
  async #request(key: string, request: TokenRequest, outworn: Outworn | undefined): Promise<Renewed> {
    const stored = await this.#store.get(key);
    const found = this.#judge(stored, outworn);
    if (found !== undefined) return found;
    const unsaved = this.#unsaved.get(key);
    const lives = unsaved !== undefined && this.#clock.now() < unsaved.expiresAtMs;
    const last = unsaved === undefined ? toStoredToken(stored) : { ...unsaved, version: '' };
    try {
      return await this.#save(key, stored?.version, lives ? unsaved : await request(last), outworn);
    } catch (error) {
      const needsReauth = toReauthReason(error, this.#clock.now());
      if (needsReauth === undefined) throw error;
      const record = { token: stored?.record.token, needsReauth, discardAtMs: undefined };
      const written = await this.#store.compareAndSet(key, stored?.version, record);
      // The refresh token was dead because another engine had used it; then its token is there.
      const other = written === undefined ? this.#judge(await this.#store.get(key), outworn) : undefined;
      if (other !== undefined) return other;
      throw toWaitersError(needsReauth, error, last);
    }
  }

  /** Stores a token before anybody uses it. When another engine was first, its token is taken if it still lives. */
  async #save(
    key: string,
    version: string | undefined,
    token: Token,
    outworn: Outworn | undefined,
  ): Promise<Renewed> {
    this.#unsaved.set(key, token);
    for (let expected = version; ; ) {
      const written = await this.#writePatiently(key, expected, token);
      if (written !== undefined) {
        this.#unsaved.delete(key);
        return { token: { ...token, version: written }, source: 'request' };
      }
      const winner = await this.#store.get(key);
      const found = winner?.record.needsReauth === undefined ? this.#judge(winner, outworn) : undefined;
      if (found !== undefined || winner === undefined) this.#unsaved.delete(key);
      if (found !== undefined) return found;
      // The record was removed meanwhile: who waits gets the token, but it is not put back.
      if (winner === undefined) return { token: { ...token, version: '' }, source: 'request' };
      expected = winner.version;
    }
  }

  async #writePatiently(key: string, expected: string | undefined, token: Token) {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#store.compareAndSet(key, expected, toTokenRecord(token));
      } catch (error) {
        if (attempt === SAVE_ATTEMPTS) throw error;
        const pause = this.#watch(key);
        await pause.within(SAVE_PAUSE_MS * attempt);
        pause.stop();
      }
    }
  }

  /** The stored token if it may be used in place of `outworn`. Throws TOKEN_NEEDS_REAUTH when none can be had. */
  #judge(stored: StoredTokenRecord | undefined, outworn: Outworn | undefined): Renewed | undefined {
    const token = toStoredToken(stored);
    const needsReauth = stored?.record.needsReauth;
    const lives = token !== undefined && this.#clock.now() < token.expiresAtMs;
    // The end of a grant is written beside the token that was there; whoever saw that one rejected knows better.
    const refused =
      needsReauth !== undefined && outworn?.rejected && token?.value.equals(outworn.token.value);
    if (lives && token.version !== outworn?.token.version && !refused) return { token, source: 'store' };
    if (needsReauth !== undefined) throw toReauthError(needsReauth);
    return undefined;
  }

  #lives(outworn: Outworn | undefined): boolean {
    return outworn !== undefined && !outworn.rejected && this.#clock.now() < outworn.token.expiresAtMs;
  }

  #holdLease(key: string, owner: string): () => void {
    const renew = () => {
      // A lease that is lost is found out by compare-and-set, when the token is stored.
      this.#store.renewLease(key, owner, LEASE_MS).catch(ignore);
      timer = this.#clock.after(LEASE_MS / 3, renew);
    };
    let timer = this.#clock.after(LEASE_MS / 3, renew);
    return () => timer.cancel();
  }

  /** Somebody waits for this, so unlike the clock's timers it keeps the process alive. */
  #watch(key: string) {
    const { promise, resolve: wake } = Promise.withResolvers<void>();
    const unwatch = this.#store.watch?.(key, wake);
    return {
      stop: () => unwatch?.(),
      within: async (timeoutMs: number) => {
        const timer = this.#clock.after(timeoutMs, wake);
        const alive = setInterval(ignore, 1_000_000);
        this.#waits.add(wake);
        await promise;
        this.#waits.delete(wake);
        clearInterval(alive);
        timer.cancel();
      },
    };
  }
}

function toStoredToken(stored: StoredTokenRecord | undefined): StoredToken | undefined {
  const token = stored?.record.token;
  return token === undefined || stored === undefined ? undefined : { ...token, version: stored.version };
}

/** Its outcome shows in what happens next. */
function ignore(): void {}
