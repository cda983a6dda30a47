import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { migrate } from '../../src/store/sql/migrate.ts';
import { migrations } from '../../src/store/sql/schema.ts';
import { openSqliteDatabase } from '../../src/store/sqlite/sqlite-database.ts';
import { createKeyring, openPostgresStore, openSqliteStore } from '../../src/store.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { makeFolder, newKey, newSchema } from './stores.ts';

const keys = createKeyring(newKey());

describe('the schema', () => {
  it('is numbered from one without gaps', () => {
    expect(migrations.map(({ version }) => version)).toEqual(migrations.map((_, index) => index + 1));
  });

  it('goes forward only as far as the code knows, step by step', async () => {
    const database = await openSqliteDatabase({
      path: ':memory:',
      clock: createFakeClock(),
      maxBytes: undefined,
      busyTimeoutMs: 0,
    });
    const next = { version: migrations.length + 1, statements: () => ['CREATE TABLE added (id TEXT)'] };
    const failing = { version: migrations.length + 2, statements: () => ['CREATE TABLE oops'] };
    const run = (steps: typeof migrations) =>
      database.transaction(session => migrate(session, database.dialect, steps));
    expect((await failureOf(run([...migrations, next, failing]))).code).toBe('STORE_FAILED');
    expect((await failureOf(database.query('SELECT * FROM added'))).code).toBe('STORE_FAILED');
    await run([...migrations, next]);
    await run([...migrations, next]);
    expect(await database.query('SELECT * FROM added')).toEqual([]);
    const failure = await failureOf(run(migrations));
    expect([failure.code, failure.details]).toEqual([
      'STORE_SCHEMA_NEWER',
      { known: migrations.length, present: migrations.length + 1 },
    ]);
    await database.close();
  });
});

describe('a SQLite file', () => {
  it('is set up once by several that open it at once, and refused when it is newer', async () => {
    const { folder, remove } = makeFolder();
    const path = join(folder, 'store.db');
    const stores = await Promise.all(Array.from({ length: 4 }, () => openSqliteStore({ path, keys })));
    await stores[0]?.connections.create({ name: 'a', definition: '' });
    expect((await stores[3]?.connections.list())?.length).toBe(1);
    await Promise.all(stores.map(store => store.close()));
    const future = new DatabaseSync(path);
    future.exec('INSERT INTO schema_versions (version, applied_at) VALUES (999, 0)');
    future.close();
    expect((await failureOf(openSqliteStore({ path, keys }))).code).toBe('STORE_SCHEMA_NEWER');
    remove();
  });
});

describe.skipIf(postgresPrograms === undefined)(
  `a PostgreSQL schema (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    let cluster: PostgresCluster;

    beforeAll(async () => {
      cluster = await startPostgres();
    });

    afterAll(async () => {
      await cluster.remove();
    });

    it('is set up once by several that open it at once, and refused when it is newer', async () => {
      const schema = newSchema();
      const options = { url: cluster.url, schema, keys };
      const stores = await Promise.all(Array.from({ length: 4 }, () => openPostgresStore(options)));
      await stores[0]?.connections.create({ name: 'a', definition: '' });
      expect((await stores[3]?.connections.list())?.length).toBe(1);
      await Promise.all(stores.map(store => store.close()));
      const client = new Client({ connectionString: cluster.url });
      await client.connect();
      const { rows } = await client.query(`SELECT version FROM ${schema}.schema_versions`);
      expect(rows.length).toBe(migrations.length);
      await client.query(`INSERT INTO ${schema}.schema_versions (version, applied_at) VALUES (999, 0)`);
      await client.end();
      expect((await failureOf(openPostgresStore(options))).code).toBe('STORE_SCHEMA_NEWER');
    });

    it('is used by somebody who may not make one', async () => {
      const schema = newSchema();
      const client = new Client({ connectionString: cluster.url });
      await client.connect();
      await client.query(`CREATE ROLE limited LOGIN; CREATE SCHEMA ${schema} AUTHORIZATION limited;
      REVOKE CREATE ON DATABASE postgres FROM PUBLIC`);
      await client.end();
      const store = await openPostgresStore({
        url: cluster.url.replace('postgres@', 'limited@'),
        schema,
        keys,
      });
      await store.connections.create({ name: 'a', definition: '' });
      await store.close();
    });
  },
);
