import type { SecretValue } from '../../base/secret-value.ts';

/**
 * The secrets of connections. They are written together with the connection (`ConnectionStore.create`, `update`,
 * `import`), in one step, and read here: by whoever executes, and by nobody else.
 */
export interface SecretStore {
  /** All secrets of a connection by name; empty when there is no such connection. */
  read(connectionId: string): Promise<ReadonlyMap<string, SecretValue>>;
}

/** By name: a value sets the secret, `'keep'` leaves it as it is, `'clear'` removes it. Names that are not listed stay. */
export type SecretChanges = ReadonlyMap<string, SecretValue | 'keep' | 'clear'>;
