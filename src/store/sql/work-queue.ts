import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Sealer } from '../encryption/sealer.ts';
import type { WorkDraft, WorkItem, WorkQueue } from '../ports/work-queue.ts';
import { checkName, toId, toLimit } from './input.ts';
import { bytes, integer } from './row.ts';
import type { SqlDatabase, SqlParameters, SqlSession } from './sql-database.ts';
import { createWorkClaims } from './work-claims.ts';
import type { WorkDispatch } from './work-dispatch.ts';
import { requestPlace, resultPlace, toIdList, toWorkItem } from './work-rows.ts';

/** Rows per statement: a statement per row would make a thousand of them take seconds. */
const ROWS = 50;
const LISTED = 100;
/** What is past its time is gone, though it may not be deleted yet. */
const LIVES = '(expires_at IS NULL OR expires_at > :now)';

export function createWorkQueue(database: SqlDatabase, sealer: Sealer, dispatch: WorkDispatch): WorkQueue {
  const find = async (session: SqlSession, id: string): Promise<WorkItem | undefined> => {
    const [row] = await session.query(`SELECT * FROM executions WHERE id = :id AND ${LIVES}`, { id });
    return row === undefined ? undefined : toWorkItem(row);
  };

  return {
    async enqueue(drafts) {
      const rows = await Promise.all(drafts.map(draft => toRow(sealer, draft)));
      if (rows.length === 0) return;
      await dispatch.prepare();
      await database.transaction(async session => {
        const added: string[] = [];
        for (let start = 0; start < rows.length; start += ROWS) {
          added.push(...(await insert(session, rows.slice(start, start + ROWS))));
        }
        await dispatch.offer(session, added, 0);
        await database.announce(session, { kind: 'work' });
      });
    },
    get: id => find(database, id),
    async list({ connectionId, state, batchId, before, limit } = {}) {
      const conditions = [
        LIVES,
        ...(connectionId === undefined ? [] : ['connection_id = :connectionId']),
        ...(state === undefined ? [] : ['state = :state']),
        ...(batchId === undefined ? [] : ['batch_id = :batchId']),
        ...(before === undefined ? [] : ['sequence < :before']),
      ];
      const rows = await database.query(
        `SELECT * FROM executions WHERE ${conditions.join(' AND ')} ORDER BY sequence DESC LIMIT :limit`,
        {
          limit: toLimit(limit, LISTED),
          ...(connectionId === undefined ? {} : { connectionId }),
          ...(state === undefined ? {} : { state }),
          ...(batchId === undefined ? {} : { batchId }),
          ...(before === undefined ? {} : { before }),
        },
      );
      return rows.map(toWorkItem);
    },
    async result(id) {
      const [row] = await database.query(
        `SELECT execution_results.sealed FROM execution_results JOIN executions USING (id)
         WHERE id = :id AND ${LIVES}`,
        { id },
      );
      return row === undefined ? undefined : sealer.openSecret(resultPlace(id), bytes(row, 'sealed'));
    },
    async waiting(most) {
      const [row] = await database.query(
        `SELECT COUNT(*) AS number FROM
           (SELECT 1 AS one FROM executions WHERE state = 'queued' LIMIT :most) AS waiting`,
        { most },
      );
      return row === undefined ? 0 : integer(row, 'number');
    },
    cancel: id =>
      database.transaction(async session => {
        await session.query(
          `UPDATE executions SET state = 'cancelled', finished_at = :now, expires_at = :now + keep_ms
           WHERE id = :id AND state = 'queued'`,
          { id },
        );
        await session.query(
          "UPDATE executions SET cancel_requested = 1 WHERE id = :id AND state = 'running'",
          { id },
        );
        return find(session, id);
      }),
    async retry(id) {
      await dispatch.prepare();
      return database.transaction(async session => {
        const rows = await session.query(
          `UPDATE executions SET state = 'queued', attempts = 0, cancel_requested = 0, code = NULL, due_at = :now,
             started_at = NULL, finished_at = NULL, expires_at = NULL
           WHERE id = :id AND state IN ('failed', 'cancelled') RETURNING id`,
          { id },
        );
        const item = await find(session, id);
        if (rows.length === 0) {
          if (item === undefined) return undefined;
          throw wrongState(item, 'failed or cancelled');
        }
        await session.query('DELETE FROM execution_results WHERE id = :id', { id });
        await dispatch.offer(session, [id], 0);
        await database.announce(session, { kind: 'work' });
        return item;
      });
    },
    remove: id =>
      database.transaction(async session => {
        const rows = await session.query(
          "DELETE FROM executions WHERE id = :id AND state <> 'running' RETURNING id",
          { id },
        );
        if (rows.length > 0) return true;
        const item = await find(session, id);
        if (item === undefined) return false;
        throw wrongState(item, 'any state but running');
      }),
    claims: createWorkClaims(database, sealer, dispatch),
  };
}

const COLUMNS = ['id', 'batchId', 'connectionId', 'operationId', 'principal', 'sealed', 'keyId'] as const;

async function toRow(sealer: Sealer, draft: WorkDraft): Promise<SqlParameters> {
  const id = toId(draft.id);
  return {
    id,
    batchId: toId(draft.batchId),
    connectionId: draft.connectionId,
    operationId: draft.operationId ?? null,
    principal: checkName(draft.principal, 'principal'),
    maxAttempts: Math.max(1, Math.trunc(draft.maxAttempts)),
    keepMs: Math.ceil(draft.keepMs),
    ...(await sealer.sealSecret(requestPlace(id), draft.request)),
  };
}

/** Gives the ids that were not there before. */
async function insert(session: SqlSession, rows: readonly SqlParameters[]): Promise<readonly string[]> {
  const { list, given } = toIdList(rows.map(row => String(row['id'])));
  const present = await session.query(`SELECT id FROM executions WHERE id IN (${list})`, given);
  const known = new Set(present.map(row => row['id']));
  const fresh = rows.filter(row => !known.has(row['id']));
  if (fresh.length === 0) return [];
  const values = fresh.map((_, index) => {
    const columns = COLUMNS.map(name => `:${name}${index}`).join(', ');
    return `(${columns}, 'queued', 0, :maxAttempts${index}, 0, 0, :keepMs${index}, :now, :now)`;
  });
  const added = await session.query(
    `INSERT INTO executions (id, batch_id, connection_id, operation_id, principal, sealed, key_id,
       state, attempts, max_attempts, permitted, cancel_requested, keep_ms, created_at, due_at)
     VALUES ${values.join(', ')} ON CONFLICT (id) DO NOTHING RETURNING id`,
    Object.fromEntries(
      fresh.flatMap((row, index) =>
        Object.entries(row).map(([name, value]) => [`${name}${index}`, value] as const),
      ),
    ),
  );
  return added.map(row => String(row['id']));
}

function wrongState({ id, state }: WorkItem, expected: string): FerruleError {
  return new FerruleError('WORK_STATE', `The execution ${id} is ${state}`, {
    expected,
    found: state,
    details: { id, state },
  });
}
