import type { Change } from '../ports/changes.ts';

/** A value that both databases keep as it is. Times are integers, texts are UTF-8. */
export type SqlValue = string | number | Uint8Array | null;

export type SqlParameters = Readonly<Record<string, SqlValue>>;

export type Row = Readonly<Record<string, unknown>>;

/**
 * Sends one statement. Parameters are named (`:id`); `:now` is always there, the time of the store in milliseconds
 * since the Unix epoch, which is the clock of the database server where there is one: leases of many machines must
 * go by one clock.
 */
export interface SqlSession {
  query(sql: string, parameters?: SqlParameters): Promise<readonly Row[]>;
  /** A statement in the words of the database itself, for a library that brings its own; in transactions of PostgreSQL. */
  readonly native?: (text: string, values?: unknown[]) => Promise<{ rows: Record<string, unknown>[] }>;
}

/**
 * What the stores need of a database. The statements are the same for all; `dialect` holds the words that differ.
 * Failures are FerruleErrors of the stage `store`; what breaks a constraint is STORE_EXISTS or STORE_NOT_FOUND.
 */
export interface SqlDatabase extends SqlSession {
  readonly dialect: Dialect;
  /** All or nothing, durable when fulfilled. `work` runs again when the database asks for that, so it only queries. */
  transaction<Result>(work: (session: SqlSession) => Promise<Result>): Promise<Result>;
  /** Tells subscribers of all processes, when the transaction of the session is durable. */
  announce(session: SqlSession, change: Change): Promise<void>;
  subscribe(onChange: (change: Change) => void): () => void;
  close(): Promise<void>;
}

export interface Dialect {
  /** Column types of the schema. */
  readonly bytes: string;
  readonly integer: string;
  /** A primary key that counts up. */
  readonly counter: string;
  /** What stands behind the columns of a table. */
  readonly tableOptions: string;
  /** Ends a SELECT whose rows are to be changed. */
  readonly forUpdate: string;
  /** The same, without those that somebody else is changing. */
  readonly skipLocked: string;
  /** Lower case of ASCII letters only. */
  lower(expression: string): string;
}
