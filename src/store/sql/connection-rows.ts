import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Sealed, Sealer } from '../encryption/sealer.ts';
import type { ConnectionState, ConnectionStatus, StoredConnection } from '../ports/connection-store.ts';
import { checkText } from './input.ts';
import { bytes, integer, optionalText, text, texts } from './row.ts';
import type { Row, SqlDatabase, SqlParameters, SqlSession } from './sql-database.ts';
import { notFound } from './store-errors.ts';

const states: readonly string[] = ['pending', 'active', 'error', 'needs_reauth'] satisfies ConnectionState[];

export async function sealConnection(sealer: Sealer, id: string, definition: string): Promise<Sealed> {
  checkText(definition, 'definition');
  return sealer.sealText(toPlace(id), definition);
}

export async function toConnection(sealer: Sealer, row: Row): Promise<StoredConnection> {
  const id = text(row, 'id');
  return {
    id,
    name: text(row, 'name'),
    definition: await sealer.openText(toPlace(id), bytes(row, 'sealed')),
    secretNames: texts(row, 'secret_names'),
    lockVersion: integer(row, 'lock_version'),
    revision: integer(row, 'revision'),
    status: toStatus(row),
    insertedAtMs: integer(row, 'inserted_at'),
    updatedAtMs: integer(row, 'updated_at'),
  };
}

/** False when the id is taken. */
export async function insertConnection(session: SqlSession, values: SqlParameters): Promise<boolean> {
  const rows = await session.query(
    `INSERT INTO connections (id, name, sealed, key_id, secret_names, lock_version, revision, status, status_at,
       inserted_at, updated_at)
     VALUES (:id, :name, :sealed, :keyId, '[]', 1, 1, 'pending', :now, :now, :now)
     ON CONFLICT (id) DO NOTHING RETURNING id`,
    values,
  );
  return rows.length > 0;
}

/** Locks the row: whoever writes a connection, its secrets or its operations has it first, so nobody waits in a circle. */
export async function selectForUpdate(
  { dialect }: SqlDatabase,
  session: SqlSession,
  id: string,
): Promise<Row | undefined> {
  const [row] = await session.query(`SELECT * FROM connections WHERE id = :id${dialect.forUpdate}`, { id });
  return row;
}

export async function selectConnection(session: SqlSession, id: string): Promise<Row> {
  const [row] = await session.query('SELECT * FROM connections WHERE id = :id', { id });
  if (row === undefined) throw notFound('connection', id);
  return row;
}

function toStatus(row: Row): ConnectionStatus {
  const state = text(row, 'status');
  const reason = optionalText(row, 'status_reason');
  const atMs = integer(row, 'status_at');
  if (isState(state)) return reason === undefined ? { state, atMs } : { state, reason, atMs };
  throw new FerruleError('STORE_DAMAGED', 'The status of a connection is none that is known', {
    expected: states.join(', '),
    found: 'another word',
  });
}

function isState(word: string): word is ConnectionState {
  return states.includes(word);
}

function toPlace(id: string): string {
  return `connections/${id}/definition`;
}
