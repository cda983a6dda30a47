import { chmod, open } from 'node:fs/promises';
import { type Clock, systemClock } from '../../base/clock.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { assertOpenOptions, keysOption, pathOption } from '../open-options.ts';
import type { EventLimits } from '../ports/event-log.ts';
import type { KeyProvider } from '../ports/key-provider.ts';
import type { Store } from '../ports/store.ts';
import { createStore } from '../sql/create-store.ts';
import { openSqliteDatabase } from './sqlite-database.ts';

export interface SqliteStoreOptions {
  /** The file; made when it is not there, its folder is not. Beside it SQLite keeps `-wal` and `-shm`. */
  readonly path: string;
  readonly keys: KeyProvider;
  readonly events?: EventLimits | undefined;
  /** What the file may grow to; no limit but the disk when left out. A write that needs more is STORE_FULL. */
  readonly maxBytes?: number | undefined;
  /** Milliseconds a write waits for other processes; 5,000 when left out. */
  readonly busyTimeoutMs?: number | undefined;
  /** The system's when left out. All processes on the file must go by the same time. */
  readonly clock?: Clock | undefined;
}

const BUSY_TIMEOUT_MS = 5_000;

/**
 * Opens the store in one file, for any number of processes on this machine. The schema is brought up to date first.
 * OPTIONS_INVALID, STORE_SCHEMA_NEWER, STORE_DAMAGED, STORE_FAILED when the file cannot be opened, and the errors of encryption keys.
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  assertOpenOptions('openSqliteStore', options, [pathOption, keysOption]);
  const { path, keys, events, maxBytes, busyTimeoutMs = BUSY_TIMEOUT_MS, clock = systemClock } = options;
  await makePrivate(path);
  const database = await openSqliteDatabase({ path, clock, maxBytes, busyTimeoutMs });
  return createStore(database, { keys, events });
}

/** For its owner alone: names and events are in clear. SQLite gives its side files the mode of the database. */
async function makePrivate(path: string): Promise<void> {
  try {
    const file = await open(path, 'a', 0o600);
    await file.close();
    await chmod(path, 0o600);
  } catch (cause) {
    throw new FerruleError('STORE_FAILED', `The database file ${path} cannot be opened`, {
      cause,
      hint: 'Check that its folder is there and can be written.',
    });
  }
}
