import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Sealer } from '../encryption/sealer.ts';
import type { KeyProvider } from '../ports/key-provider.ts';
import type { RotationOptions, RotationReport } from '../ports/store.ts';
import { bytes, text } from './row.ts';
import type { Row, SqlDatabase } from './sql-database.ts';

/** Every table with sealed records, by its key columns. A test holds the list to the schema. */
export const sealedTables = [
  { table: 'connections', key: ['id'] },
  { table: 'operations', key: ['id'] },
  { table: 'connection_secrets', key: ['connection_id', 'name'] },
  { table: 'tokens', key: ['connection_id', 'key'] },
  { table: 'authorization_states', key: ['state'] },
  { table: 'idempotency', key: ['id'] },
  { table: 'executions', key: ['id'] },
  { table: 'execution_results', key: ['id'] },
  // Last, because it tells by which key the database is opened.
  { table: 'sealed_settings', key: ['name'] },
] as const;

type SealedTable = (typeof sealedTables)[number];

const BATCH = 100;

/**
 * Wraps the data keys anew, batch by batch, each batch in one transaction. A record that somebody writes meanwhile is
 * under the current key already, so what was read of it is not written back: the old envelope must still be there.
 */
export async function rotateEncryptionKey(
  database: SqlDatabase,
  sealer: Sealer,
  keys: KeyProvider,
  { batchSize = BATCH, signal }: RotationOptions = {},
): Promise<RotationReport> {
  const keyId = await keys.currentKeyId();
  await database.query(
    `INSERT INTO encryption_keys (id, since_at) VALUES (:keyId, :now)
     ON CONFLICT (id) DO UPDATE SET retired_at = NULL`,
    { keyId },
  );
  let rotated = 0;
  for (const table of sealedTables) {
    for (;;) {
      if (signal?.aborted) throw aborted(signal, rotated);
      const rows = await selectOlder(database, table, keyId, batchSize);
      if (rows.length === 0) break;
      rotated += await rewrap(database, sealer, table, rows);
    }
  }
  await database.query(
    'UPDATE encryption_keys SET retired_at = :now WHERE id <> :keyId AND retired_at IS NULL',
    { keyId },
  );
  return { keyId, rotated };
}

function selectOlder(
  database: SqlDatabase,
  { table, key }: SealedTable,
  keyId: string,
  batchSize: number,
): Promise<readonly Row[]> {
  const columns = key.join(', ');
  return database.query(
    `SELECT ${columns}, sealed FROM ${table} WHERE key_id <> :keyId ORDER BY ${columns} LIMIT :batchSize`,
    { keyId, batchSize },
  );
}

async function rewrap(
  database: SqlDatabase,
  sealer: Sealer,
  { table, key }: SealedTable,
  rows: readonly Row[],
): Promise<number> {
  const changes = await Promise.all(
    rows.map(async row => {
      const old = bytes(row, 'sealed');
      const names = Object.fromEntries(key.map(column => [column, text(row, column)]));
      return { ...names, old, ...(await sealer.rewrap(old)) };
    }),
  );
  const same = key.map(column => `${column} = :${column}`).join(' AND ');
  return database.transaction(async session => {
    let written = 0;
    for (const change of changes) {
      const updated = await session.query(
        `UPDATE ${table} SET sealed = :sealed, key_id = :keyId WHERE ${same} AND sealed = :old RETURNING key_id`,
        change,
      );
      written += updated.length;
    }
    return written;
  });
}

function aborted(signal: AbortSignal, rotated: number): FerruleError {
  return new FerruleError('ABORTED', 'The rotation of the encryption key was stopped', {
    stage: 'store',
    cause: signal.reason,
    details: { rotated },
    hint: 'Every record can be read. Run it again to rotate the rest.',
  });
}
