import { queueMigration } from './queue-schema.ts';
import type { Dialect } from './sql-database.ts';

/** One step of the schema. Steps are never changed once they were published; a new one is added behind them. */
export interface Migration {
  readonly version: number;
  readonly statements: (dialect: Dialect) => readonly string[];
}

/**
 * Times are milliseconds since the Unix epoch. `sealed` is an envelope of the encryption, `key_id` the key it is
 * under; names of tables and columns are part of what is sealed, so renaming one means sealing anew.
 */
export const migrations: readonly Migration[] = [
  {
    version: 1,
    statements: ({ bytes, integer, counter, tableOptions }) => [
      `CREATE TABLE connections (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        sealed ${bytes} NOT NULL,
        key_id TEXT NOT NULL,
        secret_names TEXT NOT NULL,
        lock_version ${integer} NOT NULL,
        revision ${integer} NOT NULL,
        status TEXT NOT NULL,
        status_reason TEXT,
        status_at ${integer} NOT NULL,
        inserted_at ${integer} NOT NULL,
        updated_at ${integer} NOT NULL
      )${tableOptions}`,
      'CREATE INDEX connections_by_age ON connections (inserted_at, id)',
      'CREATE INDEX connections_by_key ON connections (key_id)',
      `CREATE TABLE operations (
        id TEXT PRIMARY KEY,
        connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        sealed ${bytes} NOT NULL,
        key_id TEXT NOT NULL,
        lock_version ${integer} NOT NULL,
        position ${integer} NOT NULL,
        inserted_at ${integer} NOT NULL,
        updated_at ${integer} NOT NULL,
        CONSTRAINT operations_name_once UNIQUE (connection_id, name)
      )${tableOptions}`,
      'CREATE INDEX operations_by_key ON operations (key_id)',
      `CREATE TABLE connection_secrets (
        connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        name TEXT NOT NULL,
        sealed ${bytes} NOT NULL,
        key_id TEXT NOT NULL,
        PRIMARY KEY (connection_id, name)
      )${tableOptions}`,
      'CREATE INDEX connection_secrets_by_key ON connection_secrets (key_id)',
      `CREATE TABLE tokens (
        connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        version TEXT NOT NULL,
        sealed ${bytes} NOT NULL,
        key_id TEXT NOT NULL,
        has_token ${integer} NOT NULL,
        needs_reauth ${integer} NOT NULL,
        expires_at ${integer},
        discard_at ${integer},
        due_at ${integer},
        claim_owner TEXT,
        claim_until ${integer},
        updated_at ${integer} NOT NULL,
        PRIMARY KEY (connection_id, key)
      )${tableOptions}`,
      'CREATE INDEX tokens_by_key ON tokens (key_id)',
      'CREATE INDEX tokens_due ON tokens (due_at) WHERE due_at IS NOT NULL',
      `CREATE TABLE token_leases (
        connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        key TEXT NOT NULL,
        owner TEXT NOT NULL,
        until_at ${integer} NOT NULL,
        PRIMARY KEY (connection_id, key)
      )${tableOptions}`,
      `CREATE TABLE authorization_states (
        state TEXT PRIMARY KEY,
        connection_id TEXT NOT NULL REFERENCES connections (id) ON DELETE CASCADE,
        sealed ${bytes} NOT NULL,
        key_id TEXT NOT NULL,
        expires_at ${integer} NOT NULL
      )${tableOptions}`,
      'CREATE INDEX authorization_states_of_connection ON authorization_states (connection_id)',
      `CREATE TABLE events (
        sequence ${counter},
        connection_id TEXT REFERENCES connections (id) ON DELETE CASCADE,
        kind TEXT NOT NULL,
        at ${integer} NOT NULL,
        details TEXT NOT NULL
      )${tableOptions}`,
      'CREATE INDEX events_of_connection ON events (connection_id, sequence)',
      'CREATE INDEX events_by_age ON events (at)',
      `CREATE TABLE api_keys (
        id TEXT PRIMARY KEY,
        name TEXT NOT NULL,
        digest TEXT NOT NULL UNIQUE,
        scopes TEXT NOT NULL,
        created_at ${integer} NOT NULL,
        expires_at ${integer},
        revoked_at ${integer}
      )${tableOptions}`,
      `CREATE TABLE idempotency (
        id TEXT PRIMARY KEY,
        fingerprint TEXT NOT NULL,
        owner TEXT NOT NULL,
        lease_until ${integer} NOT NULL,
        expires_at ${integer} NOT NULL,
        sealed ${bytes},
        key_id TEXT
      )${tableOptions}`,
      'CREATE INDEX idempotency_by_key ON idempotency (key_id)',
      `CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL)${tableOptions}`,
      `CREATE TABLE sealed_settings (
        name TEXT PRIMARY KEY,
        sealed ${bytes} NOT NULL,
        key_id TEXT NOT NULL
      )${tableOptions}`,
      `CREATE TABLE encryption_keys (
        id TEXT PRIMARY KEY,
        since_at ${integer} NOT NULL,
        retired_at ${integer}
      )${tableOptions}`,
    ],
  },
  queueMigration,
];
