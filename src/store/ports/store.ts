import type { SecretValue } from '../../base/secret-value.ts';
import type { ApiKeys } from './api-keys.ts';
import type { AuthorizationStates } from './authorization-states.ts';
import type { Changes } from './changes.ts';
import type { ConnectionStore } from './connection-store.ts';
import type { ConnectionTokens } from './connection-tokens.ts';
import type { EventLog } from './event-log.ts';
import type { IdempotencyStore } from './idempotency-store.ts';
import type { OperationStore } from './operation-store.ts';
import type { SecretStore } from './secret-store.ts';
import type { WorkQueue } from './work-queue.ts';

/** Everything that a service keeps, in one database. Each part passes its contract of `ferrule/testing`. */
export interface Store {
  readonly connections: ConnectionStore;
  readonly operations: OperationStore;
  readonly secrets: SecretStore;
  readonly tokens: ConnectionTokens;
  readonly authorizationStates: AuthorizationStates;
  readonly events: EventLog;
  readonly apiKeys: ApiKeys;
  readonly idempotency: IdempotencyStore;
  /** Executions that are done later. */
  readonly queue: WorkQueue;
  readonly changes: Changes;
  /** A few plain settings of the service itself, such as what was set up on first start. Never secrets. */
  readonly settings: Settings;
  /**
   * 256 bits, in base64url, that only processes on this database know, others for every purpose: what one of them signs,
   * each of them can verify.
   */
  deriveKey(purpose: string): SecretValue;
  /** Rejects with STORE_UNAVAILABLE when the database does not answer. */
  check(): Promise<void>;
  /**
   * Wraps the data key of every record that is under an older key by the current key of the provider, in batches,
   * while reads and writes go on. Stopping at any point leaves every record readable; a second run takes up the rest.
   */
  rotateEncryptionKey(options?: RotationOptions): Promise<RotationReport>;
  /** Deletes what is past its time: events, states, idempotency records, tokens. The store does it now and then by itself. */
  prune(): Promise<void>;
  /** Ends subscriptions and connections; afterwards every method rejects with STORE_CLOSED. Twice is once. */
  close(): Promise<void>;
}

export interface Settings {
  get(name: string): Promise<string | undefined>;
  /** Sets a setting that is not there yet; gives what is there now. Of many who ask at once, one sets it. */
  setOnce(name: string, value: string): Promise<{ readonly value: string; readonly first: boolean }>;
}

export interface RotationOptions {
  /** Records per step; 100 when left out. */
  readonly batchSize?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface RotationReport {
  readonly keyId: string;
  /** Records that are under the key now and were not before. */
  readonly rotated: number;
}
