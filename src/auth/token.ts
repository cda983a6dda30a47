import type { SecretValue } from '../base/secret-value.ts';

/** A token as it was issued. Times are milliseconds since the Unix epoch. */
export interface Token {
  readonly value: SecretValue;
  readonly obtainedAtMs: number;
  readonly expiresAtMs: number;
}

/** How early a token is renewed, at most. Short-lived tokens are renewed at half their lifetime. */
const RENEWAL_SKEW_MS = 60_000;

/** When renewal begins: a minute before expiry, or at half of the lifetime if that is shorter. */
export function renewalPoint(token: Token): number {
  const lifetimeMs = token.expiresAtMs - token.obtainedAtMs;
  return token.expiresAtMs - Math.min(RENEWAL_SKEW_MS, lifetimeMs / 2);
}
