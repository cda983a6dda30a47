import type { OperationDraft, StoredOperation } from './operation-store.ts';
import type { SecretChanges } from './secret-store.ts';

/**
 * Where connections live. Definitions are kept as the text they came in: the store never reads them, so one that no
 * longer parses is listed and given back like any other. They are encrypted at rest, because authors write passwords
 * and tokens into them; names are not.
 *
 * Every write is atomic and durable when its promise is fulfilled. Failures are FerruleErrors of the stage `store`:
 * STORE_NOT_FOUND, STORE_EXISTS, STORE_CONFLICT (with `details.lockVersion`, the present one), STORE_UNAVAILABLE,
 * STORE_FULL, STORE_DAMAGED, STORE_CLOSED, and those of encryption.
 */
export interface ConnectionStore {
  /** Oldest first. */
  list(options?: ListConnectionsOptions): Promise<readonly StoredConnection[]>;
  get(id: string): Promise<StoredConnection | undefined>;
  /** The connection with all its operations, as they were at one moment. */
  getWhole(id: string): Promise<WholeConnection | undefined>;
  /** STORE_EXISTS when the id is taken. */
  create(draft: ConnectionDraft): Promise<StoredConnection>;
  /** Changes what is named in `change`, adds one to the lock version. STORE_NOT_FOUND, STORE_CONFLICT. */
  update(id: string, change: ConnectionChange): Promise<StoredConnection>;
  /** With its operations, secrets, tokens and events. False when there was none. STORE_CONFLICT when `lockVersion` is old. */
  delete(id: string, options?: { readonly lockVersion?: number | undefined }): Promise<boolean>;
  /**
   * Writes a connection with its operations and secrets in one step. When the id of the draft is taken: STORE_EXISTS,
   * or with `replace` the stored connection becomes what the draft says. Its operations that the draft does not name
   * (by id, or by name where the draft has no id) go; secrets that the draft does not name stay.
   */
  import(
    draft: WholeConnectionDraft,
    options?: { readonly replace?: boolean | undefined },
  ): Promise<WholeConnection>;
  /** Leaves lock version and revision as they are. An older status than the stored one changes nothing. False when there is no such connection. */
  setStatus(id: string, status: ConnectionStatus): Promise<boolean>;
  /** Tells every subscriber that the connection should be set up anew, though nothing of it changed. */
  announce(id: string): Promise<void>;
}

export interface ListConnectionsOptions {
  /** Exactly this name; several connections may have it. */
  readonly name?: string | undefined;
  /** A part of the name; upper and lower case are the same for ASCII letters. */
  readonly nameContains?: string | undefined;
  /** 1,000 when left out. */
  readonly limit?: number | undefined;
  /** Goes on behind this connection, also when it was deleted in the meantime. */
  readonly after?: Pick<StoredConnection, 'id' | 'insertedAtMs'> | undefined;
}

export interface StoredConnection {
  /** A UUID in small letters. */
  readonly id: string;
  readonly name: string;
  /** The text that was given: everything of the connection but its name, secrets and operations. */
  readonly definition: string;
  /** Sorted. The values are in the SecretStore alone. */
  readonly secretNames: readonly string[];
  /** 1 when created, one more with every `update`. */
  readonly lockVersion: number;
  /** Counts the changes of the connection, of its secrets and of its operations: what was made of one revision stays good as long as it is the present one. */
  readonly revision: number;
  readonly status: ConnectionStatus;
  /** Milliseconds since the Unix epoch. */
  readonly insertedAtMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly updatedAtMs: number;
}

export interface ConnectionStatus {
  readonly state: ConnectionState;
  /** A sentence for people, without secrets. */
  readonly reason?: string | undefined;
  /** Milliseconds since the Unix epoch. */
  readonly atMs: number;
}

/** A connection is pending until something is known of it. */
export type ConnectionState = 'pending' | 'active' | 'error' | 'needs_reauth';

export interface ConnectionDraft {
  /** A UUID; a random one when left out. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly definition: string;
  readonly secrets?: SecretChanges | undefined;
}

export interface ConnectionChange {
  /** Refused with STORE_CONFLICT when the stored one is another; left out, the last writer wins. */
  readonly lockVersion?: number | undefined;
  readonly name?: string | undefined;
  readonly definition?: string | undefined;
  readonly secrets?: SecretChanges | undefined;
}

export interface WholeConnection {
  readonly connection: StoredConnection;
  /** Oldest first. */
  readonly operations: readonly StoredOperation[];
}

export interface WholeConnectionDraft extends ConnectionDraft {
  readonly operations: readonly OperationDraft[];
}
