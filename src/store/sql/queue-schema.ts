import type { Migration } from './schema.ts';

/** The tables of the work queue. `permitted`: it may send, by the rate of its connection. */
export const queueMigration: Migration = {
  version: 2,
  statements: ({ bytes, integer, counter, tableOptions }) => [
    `CREATE TABLE executions (
      sequence ${counter},
      id TEXT NOT NULL UNIQUE,
      batch_id TEXT NOT NULL,
      connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
      operation_id TEXT,
      principal TEXT NOT NULL,
      sealed ${bytes} NOT NULL,
      key_id TEXT NOT NULL,
      state TEXT NOT NULL,
      attempts ${integer} NOT NULL,
      max_attempts ${integer} NOT NULL,
      permitted ${integer} NOT NULL,
      cancel_requested ${integer} NOT NULL,
      code TEXT,
      owner TEXT,
      lease_until ${integer},
      keep_ms ${integer} NOT NULL,
      created_at ${integer} NOT NULL,
      due_at ${integer} NOT NULL,
      started_at ${integer},
      finished_at ${integer},
      expires_at ${integer}
    )${tableOptions}`,
    "CREATE INDEX executions_due ON executions (due_at, sequence) WHERE state = 'queued'",
    "CREATE INDEX executions_running ON executions (connection_id) WHERE state = 'running'",
    'CREATE INDEX executions_of_connection ON executions (connection_id, sequence)',
    'CREATE INDEX executions_of_batch ON executions (batch_id, sequence)',
    'CREATE INDEX executions_by_end ON executions (expires_at) WHERE expires_at IS NOT NULL',
    'CREATE INDEX executions_by_key ON executions (key_id)',
    `CREATE TABLE execution_results (
      id TEXT PRIMARY KEY REFERENCES executions (id) ON DELETE CASCADE,
      sealed ${bytes} NOT NULL,
      key_id TEXT NOT NULL
    )${tableOptions}`,
    'CREATE INDEX execution_results_by_key ON execution_results (key_id)',
    `CREATE TABLE execution_rates (
      connection_id TEXT PRIMARY KEY REFERENCES connections (id) ON DELETE CASCADE,
      next_at ${integer} NOT NULL,
      planned_at ${integer} NOT NULL
    )${tableOptions}`,
  ],
};
