import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { createKeyring, openPostgresStore, type Store } from '../../src/store.ts';
import { describeWorkQueue } from '../../src/testing/index.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { newKey, newSchema } from './stores.ts';

describe.skipIf(postgresPrograms === undefined)(
  `on PostgreSQL (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    const schema = newSchema();
    let cluster: PostgresCluster;
    let store: Store;
    let other: Store;
    let client: Client;

    beforeAll(async () => {
      cluster = await startPostgres();
      const options = { url: cluster.url, schema, keys: createKeyring(newKey()), maxConnections: 4 };
      [store, other] = await Promise.all([openPostgresStore(options), openPostgresStore(options)]);
      // Both at once, on a database that has no tables of the library yet.
      const request = { owner: 'nobody', leaseMs: 1_000, limit: 1 };
      await Promise.all([store, other].map(each => each.queue.claims.claim(request)));
      client = new Client({ connectionString: cluster.url });
      await client.connect();
    });

    afterAll(async () => {
      await Promise.all([store?.close(), other?.close(), client?.end()]);
      await cluster?.remove();
    });

    // The library goes by the clock of the database, so time passes by itself here.
    describeWorkQueue('The PostgreSQL store', { describe, it }, async () => {
      await client.query(`DELETE FROM ${schema}.connections; DELETE FROM ${schema}_queue.job`);
      return { store, other, now: Date.now, pass: pause };
    });
  },
);
