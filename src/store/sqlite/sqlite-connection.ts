import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { LruMap } from '../../base/lru-map.ts';
import type { Row, SqlParameters } from '../sql/sql-database.ts';
import { loadSqlite } from './load-sqlite.ts';

/** One handle on the database file. Its calls are synchronous and throw what SQLite says. */
export interface SqliteConnection {
  /** `:now` is bound where the statement has it. */
  query(sql: string, parameters: SqlParameters, nowMs: number): readonly Row[];
  exec(sql: string): void;
  readonly isTransaction: boolean;
  close(): void;
}

const STATEMENTS = 200;
const NOW = /:now\b/;

export function openSqliteConnection(path: string): SqliteConnection {
  const { DatabaseSync } = loadSqlite();
  const database: DatabaseSync = new DatabaseSync(path, { enableForeignKeyConstraints: true, timeout: 0 });
  const statements = new LruMap<string, StatementSync>(STATEMENTS);
  const prepare = (sql: string): StatementSync => {
    const known = statements.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    statements.set(sql, statement);
    return statement;
  };
  return {
    query: (sql, parameters, nowMs) =>
      prepare(sql).all(NOW.test(sql) ? { ...parameters, now: nowMs } : parameters),
    exec: sql => database.exec(sql),
    get isTransaction() {
      return database.isTransaction;
    },
    close: () => database.close(),
  };
}
