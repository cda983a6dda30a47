import type { Sealer } from '../encryption/sealer.ts';
import type { ListOperationsOptions, OperationStore } from '../ports/operation-store.ts';
import { checkName, toId } from './input.ts';
import { toContainsPattern } from './like-pattern.ts';
import { importOperations } from './operation-import.ts';
import { insertOperation, sealDefinition, selectOperations, toOperation } from './operation-rows.ts';
import { integer, text } from './row.ts';
import type { Row, SqlDatabase, SqlSession } from './sql-database.ts';
import { assertLockVersion, exists, notFound } from './store-errors.ts';

/** Ids per statement. */
const ASKED_AT_ONCE = 100;

export function createOperations(database: SqlDatabase, sealer: Sealer): OperationStore {
  /** Has the row of the connection before anything of it is written, and tells of the change. */
  const change = <Result>(
    connectionId: string,
    work: (session: SqlSession) => Promise<Result>,
  ): Promise<Result> =>
    database.transaction(async session => {
      const rows = await session.query(
        'UPDATE connections SET revision = revision + 1 WHERE id = :connectionId RETURNING id',
        { connectionId },
      );
      if (rows.length === 0) throw notFound('connection', connectionId);
      const result = await work(session);
      await database.announce(session, { kind: 'connection', connectionId });
      return result;
    });

  return {
    async list(connectionId, options = {}) {
      const rows = await database.query(listStatement(database, options), {
        connectionId,
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(options.nameContains === undefined ? {} : { pattern: toContainsPattern(options.nameContains) }),
      });
      return Promise.all(rows.map(row => toOperation(sealer, row)));
    },
    async get(connectionId, id) {
      const row = await find(database, connectionId, id);
      return row === undefined ? undefined : toOperation(sealer, row);
    },
    async findByIds(ids) {
      const found = new Map<string, Row>();
      for (let start = 0; start < ids.length; start += ASKED_AT_ONCE) {
        for (const row of await findSome(database, ids.slice(start, start + ASKED_AT_ONCE))) {
          found.set(text(row, 'id'), row);
        }
      }
      const rows = [...new Set(ids)].map(id => found.get(id)).filter(row => row !== undefined);
      return Promise.all(rows.map(row => toOperation(sealer, row)));
    },
    async create(connectionId, draft) {
      const id = toId(draft.id);
      const name = checkName(draft.name);
      const sealed = await sealDefinition(sealer, id, draft.definition);
      const row = await change(connectionId, async session => {
        await assertNameIsFree(session, connectionId, id, name);
        if (!(await insertOperation(session, connectionId, { id, name, ...sealed }))) {
          throw exists('operation', 'id', id);
        }
        return select(session, connectionId, id);
      });
      return toOperation(sealer, row);
    },
    async update(connectionId, id, { lockVersion, name, definition }) {
      if (name !== undefined) checkName(name);
      const sealed = definition === undefined ? undefined : await sealDefinition(sealer, id, definition);
      const row = await change(connectionId, async session => {
        const present = await select(session, connectionId, id);
        assertLockVersion('operation', id, lockVersion, integer(present, 'lock_version'));
        if (name !== undefined) await assertNameIsFree(session, connectionId, id, name);
        await session.query(
          `UPDATE operations SET name = COALESCE(:name, name), lock_version = lock_version + 1, updated_at = :now
           WHERE id = :id`,
          { id, name: name ?? null },
        );
        if (sealed !== undefined) {
          await session.query('UPDATE operations SET sealed = :sealed, key_id = :keyId WHERE id = :id', {
            id,
            ...sealed,
          });
        }
        return select(session, connectionId, id);
      });
      return toOperation(sealer, row);
    },
    async delete(connectionId, id, { lockVersion } = {}) {
      if ((await find(database, connectionId, id)) === undefined) return false;
      return change(connectionId, async session => {
        const present = await find(session, connectionId, id);
        if (present === undefined) return false;
        assertLockVersion('operation', id, lockVersion, integer(present, 'lock_version'));
        await session.query('DELETE FROM operations WHERE id = :id', { id });
        return true;
      });
    },
    async import(connectionId, drafts, { replace = false } = {}) {
      const rows = await change(connectionId, async session => {
        await importOperations(session, sealer, {
          connectionId,
          drafts,
          replace,
          deleteOthers: false,
          pointer: '',
        });
        return selectOperations(session, connectionId);
      });
      const byName = new Map(rows.map(row => [text(row, 'name'), row]));
      const imported = drafts.map(({ name }) => byName.get(name)).filter(row => row !== undefined);
      return Promise.all(imported.map(row => toOperation(sealer, row)));
    },
  };
}

async function find(session: SqlSession, connectionId: string, id: string): Promise<Row | undefined> {
  const [row] = await session.query(
    'SELECT * FROM operations WHERE id = :id AND connection_id = :connectionId',
    { id, connectionId },
  );
  return row;
}

async function select(session: SqlSession, connectionId: string, id: string): Promise<Row> {
  const row = await find(session, connectionId, id);
  if (row === undefined) throw notFound('operation', id);
  return row;
}

function findSome(session: SqlSession, ids: readonly string[]): Promise<readonly Row[]> {
  const names = ids.map((_, index) => `:id${index}`).join(', ');
  const parameters = Object.fromEntries(ids.map((id, index) => [`id${index}`, id]));
  return session.query(`SELECT * FROM operations WHERE id IN (${names})`, parameters);
}

/** Names are free as long as the row of the connection is held. */
async function assertNameIsFree(
  session: SqlSession,
  connectionId: string,
  id: string,
  name: string,
): Promise<void> {
  const rows = await session.query(
    'SELECT id FROM operations WHERE connection_id = :connectionId AND name = :name AND id <> :id',
    { connectionId, name, id },
  );
  if (rows.length > 0) throw exists('operation', 'name', name);
}

function listStatement({ dialect }: SqlDatabase, { name, nameContains }: ListOperationsOptions): string {
  const conditions = [
    'connection_id = :connectionId',
    ...(name === undefined ? [] : ['name = :name']),
    ...(nameContains === undefined ? [] : [`${dialect.lower('name')} LIKE :pattern ESCAPE '!'`]),
  ];
  return `SELECT * FROM operations WHERE ${conditions.join(' AND ')} ORDER BY position`;
}
