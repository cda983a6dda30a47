import type { PgBoss } from 'pg-boss';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { SqlSession } from '../sql/sql-database.ts';
import type { WorkDispatch } from '../sql/work-dispatch.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { translatePostgresError } from './translate-postgres-error.ts';

export interface PgBossOptions {
  readonly address: PostgresAddress;
  /** Of the library's own tables; made when it is not there. */
  readonly schema: string;
}

const QUEUE = 'executions';
/** For the library's upkeep; what belongs to executions goes through the connections of the store. */
const CONNECTIONS = 2;
/** What waits is not thrown away: fifty years, of the 68 that fit. */
const RETENTION_SECONDS = 50 * 365 * 86_400;

interface Delivery {
  readonly id: string;
}

/**
 * Delivers by pg-boss, in the transactions of the store: a job is an id and the time it is due, and it is gone as soon
 * as its execution was claimed. Leases, attempts and results stand in the rows of the executions. The library is
 * loaded and its tables are brought up to date when the first execution is enqueued or asked for.
 */
export function createPgBossDispatch({ address, schema }: PgBossOptions): WorkDispatch {
  let starting: Promise<PgBoss> | undefined;
  const start = async (): Promise<PgBoss> => {
    const { PgBoss } = await import('pg-boss');
    const boss = new PgBoss({
      ...address,
      schema,
      application_name: 'ferrule',
      max: CONNECTIONS,
      schedule: false,
    });
    // Its upkeep is tried again by itself; calls that need the database say when it is away.
    boss.on('error', () => {});
    try {
      await boss.start();
      await boss.createQueue(QUEUE, { retentionSeconds: RETENTION_SECONDS });
      return boss;
    } catch (error) {
      // The failure to start is the one to tell.
      await boss.stop({ graceful: false }).catch(() => {});
      throw translatePostgresError(error);
    }
  };
  const ready = (): Promise<PgBoss> => {
    starting ??= start().catch(error => {
      starting = undefined;
      throw error;
    });
    return starting;
  };

  return {
    async prepare() {
      await ready();
    },
    async offer(session, ids, delayMs) {
      if (ids.length === 0) return;
      const boss = await ready();
      const startAfter = delayMs / 1_000;
      const jobs = ids.map(id => ({ data: { id } satisfies Delivery, startAfter }));
      await boss.insert(QUEUE, jobs, { db: toDatabase(session) });
    },
    async take(session, limit) {
      const boss = await ready();
      const db = toDatabase(session);
      const jobs = await boss.fetch<Delivery>(QUEUE, { batchSize: limit, db });
      if (jobs.length === 0) return [];
      await boss.deleteJob(
        QUEUE,
        jobs.map(({ id }) => id),
        { db },
      );
      return [...new Set(jobs.map(({ data }) => data.id))];
    },
    async close() {
      // One that could not start has nothing to stop.
      const boss = await starting?.catch(() => undefined);
      await boss?.stop({ graceful: false });
    },
  };
}

function toDatabase({ native }: SqlSession) {
  if (native === undefined) {
    throw new FerruleError('INTERNAL_DEFECT', 'Work is delivered in transactions of PostgreSQL alone');
  }
  return { executeSql: native };
}
