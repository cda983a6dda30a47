import type { Clock } from '../../base/clock.ts';
import type { SecretValue } from '../../base/secret-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { assertOpenOptions, keysOption } from '../open-options.ts';
import type { EventLimits } from '../ports/event-log.ts';
import type { KeyProvider } from '../ports/key-provider.ts';
import type { Store } from '../ports/store.ts';
import { createStore } from '../sql/create-store.ts';
import { createPgBossDispatch } from './pg-boss-dispatch.ts';
import { parsePostgresAddress } from './postgres-address.ts';
import { openPostgresDatabase } from './postgres-database.ts';

export interface PostgresStoreOptions {
  /**
   * `postgres://user:password@host:port/database`, with `sslmode=disable`, `require`, `verify-ca` or `verify-full`:
   * the last three are the same, because certificates are always checked. Without it there is no TLS, unless `caCert`
   * is given.
   */
  readonly url: string | SecretValue;
  readonly keys: KeyProvider;
  /** Small letters, digits and underscores; `ferrule` when left out. Made when it is not there. */
  readonly schema?: string | undefined;
  /** PEM; the only authorities that are trusted. */
  readonly caCert?: string | undefined;
  /** Connections of this process besides the one that listens for changes; 10 when left out. */
  readonly maxConnections?: number | undefined;
  readonly events?: EventLimits | undefined;
  /** The clock of the database server when left out: then all machines go by the same time. */
  readonly clock?: Clock | undefined;
}

const MAX_CONNECTIONS = 10;

/**
 * Opens the store in PostgreSQL, for any number of machines. The schema is brought up to date first, by one of those
 * that start at once. STORE_INPUT_INVALID, STORE_UNAVAILABLE, STORE_FAILED, STORE_SCHEMA_NEWER, and the errors of
 * encryption keys. Later a lost database is STORE_UNAVAILABLE, and the store goes on by itself when it is back.
 */
export async function openPostgresStore(options: PostgresStoreOptions): Promise<Store> {
  assertOpenOptions('openPostgresStore', options, [keysOption]);
  const { url, keys, schema = 'ferrule', caCert, maxConnections = MAX_CONNECTIONS, events, clock } = options;
  if (!/^[a-z_][a-z0-9_]{0,49}$/.test(schema)) {
    throw new FerruleError('STORE_INPUT_INVALID', 'The schema cannot be used', {
      pointer: '/schema',
      expected: 'up to 50 small letters, digits and underscores',
      found: `${schema.length} characters`,
    });
  }
  const address = parsePostgresAddress(url, caCert);
  const database = await openPostgresDatabase({ address, schema, maxConnections, clock });
  const dispatch = createPgBossDispatch({ address, schema: `${schema}_queue` });
  return createStore(database, { keys, events, dispatch });
}
