import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { openPostgresPair, openSqlitePair } from '../store/stores.ts';
import type { FakeClock } from '../support/fake-clock.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { startScene } from './renewal-scene.ts';

const closing: (() => unknown)[] = [];
let cluster: PostgresCluster | undefined;

beforeAll(async () => {
  if (postgresPrograms !== undefined) cluster = await startPostgres();
});

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

afterAll(() => cluster?.remove());

const toStores = ({ store, other, close }: Awaited<ReturnType<typeof openSqlitePair>>) =>
  ({ stores: [store, other], close }) as const;

const databases = [
  ['SQLite', true, async (clock: FakeClock) => toStores(await openSqlitePair(clock))],
  [
    `PostgreSQL (${postgresPrograms ?? howToGetPostgres})`,
    postgresPrograms !== undefined,
    async (clock: FakeClock) => {
      if (cluster === undefined) throw new TypeError('PostgreSQL was not started');
      const { store, other, close } = await openPostgresPair(cluster, clock);
      return { stores: [store, other], close } as const;
    },
  ],
] as const;

describe.for(databases)('four servers on one database of %s', ([, isThere, open]) => {
  const test = it.skipIf(!isThere);

  test('use every refresh token once, also while calls renew the same tokens', async () => {
    const { clock, connect, renewAll, refreshes, tokenOf, first } = await startScene(closing, {
      servers: 4,
      open,
    });
    const accounts = Array.from({ length: 30 }, (_, index) => `person-${'x'.repeat(index)}`);
    const ids = await Promise.all(accounts.map(account => connect(account)));
    for (const round of [1, 2]) {
      clock.advance(9 * 60_000 + 1);
      const calls = ids.map(async (id, index) => {
        const { connection } = await first.connections.open(id);
        const parameters = { Account: accounts[index] };
        return index % 2 === 0 ? undefined : connection.renewToken({ parameters });
      });
      await Promise.all([renewAll(), ...calls]);
      expect(refreshes()).toHaveLength(30 * round);
      expect(new Set(refreshes()).size).toBe(30 * round);
    }
    for (const id of ids) expect((await tokenOf(id))?.expiresAtMs).toBe(clock.now() + 600_000);
  });
});
