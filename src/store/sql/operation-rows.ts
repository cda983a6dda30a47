import type { Sealed, Sealer } from '../encryption/sealer.ts';
import type { StoredOperation } from '../ports/operation-store.ts';
import { checkText } from './input.ts';
import { bytes, integer, text } from './row.ts';
import type { Row, SqlSession } from './sql-database.ts';

/** What is written of an operation, encrypted. */
export interface OperationValues extends Sealed {
  readonly id: string;
  readonly name: string;
}

export async function sealDefinition(sealer: Sealer, id: string, definition: string): Promise<Sealed> {
  checkText(definition, 'definition');
  return sealer.sealText(toPlace(id), definition);
}

export async function toOperation(sealer: Sealer, row: Row): Promise<StoredOperation> {
  const id = text(row, 'id');
  return {
    id,
    connectionId: text(row, 'connection_id'),
    name: text(row, 'name'),
    definition: await sealer.openText(toPlace(id), bytes(row, 'sealed')),
    lockVersion: integer(row, 'lock_version'),
    insertedAtMs: integer(row, 'inserted_at'),
    updatedAtMs: integer(row, 'updated_at'),
  };
}

export function selectOperations(session: SqlSession, connectionId: string): Promise<readonly Row[]> {
  return session.query('SELECT * FROM operations WHERE connection_id = :connectionId ORDER BY position', {
    connectionId,
  });
}

/** Behind the others. False when the id is taken; a name that is taken is STORE_EXISTS by the constraint. */
export async function insertOperation(
  session: SqlSession,
  connectionId: string,
  { id, name, sealed, keyId }: OperationValues,
): Promise<boolean> {
  const rows = await session.query(
    `INSERT INTO operations (id, connection_id, name, sealed, key_id, lock_version, position, inserted_at, updated_at)
     VALUES (:id, :connectionId, :name, :sealed, :keyId, 1,
       (SELECT COALESCE(MAX(position), 0) + 1 FROM operations WHERE connection_id = :connectionId), :now, :now)
     ON CONFLICT (id) DO NOTHING RETURNING id`,
    { id, connectionId, name, sealed, keyId },
  );
  return rows.length > 0;
}

/** Where it was, one lock version on. */
export async function replaceOperation(
  session: SqlSession,
  { id, name, sealed, keyId }: OperationValues,
): Promise<void> {
  await session.query(
    `UPDATE operations SET name = :name, sealed = :sealed, key_id = :keyId, lock_version = lock_version + 1,
       updated_at = :now WHERE id = :id`,
    { id, name, sealed, keyId },
  );
}

function toPlace(id: string): string {
  return `operations/${id}/definition`;
}
