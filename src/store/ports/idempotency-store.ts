import type { SecretValue } from '../../base/secret-value.ts';

/**
 * Remembers the outcome of requests that carry an idempotency key, so that one sent twice is done once. The outcome
 * is encrypted; a key is stored as keyed digest.
 */
export interface IdempotencyStore {
  /**
   * Begins the work of a key, or says what became of it. `begun` belongs to `owner` for `leaseMs`: when the owner
   * died, the next who asks after that gets `begun`. The whole is forgotten after `keepMs`.
   */
  begin(request: IdempotentRequest): Promise<IdempotencyAnswer>;
  /** Keeps the outcome, if `owner` still has the work. False when not: nothing was written. */
  complete(key: IdempotencyKey, owner: string, result: SecretValue): Promise<boolean>;
  /** Extends the lease to `leaseMs` from now, if `owner` still has the work. */
  renew(key: IdempotencyKey, owner: string, leaseMs: number): Promise<boolean>;
  /** Forgets work that was not done, if `owner` still has it, so that it may be begun again. */
  abandon(key: IdempotencyKey, owner: string): Promise<void>;
}

export interface IdempotencyKey {
  /** Whose key it is, such as the id of an API key: the same text of two clients is two keys. */
  readonly scope: string;
  readonly key: string;
}

export interface IdempotentRequest extends IdempotencyKey {
  /** A digest of the request: the same key with another request is a mismatch. */
  readonly fingerprint: string;
  readonly owner: string;
  readonly leaseMs: number;
  readonly keepMs: number;
}

export type IdempotencyAnswer =
  | { readonly state: 'begun' }
  | { readonly state: 'running' }
  | { readonly state: 'mismatch' }
  | { readonly state: 'done'; readonly result: SecretValue };
