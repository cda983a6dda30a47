import { randomBytes } from 'node:crypto';
import { type Clock, systemClock } from '../base/clock.ts';
import { createKeyring } from './encryption/keyring.ts';
import type { EventLimits } from './ports/event-log.ts';
import type { Store } from './ports/store.ts';
import { createStore } from './sql/create-store.ts';
import { openSqliteDatabase } from './sqlite/sqlite-database.ts';

export interface MemoryStoreOptions {
  readonly events?: EventLimits | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * A store that ends with the process, for tests and trials: the same statements as every other store, on a database of
 * SQLite without a file, under a key that nobody has.
 */
export async function openMemoryStore({
  events,
  clock = systemClock,
}: MemoryStoreOptions = {}): Promise<Store> {
  const keys = createKeyring(randomBytes(32).toString('base64'));
  const database = await openSqliteDatabase({
    path: ':memory:',
    clock,
    maxBytes: undefined,
    busyTimeoutMs: 0,
  });
  return createStore(database, { keys, events });
}
