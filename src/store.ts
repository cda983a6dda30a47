export type { ReauthReason, StoredTokenRecord, TokenRecord, TokenStore } from './auth/token-store.ts';
export { SecretValue } from './base/secret-value.ts';
export { FerruleError } from './errors/ferrule-error.ts';
export { type KeyFile, type KeyFileOptions, openKeyFile } from './store/encryption/key-file.ts';
export { createKeyring } from './store/encryption/keyring.ts';
export { type MemoryStoreOptions, openMemoryStore } from './store/open-memory-store.ts';
export type {
  ApiKey,
  ApiKeyDraft,
  ApiKeyScope,
  ApiKeys,
  CreatedApiKey,
} from './store/ports/api-keys.ts';
export type { AuthorizationEntry, AuthorizationStates } from './store/ports/authorization-states.ts';
export type { Change, Changes } from './store/ports/changes.ts';
export type {
  ConnectionChange,
  ConnectionDraft,
  ConnectionState,
  ConnectionStatus,
  ConnectionStore,
  ListConnectionsOptions,
  StoredConnection,
  WholeConnection,
  WholeConnectionDraft,
} from './store/ports/connection-store.ts';
export type {
  ClaimedToken,
  ConnectionTokens,
  DueClaim,
  DueToken,
  OpenedToken,
  TokenSummary,
} from './store/ports/connection-tokens.ts';
export type {
  EventDraft,
  EventLimits,
  EventLog,
  ListEventsOptions,
  StoredEvent,
} from './store/ports/event-log.ts';
export type {
  IdempotencyAnswer,
  IdempotencyKey,
  IdempotencyStore,
  IdempotentRequest,
} from './store/ports/idempotency-store.ts';
export type { KeyProvider, WrappedKey } from './store/ports/key-provider.ts';
export type {
  ListOperationsOptions,
  OperationChange,
  OperationDraft,
  OperationStore,
  StoredOperation,
} from './store/ports/operation-store.ts';
export type { SecretChanges, SecretStore } from './store/ports/secret-store.ts';
export type { RotationOptions, RotationReport, Settings, Store } from './store/ports/store.ts';
export type {
  ClaimedWork,
  HeldWork,
  ListWorkOptions,
  WorkClaimRequest,
  WorkClaims,
  WorkDelay,
  WorkDraft,
  WorkItem,
  WorkLeases,
  WorkOutcome,
  WorkPermit,
  WorkQueue,
  WorkRate,
  WorkState,
} from './store/ports/work-queue.ts';
export { openPostgresStore, type PostgresStoreOptions } from './store/postgres/open-postgres-store.ts';
export { openSqliteStore, type SqliteStoreOptions } from './store/sqlite/open-sqlite-store.ts';
