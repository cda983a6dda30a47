import { Client } from 'pg';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { describeStore } from '../../src/testing/index.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { openPostgresPair } from './stores.ts';

/** Every other table belongs to connections. */
const EMPTY = ['connections', 'events', 'api_keys', 'idempotency', 'settings'];

describe.skipIf(postgresPrograms === undefined)(
  `on PostgreSQL (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    const clock = createFakeClock();
    let cluster: PostgresCluster;
    let pair: Awaited<ReturnType<typeof openPostgresPair>>;
    let client: Client;

    beforeAll(async () => {
      cluster = await startPostgres();
      pair = await openPostgresPair(cluster, clock);
      client = new Client({ connectionString: cluster.url });
      await client.connect();
    });

    afterAll(async () => {
      await pair.close();
      await client.end();
      await cluster.remove();
    });

    // Making a schema takes longer than a test, so all tests are in one, emptied before each.
    describeStore('The PostgreSQL store', { describe, it }, async () => {
      await client.query(EMPTY.map(table => `DELETE FROM ${pair.schema}.${table}`).join('; '));
      const { store, other } = pair;
      return { store, other, now: clock.now, pass: clock.advance };
    });
  },
);
