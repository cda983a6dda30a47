import { systemClock } from '../../src/index.ts';
import type { Store } from '../../src/store.ts';
import { openPostgresPair, openSqlitePair } from '../store/stores.ts';
import { howToGetPostgres, postgresPrograms, startPostgres } from '../support/postgres.ts';

/** Two stores on one database. */
export interface StorePair {
  readonly store: Store;
  readonly other: Store;
  close(): Promise<void>;
}

/** The databases on which several servers may stand: name, whether it is there, how to open a pair. */
export const databases = [
  ['SQLite', true, async (): Promise<StorePair> => openSqlitePair(systemClock)],
  [
    `PostgreSQL (${postgresPrograms ?? howToGetPostgres})`,
    postgresPrograms !== undefined,
    async (): Promise<StorePair> => {
      const cluster = await startPostgres();
      const pair = await openPostgresPair(cluster, systemClock);
      const close = async () => {
        await pair.close();
        await cluster.remove();
      };
      return { ...pair, close };
    },
  ],
] as const;
