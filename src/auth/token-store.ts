import type { Token } from './token.ts';

/**
 * Where tokens live that several engines share, in one process or in many. An engine keeps the tokens it uses at
 * hand; it comes here when one is missing, due or rejected, so nothing here is on the path of an ordinary call.
 *
 * Every implementation passes the contract of `ferrule/testing`. A method that cannot do its work rejects; the
 * engine reports that as TOKEN_STORE_FAILED and goes on serving tokens that still live.
 */
export interface TokenStore {
  /** The record of `key`; undefined when there is none, or when its `discardAtMs` has come. */
  get(key: string): Promise<StoredTokenRecord | undefined>;
  /**
   * Writes `record` if the record of `key` still has the version `expected` (undefined: there is no record), as one
   * atomic step. Returns the new version, or undefined when somebody else was first and nothing was written.
   * A version is never used twice for a key, not even after the record was deleted.
   */
  compareAndSet(key: string, expected: string | undefined, record: TokenRecord): Promise<string | undefined>;
  /** Removes the record. A lease on the key is not touched. */
  delete(key: string): Promise<void>;
  /**
   * Takes the right to request the token of `key`. True when nobody had it, its time was up, or `owner` has it
   * already. It ends `ttlMs` milliseconds from now by the store's clock, so that a dead owner blocks nobody for long.
   */
  acquireLease(key: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Extends the lease to `ttlMs` from now, if `owner` still has it; false when its time was up. */
  renewLease(key: string, owner: string, ttlMs: number): Promise<boolean>;
  /** Gives the lease back, if `owner` still has it. A late release never frees the lease of another. */
  releaseLease(key: string, owner: string): Promise<void>;
  /**
   * Optional: calls `onChange` soon after the record or lease of `key` may have changed, until the returned function
   * is called. Without it, engines that wait for another's token ask again every now and then.
   */
  watch?(key: string, onChange: () => void): () => void;
}

export interface StoredTokenRecord {
  /** Opaque; compared for equality only. */
  readonly version: string;
  readonly record: TokenRecord;
}

/**
 * What is stored of a token. Holds secrets as SecretValue: `encodeTokenRecord` writes it as text, which an adapter
 * encrypts before it reaches a disk.
 */
export interface TokenRecord {
  /** The token last issued, valid or not; undefined when there never was one. */
  readonly token: Token | undefined;
  /** Set when only a new authorization can help; the token endpoint is not asked any more. */
  readonly needsReauth: ReauthReason | undefined;
  /** Milliseconds since the Unix epoch from which on the record is of no use to anybody. */
  readonly discardAtMs: number | undefined;
}

/** Why a connection must be authorised again. Serialisable, without secrets. */
export interface ReauthReason {
  /** The error code of the authorization server, such as `invalid_grant`. */
  readonly error: string;
  /** A sentence for people, secrets masked. */
  readonly message: string;
  /** JSON pointer to the part of the definition that asked for the token. */
  readonly pointer: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** The record of a token that was just issued. Without a refresh token nothing of it is of use after its expiry. */
export function toTokenRecord(token: Token): TokenRecord {
  const outlivesExpiry = token.refreshToken !== undefined || !Number.isFinite(token.expiresAtMs);
  return { token, needsReauth: undefined, discardAtMs: outlivesExpiry ? undefined : token.expiresAtMs };
}
