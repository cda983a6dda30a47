import type { SecretValue } from '../../base/secret-value.ts';

/** The keys by which clients of a server show who they are. Only a digest of a key is stored: it is shown once. */
export interface ApiKeys {
  create(draft: ApiKeyDraft): Promise<CreatedApiKey>;
  /** The key that the text is, unless it is unknown, revoked or over. */
  find(key: SecretValue): Promise<ApiKey | undefined>;
  /** Oldest first, revoked ones included. */
  list(): Promise<readonly ApiKey[]>;
  /** From now on `find` does not know the key. False when there is none with this id, or it was revoked before. */
  revoke(id: string): Promise<boolean>;
}

/** `manage` includes `execute` and `read`, `execute` includes `read`; who asks decides that, the store keeps words. */
export type ApiKeyScope = 'read' | 'execute' | 'manage';

export interface ApiKeyDraft {
  /** For people; need not be unique. */
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs?: number | undefined;
}

export interface ApiKey {
  readonly id: string;
  readonly name: string;
  readonly scopes: readonly ApiKeyScope[];
  /** Milliseconds since the Unix epoch, as all times here. */
  readonly createdAtMs: number;
  readonly expiresAtMs: number | undefined;
  readonly revokedAtMs: number | undefined;
}

export interface CreatedApiKey extends ApiKey {
  /** 256 random bits behind `ferrule_`, in base64url. */
  readonly key: SecretValue;
}
