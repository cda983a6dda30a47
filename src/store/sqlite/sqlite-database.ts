import { setImmediate as nextTurn, setTimeout as pause } from 'node:timers/promises';
import type { Clock } from '../../base/clock.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { migrate } from '../sql/migrate.ts';
import type { Dialect, SqlDatabase, SqlSession } from '../sql/sql-database.ts';
import { CHANGES_TABLE, createSqliteChanges } from './sqlite-changes.ts';
import { openSqliteConnection, type SqliteConnection } from './sqlite-connection.ts';
import { isBusy, translateSqliteError } from './translate-sqlite-error.ts';
import { createTurns } from './turns.ts';

export interface SqliteDatabaseOptions {
  /** The file, or `:memory:`. */
  readonly path: string;
  readonly clock: Clock;
  readonly maxBytes: number | undefined;
  readonly busyTimeoutMs: number;
}

const PAGE_BYTES = 4_096;
/** Waits between two attempts to get the database from another process: long enough to let it write. */
const RETRY_MS = 5;

const dialect: Dialect = {
  bytes: 'BLOB',
  integer: 'INTEGER',
  counter: 'INTEGER PRIMARY KEY AUTOINCREMENT',
  tableOptions: ' STRICT',
  // A transaction that may write is the only one there is.
  forUpdate: '',
  skipLocked: '',
  lower: expression => `lower(${expression})`,
};

/**
 * SQLite in one file, for any number of processes on one machine. What writes takes turns inside the process, and
 * waits for other processes without holding up the event loop; reads see the last committed state and wait for nobody.
 */
export async function openSqliteDatabase(options: SqliteDatabaseOptions): Promise<SqlDatabase> {
  const { path, clock, busyTimeoutMs } = options;
  const takeTurn = createTurns();
  const writer = open(options);
  let reader = writer;
  let closed = false;

  const attempt = async <Result>(work: () => Promise<Result>): Promise<Result> => {
    const untilMs = performance.now() + busyTimeoutMs;
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (!isBusy(error) || performance.now() >= untilMs) throw translateSqliteError(error);
      }
      await pause(RETRY_MS * (0.5 + Math.random()));
    }
  };
  const session: SqlSession = {
    query: async (sql, parameters = {}) => writer.query(sql, parameters, clock.now()),
  };
  const write = <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (closed) throw storeClosed();
    return takeTurn(async () => {
      const result = await attempt(work);
      // The calls are synchronous: without this, somebody who writes without end would leave no time for anything else.
      await nextTurn();
      return result;
    });
  };

  try {
    await attempt(async () => prepareFile(writer, path));
    await attempt(() =>
      inTransaction(writer, async () => {
        await migrate(session, dialect);
        await session.query(CHANGES_TABLE);
      }),
    );
    if (path !== ':memory:') reader = openReader(path);
  } catch (error) {
    writer.close();
    throw translateSqliteError(error);
  }
  const changes = createSqliteChanges(reader);

  return {
    dialect,
    async query(sql, parameters = {}) {
      if (closed) throw storeClosed();
      if (reader === writer || !/^\s*SELECT\b/i.test(sql)) return write(() => session.query(sql, parameters));
      return attempt(async () => reader.query(sql, parameters, clock.now()));
    },
    async transaction(work) {
      const result = await write(() => inTransaction(writer, () => work(session)));
      changes.look();
      return result;
    },
    announce: (inner, change) => changes.announce(inner, change),
    subscribe(onChange) {
      if (closed) throw storeClosed();
      return changes.subscribe(onChange);
    },
    async close() {
      if (closed) return;
      closed = true;
      changes.close();
      await takeTurn(async () => {
        if (reader !== writer) reader.close();
        writer.close();
      });
    },
  };
}

function open({ path, maxBytes }: SqliteDatabaseOptions): SqliteConnection {
  try {
    const connection = openSqliteConnection(path);
    if (maxBytes !== undefined) {
      connection.exec(`PRAGMA max_page_count = ${Math.max(1, Math.floor(maxBytes / PAGE_BYTES))}`);
    }
    return connection;
  } catch (error) {
    throw translateSqliteError(error);
  }
}

/**
 * Write-ahead log, so that readers and one writer do not wait for each other; `synchronous = FULL`, so that what was
 * acknowledged survives a power cut as well.
 */
function prepareFile(writer: SqliteConnection, path: string): void {
  if (path !== ':memory:') writer.exec('PRAGMA journal_mode = WAL');
  writer.exec('PRAGMA synchronous = FULL');
}

function openReader(path: string): SqliteConnection {
  const reader = openSqliteConnection(path);
  reader.exec('PRAGMA query_only = ON');
  return reader;
}

/** IMMEDIATE: the right to write is had from the beginning, so nothing that was read can be old when it is written. */
async function inTransaction<Result>(writer: SqliteConnection, work: () => Promise<Result>): Promise<Result> {
  writer.exec('BEGIN IMMEDIATE');
  try {
    const result = await work();
    writer.exec('COMMIT');
    return result;
  } catch (error) {
    // SQLite has already rolled back by itself after some failures, such as a full disk.
    if (writer.isTransaction) writer.exec('ROLLBACK');
    throw error;
  }
}

function storeClosed(): FerruleError {
  return new FerruleError('STORE_CLOSED', 'The store is closed');
}
