import type { Sealer } from '../encryption/sealer.ts';
import type {
  ConnectionChange,
  ConnectionDraft,
  ConnectionStore,
  ListConnectionsOptions,
  StoredConnection,
} from '../ports/connection-store.ts';
import { importConnection } from './connection-import.ts';
import {
  insertConnection,
  sealConnection,
  selectConnection,
  selectForUpdate,
  toConnection,
} from './connection-rows.ts';
import { checkName, toId, toLimit } from './input.ts';
import { toContainsPattern } from './like-pattern.ts';
import { selectOperations, toOperation } from './operation-rows.ts';
import { integer } from './row.ts';
import { sealSecretChanges, writeSecretChanges } from './secrets.ts';
import type { SqlDatabase, SqlParameters } from './sql-database.ts';
import { assertLockVersion, exists, notFound } from './store-errors.ts';

const LISTED = 1_000;

export function createConnections(database: SqlDatabase, sealer: Sealer): ConnectionStore {
  return {
    async list(options = {}) {
      const rows = await database.query(listStatement(database, options), toListParameters(options));
      return Promise.all(rows.map(row => toConnection(sealer, row)));
    },
    async get(id) {
      const [row] = await database.query('SELECT * FROM connections WHERE id = :id', { id });
      return row === undefined ? undefined : toConnection(sealer, row);
    },
    async getWhole(id) {
      const found = await database.transaction(async session => {
        const row = await selectForUpdate(database, session, id);
        return row === undefined ? undefined : { row, operations: await selectOperations(session, id) };
      });
      if (found === undefined) return undefined;
      return {
        connection: await toConnection(sealer, found.row),
        operations: await Promise.all(found.operations.map(row => toOperation(sealer, row))),
      };
    },
    create: draft => create(database, sealer, draft),
    update: (id, change) => update(database, sealer, id, change),
    delete: (id, { lockVersion } = {}) =>
      database.transaction(async session => {
        const row = await selectForUpdate(database, session, id);
        if (row === undefined) return false;
        assertLockVersion('connection', id, lockVersion, integer(row, 'lock_version'));
        await session.query('DELETE FROM connections WHERE id = :id', { id });
        await database.announce(session, { kind: 'connection', connectionId: id });
        return true;
      }),
    import: (draft, { replace = false } = {}) => importConnection(database, sealer, draft, replace),
    async setStatus(id, { state, reason, atMs }) {
      const rows = await database.query(
        `UPDATE connections SET
           status_reason = CASE WHEN status_at <= :atMs THEN CAST(:reason AS TEXT) ELSE status_reason END,
           status = CASE WHEN status_at <= :atMs THEN :state ELSE status END,
           status_at = CASE WHEN status_at <= :atMs THEN :atMs ELSE status_at END
         WHERE id = :id RETURNING id`,
        { id, state, reason: reason ?? null, atMs },
      );
      return rows.length > 0;
    },
    announce: id =>
      database.transaction(session => database.announce(session, { kind: 'connection', connectionId: id })),
  };
}

async function create(
  database: SqlDatabase,
  sealer: Sealer,
  draft: ConnectionDraft,
): Promise<StoredConnection> {
  const id = toId(draft.id);
  const name = checkName(draft.name);
  const sealed = await sealConnection(sealer, id, draft.definition);
  const secrets = await sealSecretChanges(sealer, id, draft.secrets);
  const row = await database.transaction(async session => {
    const inserted = await insertConnection(session, { id, name, ...sealed });
    if (!inserted) throw exists('connection', 'id', id);
    await writeSecretChanges(session, id, secrets);
    await database.announce(session, { kind: 'connection', connectionId: id });
    return selectConnection(session, id);
  });
  return toConnection(sealer, row);
}

async function update(
  database: SqlDatabase,
  sealer: Sealer,
  id: string,
  change: ConnectionChange,
): Promise<StoredConnection> {
  const name = change.name === undefined ? null : checkName(change.name);
  const sealed =
    change.definition === undefined ? undefined : await sealConnection(sealer, id, change.definition);
  const secrets = await sealSecretChanges(sealer, id, change.secrets);
  const row = await database.transaction(async session => {
    const present = await selectForUpdate(database, session, id);
    if (present === undefined) throw notFound('connection', id);
    assertLockVersion('connection', id, change.lockVersion, integer(present, 'lock_version'));
    await session.query(
      `UPDATE connections SET name = COALESCE(:name, name), lock_version = lock_version + 1,
         revision = revision + 1, updated_at = :now WHERE id = :id`,
      { id, name },
    );
    if (sealed !== undefined) {
      await session.query('UPDATE connections SET sealed = :sealed, key_id = :keyId WHERE id = :id', {
        id,
        ...sealed,
      });
    }
    await writeSecretChanges(session, id, secrets);
    await database.announce(session, { kind: 'connection', connectionId: id });
    return selectConnection(session, id);
  });
  return toConnection(sealer, row);
}

function listStatement(
  { dialect }: SqlDatabase,
  { name, nameContains, after }: ListConnectionsOptions,
): string {
  const conditions = [
    name === undefined ? [] : ['name = :name'],
    nameContains === undefined ? [] : [`${dialect.lower('name')} LIKE :pattern ESCAPE '!'`],
    after === undefined ? [] : ['(inserted_at, id) > (CAST(:afterAt AS BIGINT), CAST(:afterId AS TEXT))'],
  ].flat();
  const where = conditions.length === 0 ? '' : `WHERE ${conditions.join(' AND ')}`;
  return `SELECT * FROM connections ${where} ORDER BY inserted_at, id LIMIT :limit`;
}

function toListParameters({ name, nameContains, limit, after }: ListConnectionsOptions): SqlParameters {
  return {
    limit: toLimit(limit, LISTED),
    ...(name === undefined ? {} : { name }),
    ...(nameContains === undefined ? {} : { pattern: toContainsPattern(nameContains) }),
    ...(after === undefined ? {} : { afterAt: after.insertedAtMs, afterId: after.id }),
  };
}
