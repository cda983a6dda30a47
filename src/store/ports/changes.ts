/**
 * Tells of changes that any process made in the same database, within a second. A change says what to look at, not
 * what it is now. After a time without contact one `everything` comes, since nobody knows what was missed.
 */
export interface Changes {
  /** Calls `onChange` until the returned function is called. It must not throw. */
  subscribe(onChange: (change: Change) => void): () => void;
}

export type Change =
  /** The connection, its operations or its secrets were written or deleted, or it was announced. */
  | { readonly kind: 'connection'; readonly connectionId: string }
  /** A token or lease of the connection; `key` is the digest that the store has of the key. */
  | { readonly kind: 'token'; readonly connectionId: string; readonly key: string }
  | { readonly kind: 'api_key'; readonly id: string }
  /** Something was put into the work queue that is due. */
  | { readonly kind: 'work' }
  | { readonly kind: 'everything' };
