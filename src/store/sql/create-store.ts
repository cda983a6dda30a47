import { systemClock, type Timer } from '../../base/clock.ts';
import { SecretValue } from '../../base/secret-value.ts';
import { createSealer } from '../encryption/sealer.ts';
import type { EventLimits } from '../ports/event-log.ts';
import type { KeyProvider } from '../ports/key-provider.ts';
import type { Store } from '../ports/store.ts';
import { createApiKeys } from './api-keys.ts';
import { createAuthorizationStates } from './authorization-states.ts';
import { createConnectionTokens } from './connection-tokens.ts';
import { createConnections } from './connections.ts';
import { openDigester } from './database-key.ts';
import { createEvents, pruneEvents } from './events.ts';
import { createIdempotency } from './idempotency.ts';
import { createOperations } from './operations.ts';
import { rotateEncryptionKey } from './rotate.ts';
import { createSecrets } from './secrets.ts';
import { createSettings } from './settings.ts';
import type { SqlDatabase } from './sql-database.ts';
import { tableDispatch, type WorkDispatch } from './work-dispatch.ts';
import { createWorkQueue } from './work-queue.ts';

/** What the stores of every database have in common. */
export interface StoreOptions {
  readonly keys: KeyProvider;
  readonly events?: EventLimits | undefined;
  /** How work comes to workers; by its table when left out. */
  readonly dispatch?: WorkDispatch | undefined;
}

const PRUNED_EVERY_MS = 10 * 60_000;

/** The store over a database that has its schema. The database belongs to it from here on, also when this fails. */
export async function createStore(
  database: SqlDatabase,
  { keys, events = {}, dispatch = tableDispatch }: StoreOptions,
): Promise<Store> {
  const sealer = createSealer(keys);
  const digest = await openDigester(database, sealer, keys).catch(async error => {
    await database.close();
    throw error;
  });
  const prune = async () => {
    await pruneEvents(database, events);
    for (const statement of OUT_OF_TIME) await database.query(statement);
  };
  let timer: Timer | undefined;
  const pruneLater = () => {
    timer = systemClock.after(PRUNED_EVERY_MS, () => {
      // What could not be deleted now is deleted next time; a database that is away shows wherever it is needed.
      prune().catch(() => {});
      pruneLater();
    });
  };
  pruneLater();

  return {
    connections: createConnections(database, sealer),
    operations: createOperations(database, sealer),
    secrets: createSecrets(database, sealer),
    tokens: createConnectionTokens(database, sealer, digest),
    authorizationStates: createAuthorizationStates(database, sealer, digest),
    events: createEvents(database, events),
    apiKeys: createApiKeys(database, digest),
    idempotency: createIdempotency(database, sealer, digest),
    queue: createWorkQueue(database, sealer, dispatch),
    settings: createSettings(database),
    changes: { subscribe: onChange => database.subscribe(onChange) },
    deriveKey: purpose => new SecretValue(digest('derived key', purpose)),
    async check() {
      await database.query('SELECT 1 AS one');
    },
    rotateEncryptionKey: options => rotateEncryptionKey(database, sealer, keys, options),
    prune,
    async close() {
      timer?.cancel();
      await dispatch.close();
      await database.close();
    },
  };
}

const OUT_OF_TIME = [
  'DELETE FROM authorization_states WHERE expires_at <= :now',
  'DELETE FROM idempotency WHERE expires_at <= :now',
  'DELETE FROM tokens WHERE discard_at <= :now',
  'DELETE FROM token_leases WHERE until_at <= :now',
  'DELETE FROM executions WHERE expires_at <= :now',
];
