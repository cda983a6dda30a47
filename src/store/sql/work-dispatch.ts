import { text } from './row.ts';
import type { SqlSession } from './sql-database.ts';

/**
 * Brings executions to workers when they are due. It holds ids alone: what becomes of an execution stands in its row,
 * and both are written in one transaction, so neither is ever there without the other.
 */
export interface WorkDispatch {
  /** Called outside of transactions, before the others: whatever takes a connection of its own happens here. */
  prepare(): Promise<void>;
  /** They are due in so many milliseconds. */
  offer(session: SqlSession, ids: readonly string[], delayMs: number): Promise<void>;
  /** Up to `limit` that are due and that nobody else is taking, which it forgets when the transaction is committed. */
  take(session: SqlSession, limit: number): Promise<readonly string[]>;
  close(): Promise<void>;
}

/** By the table itself, for a database with one writer at a time: `due_at` says it all. */
export const tableDispatch: WorkDispatch = {
  prepare: async () => undefined,
  offer: async () => undefined,
  async take(session, limit) {
    const rows = await session.query(
      `SELECT id FROM executions WHERE state = 'queued' AND due_at <= :now ORDER BY due_at, sequence LIMIT :limit`,
      { limit },
    );
    return rows.map(row => text(row, 'id'));
  },
  close: async () => undefined,
};
