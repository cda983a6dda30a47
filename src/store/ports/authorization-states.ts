import type { SecretValue } from '../../base/secret-value.ts';

/**
 * What is remembered between sending somebody to an authorization server and their return (RFC 6749 section 10.12):
 * each entry is good once, for a while. Of a state only a keyed digest is stored, and what belongs to it is encrypted.
 */
export interface AuthorizationStates {
  /** STORE_EXISTS when the state was used before and is still remembered. */
  put(state: SecretValue, entry: AuthorizationEntry): Promise<void>;
  /** Takes the entry out: of any number of callers one gets it. Undefined when there is none, or its time is over. */
  take(state: SecretValue): Promise<AuthorizationEntry | undefined>;
}

export interface AuthorizationEntry {
  readonly connectionId: string;
  /** What belongs to the state, such as the PKCE verifier and the id of the browser session; the caller's own text. */
  readonly content: SecretValue;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}
