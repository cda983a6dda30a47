import type { Sealer } from '../encryption/sealer.ts';
import type { WholeConnection, WholeConnectionDraft } from '../ports/connection-store.ts';
import {
  insertConnection,
  sealConnection,
  selectConnection,
  selectForUpdate,
  toConnection,
} from './connection-rows.ts';
import { checkName, toId } from './input.ts';
import { importOperations } from './operation-import.ts';
import { selectOperations, toOperation } from './operation-rows.ts';
import { sealSecretChanges, writeSecretChanges } from './secrets.ts';
import type { SqlDatabase } from './sql-database.ts';
import { exists } from './store-errors.ts';

/** Writes a connection with everything in one step; see `ConnectionStore.import`. */
export async function importConnection(
  database: SqlDatabase,
  sealer: Sealer,
  draft: WholeConnectionDraft,
  replace: boolean,
): Promise<WholeConnection> {
  const id = toId(draft.id);
  const name = checkName(draft.name);
  const sealed = await sealConnection(sealer, id, draft.definition);
  const secrets = await sealSecretChanges(sealer, id, draft.secrets);
  const written = await database.transaction(async session => {
    const inserted = await insertConnection(session, { id, name, ...sealed });
    if (!inserted) {
      if (!replace) throw exists('connection', 'id', id);
      await selectForUpdate(database, session, id);
      await session.query(
        `UPDATE connections SET name = :name, sealed = :sealed, key_id = :keyId, lock_version = lock_version + 1,
           revision = revision + 1, updated_at = :now WHERE id = :id`,
        { id, name, ...sealed },
      );
    }
    await writeSecretChanges(session, id, secrets);
    await importOperations(session, sealer, {
      connectionId: id,
      drafts: draft.operations,
      replace,
      deleteOthers: true,
      pointer: '/operations',
    });
    await database.announce(session, { kind: 'connection', connectionId: id });
    return { row: await selectConnection(session, id), operations: await selectOperations(session, id) };
  });
  return {
    connection: await toConnection(sealer, written.row),
    operations: await Promise.all(written.operations.map(row => toOperation(sealer, row))),
  };
}
