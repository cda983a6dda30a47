import type { KeyObject } from 'node:crypto';

/**
 * Keeps the key-encryption keys: wraps and unwraps the data keys of records. Implement it for a KMS, whose keys never
 * leave it; `createKeyring` and `openKeyFile` hold keys in memory. Wrapped keys are remembered unwrapped for a while,
 * so `unwrap` is not called for every read.
 */
export interface KeyProvider {
  /** The id of the key that new records are wrapped by. Not a secret; stored beside every record. */
  currentKeyId(): Promise<string>;
  wrap(dataKey: KeyObject): Promise<WrappedKey>;
  /** ENCRYPTION_KEY_MISSING when the provider does not have the key; ENCRYPTION_FAILED when it does not fit. */
  unwrap(wrapped: WrappedKey): Promise<KeyObject>;
  /** True when it has the key. */
  has(keyId: string): Promise<boolean>;
}

export interface WrappedKey {
  readonly keyId: string;
  readonly wrapped: Uint8Array;
}
