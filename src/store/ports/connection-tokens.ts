import type { Token } from '../../auth/token.ts';
import type { TokenStore } from '../../auth/token-store.ts';

/**
 * Tokens by connection. Engines see the part of one connection as a TokenStore (`of`); the background sees what is
 * due. Records are encrypted; of keys only a keyed digest is stored, because a key is made of secrets.
 */
export interface ConnectionTokens {
  /** The tokens of one connection, with compare-and-set, owned leases and `watch`. Costs nothing to make. */
  of(connectionId: string): TokenStore;
  /** What is known of the tokens of a connection without opening them. */
  list(connectionId: string): Promise<readonly TokenSummary[]>;
  /** The tokens of a connection, opened, for whoever ends them at their server. */
  read(connectionId: string): Promise<readonly OpenedToken[]>;
  /** Forgets all tokens of the connection; engines that kept them are told. Gives the number of records. */
  deleteAll(connectionId: string): Promise<number>;
  /**
   * Claims tokens that are to be renewed: those that can be renewed without a person and whose renewal point has come,
   * the most urgent first. A claim belongs to `owner` for `leaseMs`; nobody else gets the token in that time, and
   * somebody does afterwards unless it was renewed or postponed. Records that cannot be opened are left out, unless none
   * can: then it rejects with the reason.
   */
  claimDue(request: DueClaim): Promise<readonly DueToken[]>;
  /** Gives a claim back and has the token wait until `untilMs`, if `owner` still has the claim. False when not. */
  postpone(token: ClaimedToken, untilMs: number): Promise<boolean>;
}

export interface DueClaim {
  readonly owner: string;
  readonly leaseMs: number;
  readonly limit: number;
  /** Milliseconds since the Unix epoch; the clock of the store when left out. */
  readonly nowMs?: number | undefined;
}

export interface ClaimedToken {
  readonly connectionId: string;
  /** The key by which the engine asks the TokenStore of the connection. */
  readonly key: string;
  readonly owner: string;
}

export interface DueToken extends ClaimedToken {
  /** Milliseconds since the Unix epoch. */
  readonly dueAtMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

export interface OpenedToken {
  readonly key: string;
  readonly token: Token;
}

export interface TokenSummary {
  readonly version: string;
  /** Milliseconds since the Unix epoch; undefined for a record without token, `Infinity` for a token without end. */
  readonly expiresAtMs: number | undefined;
  /** When it is renewed in the background; undefined when nothing is to be renewed. */
  readonly dueAtMs: number | undefined;
  readonly needsReauth: boolean;
  /** Milliseconds since the Unix epoch. */
  readonly updatedAtMs: number;
}
