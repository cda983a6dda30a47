/**
 * Where the operations of connections live: text beside text, encrypted at rest like the connections. A name is used
 * once per connection. Every write adds one to the revision of the connection and tells its subscribers.
 */
export interface OperationStore {
  /** Oldest first. Empty when there is no such connection. */
  list(connectionId: string, options?: ListOperationsOptions): Promise<readonly StoredOperation[]>;
  get(connectionId: string, id: string): Promise<StoredOperation | undefined>;
  /** Those that exist, of any connection, in the order of `ids`. */
  findByIds(ids: readonly string[]): Promise<readonly StoredOperation[]>;
  /** STORE_NOT_FOUND without the connection; STORE_EXISTS when id or name is taken (`details.field` says which). */
  create(connectionId: string, draft: OperationDraft): Promise<StoredOperation>;
  /** STORE_NOT_FOUND, STORE_CONFLICT, STORE_EXISTS. */
  update(connectionId: string, id: string, change: OperationChange): Promise<StoredOperation>;
  /** False when there was none. STORE_CONFLICT when `lockVersion` is old. */
  delete(
    connectionId: string,
    id: string,
    options?: { readonly lockVersion?: number | undefined },
  ): Promise<boolean>;
  /**
   * Writes all or none. With `replace`, a draft takes the place of the stored operation with its id or name; without,
   * such drafts are refused by one STORE_EXISTS whose `issues` name each of them by JSON pointer (`/0/id`,
   * `/2/name`). The id of an operation of another connection is always refused.
   */
  import(
    connectionId: string,
    drafts: readonly OperationDraft[],
    options?: { readonly replace?: boolean | undefined },
  ): Promise<readonly StoredOperation[]>;
}

export interface ListOperationsOptions {
  readonly name?: string | undefined;
  /** A part of the name; upper and lower case are the same for ASCII letters. */
  readonly nameContains?: string | undefined;
}

export interface StoredOperation {
  /** A UUID in small letters. */
  readonly id: string;
  readonly connectionId: string;
  readonly name: string;
  /** The text that was given: everything of the operation but its name. */
  readonly definition: string;
  /** 1 when created, one more with every change. */
  readonly lockVersion: number;
  /** Milliseconds since the Unix epoch. */
  readonly insertedAtMs: number;
  /** Milliseconds since the Unix epoch. */
  readonly updatedAtMs: number;
}

export interface OperationDraft {
  /** A UUID; a random one when left out. */
  readonly id?: string | undefined;
  readonly name: string;
  readonly definition: string;
}

export interface OperationChange {
  /** Refused with STORE_CONFLICT when the stored one is another; left out, the last writer wins. */
  readonly lockVersion?: number | undefined;
  readonly name?: string | undefined;
  readonly definition?: string | undefined;
}
