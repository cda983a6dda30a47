import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring, openPostgresStore, openSqliteStore, type Store } from '../../src/store.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { killWriters } from './kill.ts';
import { killWorkers } from './kill-workers.ts';
import { makeFolder, newKey, newSchema } from './stores.ts';
import { bundleWriter, startWriter } from './writers.ts';

const keys = `${newKey()},${newKey()}`;
const seed = Math.floor(Math.random() * 2 ** 31);

let writer: Awaited<ReturnType<typeof bundleWriter>>;

beforeAll(async () => {
  writer = await bundleWriter();
});

afterAll(() => {
  writer.remove();
});

describe('SQLite and several processes', () => {
  let files: ReturnType<typeof makeFolder>;
  let place: string;
  let store: Store;

  beforeAll(async () => {
    files = makeFolder();
    place = join(files.folder, 'store.db');
    store = await openSqliteStore({ path: place, keys: createKeyring(keys) });
  });

  afterAll(async () => {
    await store.close();
    files.remove();
  });

  it('lose nothing that was acknowledged when they are killed, and leave nothing by half', async () => {
    expect(await killWriters(writer.program, store, place, keys, seed)).toBe(30);
  }, 60_000);

  it(
    'do everything that is queued though they are killed, and repeat no more than they had in hand',
    () => killWorkers(writer.program, store, place, keys, seed),
    30_000,
  );

  it('lose no update when they write the same at once', () => countTogether(store, place));
});

describe.skipIf(postgresPrograms === undefined)(
  `PostgreSQL (${postgresPrograms ?? howToGetPostgres}) and several processes`,
  () => {
    const schema = newSchema();
    let cluster: PostgresCluster;
    let store: Store;

    beforeAll(async () => {
      cluster = await startPostgres({ durable: true });
      store = await openPostgresStore({ url: cluster.url, schema, keys: createKeyring(keys) });
    });

    afterAll(async () => {
      await store.close();
      await cluster.remove();
    });

    it('lose nothing that was acknowledged when they are killed, and leave nothing by half', async () => {
      expect(await killWriters(writer.program, store, `${cluster.url}#${schema}`, keys, seed)).toBe(30);
    }, 60_000);

    it(
      'do everything that is queued though they are killed, and repeat no more than they had in hand',
      () => killWorkers(writer.program, store, `${cluster.url}#${schema}`, keys, seed),
      30_000,
    );

    it('lose no update when they write the same at once', () =>
      countTogether(store, `${cluster.url}#${schema}`));
  },
);

/** Three processes add 25 each to one number, every one by reading it and writing what it read and one. */
async function countTogether(store: Store, place: string): Promise<void> {
  const { id } = await store.connections.create({ name: 'number', definition: '0' });
  const writers = [1, 2, 3].map(() => startWriter(writer.program, ['count', place, keys, id]));
  for (const each of writers) expect(await each.ended, each.errors()).toBe(0);
  const counted = writers.map(each => each.said().find(({ kind }) => kind === 'counted')?.number ?? -1);
  expect(counted.every(conflicts => conflicts >= 0)).toBe(true);
  const { definition, lockVersion } = (await store.connections.get(id)) ?? {};
  expect([definition, lockVersion]).toEqual(['75', 76]);
}
