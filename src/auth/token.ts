import type { SecretValue } from '../base/secret-value.ts';

/** A token as it was issued. Times are milliseconds since the Unix epoch. */
export interface Token {
  readonly value: SecretValue;
  readonly obtainedAtMs: number;
  /** `Infinity` for a token that never expires. */
  readonly expiresAtMs: number;
  /** Brings the next token without the resource owner (RFC 6749 section 6). */
  readonly refreshToken?: SecretValue | undefined;
  /** What the definition keeps of the token answer, by name: JSON values, or SecretValue for what must not be shown. */
  readonly kept?: ReadonlyMap<string, unknown> | undefined;
  /** Of a token that a person gave: the values of the parameters it was given for, by which it is renewed without a call. */
  readonly parameters?: Readonly<Record<string, unknown>> | undefined;
}

/** A token as it was last kept or stored. It may be expired or rejected: its refresh token can still be good. */
export interface StoredToken extends Token {
  /** Names this state of the record in the store; opaque, and never used twice. */
  readonly version: string;
}

/**
 * Fetches a new token. `current` is the last one that is known, for its refresh token and kept values. Runs under a
 * deadline of its own; the keeper sees to it that only one runs at a time. A refresh token that the server does not
 * replace stays good (RFC 6749 section 6): whoever returns a token without one gives up the old one.
 */
export type TokenRequest = (current: StoredToken | undefined) => Promise<Token>;

/** How early a token is renewed, at most. Short-lived tokens are renewed at half their lifetime. */
const RENEWAL_SKEW_MS = 60_000;

/** When renewal begins: a minute before expiry, or at half of the lifetime if that is shorter. */
export function renewalPoint(token: Token): number {
  const lifetimeMs = token.expiresAtMs - token.obtainedAtMs;
  return token.expiresAtMs - Math.min(RENEWAL_SKEW_MS, lifetimeMs / 2);
}
