import { createHash } from 'node:crypto';
import type { Client, ClientConfig, PoolClient } from 'pg';
import type { Clock } from '../../base/clock.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { migrate } from '../sql/migrate.ts';
import type { Dialect, Row, SqlDatabase, SqlParameters, SqlSession } from '../sql/sql-database.ts';
import { createPositional } from './positional.ts';
import type { PostgresAddress } from './postgres-address.ts';
import { listenForChanges } from './postgres-changes.ts';
import { endsConnection, mayRunAgain, translatePostgresError } from './translate-postgres-error.ts';

export interface PostgresDatabaseOptions {
  readonly address: PostgresAddress;
  readonly schema: string;
  readonly maxConnections: number;
  /** Undefined: the clock of the database server, which is the same for all machines. */
  readonly clock: Clock | undefined;
}

/** Milliseconds. A database that is away is told to the caller soon, and one statement never holds a lock for long. */
const CONNECT_TIMEOUT_MS = 5_000;
const STATEMENT_TIMEOUT_MS = 30_000;
/** A little later than the server's own, for when the server does not answer at all. */
const ANSWER_TIMEOUT_MS = 35_000;
/** A step of the schema takes as long as the tables are large, and the others wait for it. */
const PATIENT: ClientConfig = {
  statement_timeout: 0,
  query_timeout: 0,
  idle_in_transaction_session_timeout: 0,
};
const ATTEMPTS = 5;
const INT8 = 20;
const NOW = '(EXTRACT(EPOCH FROM statement_timestamp()) * 1000)::BIGINT';

const dialect: Dialect = {
  bytes: 'BYTEA',
  integer: 'BIGINT',
  counter: 'BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY',
  tableOptions: '',
  forUpdate: ' FOR UPDATE',
  skipLocked: ' FOR UPDATE SKIP LOCKED',
  lower: expression => `lower(${expression} COLLATE "C")`,
};

/** PostgreSQL, in a schema of its own, by a pool of connections that are made again when they are lost. */
export async function openPostgresDatabase(options: PostgresDatabaseOptions): Promise<SqlDatabase> {
  const { address, schema, maxConnections, clock } = options;
  const { default: pg } = await import('pg');
  const toStatement = createPositional(clock === undefined ? NOW : undefined);
  const config: ClientConfig = {
    ...address,
    application_name: 'ferrule',
    options: `-c search_path=${schema}`,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    statement_timeout: STATEMENT_TIMEOUT_MS,
    idle_in_transaction_session_timeout: STATEMENT_TIMEOUT_MS,
    query_timeout: ANSWER_TIMEOUT_MS,
    keepAlive: true,
    types: {
      // Times and counters stay far below 2^53.
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
    },
  };
  const run = async (
    target: Pick<Client, 'query'>,
    sql: string,
    parameters: SqlParameters = {},
  ): Promise<readonly Row[]> => {
    const given = clock === undefined ? parameters : { ...parameters, now: clock.now() };
    const { rows } = await target.query(toStatement(sql, given));
    return rows;
  };
  const connect = async (limits: ClientConfig = {}): Promise<Client> => {
    const client = new pg.Client({ ...config, ...limits });
    client.on('error', tellsItsCaller);
    try {
      await client.connect();
    } catch (error) {
      // The failure to connect is the one to tell.
      client.end().catch(() => {});
      throw error;
    }
    return client;
  };

  await prepareSchema(() => connect(PATIENT), run, schema).catch(error => {
    throw translatePostgresError(error);
  });
  const channel = `ferrule_${schema}`;
  const changes = await listenForChanges(() => connect(), channel).catch(error => {
    throw translatePostgresError(error);
  });
  const pool = new pg.Pool({ ...config, max: maxConnections, allowExitOnIdle: true });
  // An idle connection that is lost is replaced by the next call; that call says when there is no other.
  pool.on('error', () => {});
  let closed = false;

  const toSession = (client: PoolClient): SqlSession => ({
    query: (sql, given) => run(client, sql, given),
    native: (text, values) => client.query(text, values),
  });
  const once = async <Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result> => {
    const client = await pool.connect();
    client.on('error', tellsItsCaller);
    let failure: unknown;
    try {
      return await inTransaction(client, () => work(toSession(client)));
    } catch (error) {
      failure = error;
      throw error;
    } finally {
      client.off('error', tellsItsCaller);
      client.release(failure !== undefined && endsConnection(failure));
    }
  };

  return {
    dialect,
    async query(sql, parameters) {
      if (closed) throw storeClosed();
      try {
        return await run(pool, sql, parameters);
      } catch (error) {
        throw translatePostgresError(error);
      }
    },
    async transaction(work) {
      if (closed) throw storeClosed();
      for (let attempt = 1; ; attempt += 1) {
        try {
          return await once(work);
        } catch (error) {
          if (!mayRunAgain(error) || attempt === ATTEMPTS) throw translatePostgresError(error);
        }
      }
    },
    announce: (session, change) => changes.announce(session, change),
    subscribe(onChange) {
      if (closed) throw storeClosed();
      return changes.subscribe(onChange);
    },
    async close() {
      if (closed) return;
      closed = true;
      await Promise.all([changes.close(), pool.end()]);
    },
  };
}

/** One process at a time brings the schema up to date; the others wait for the lock and find it done. */
async function prepareSchema(
  connect: () => Promise<Client>,
  run: (target: Client, sql: string, parameters?: SqlParameters) => Promise<readonly Row[]>,
  schema: string,
): Promise<void> {
  const client = await connect();
  try {
    await inTransaction(client, async () => {
      await run(client, `SELECT pg_advisory_xact_lock(${lockNumber(schema)})`);
      const there = await run(client, 'SELECT 1 AS one FROM pg_namespace WHERE nspname = :schema', {
        schema,
      });
      // Only when it is missing: without the right to create one, a schema made by somebody else will do.
      if (there.length === 0) await run(client, `CREATE SCHEMA "${schema}"`);
      await migrate({ query: (sql, parameters) => run(client, sql, parameters) }, dialect);
    });
  } finally {
    // What counts happened before.
    await client.end().catch(() => {});
  }
}

async function inTransaction<Result>(
  client: Client | PoolClient,
  work: () => Promise<Result>,
): Promise<Result> {
  await client.query('BEGIN');
  let result: Result;
  try {
    result = await work();
  } catch (error) {
    // Without a connection the server rolls back by itself; the first failure is the one to tell.
    await client.query('ROLLBACK').catch(() => {});
    throw error;
  }
  try {
    await client.query('COMMIT');
  } catch (cause) {
    const { code, summary } = translatePostgresError(cause);
    // The server may have committed before it was lost: whoever repeats must reckon with that.
    throw new FerruleError(code, summary, { cause, details: { outcomeUnknown: true } });
  }
  return result;
}

/** A number for the advisory lock that no other program on the server is likely to use. */
function lockNumber(schema: string): number {
  return createHash('sha256').update(`ferrule schema ${schema}`).digest().readInt32BE(0);
}

/**
 * A connection that is lost says so twice: to the statement that waits for it, which fails, and as an event that ends
 * the process when nobody listens.
 */
function tellsItsCaller(): void {}

function storeClosed(): FerruleError {
  return new FerruleError('STORE_CLOSED', 'The store is closed');
}
