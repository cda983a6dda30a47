import type { Sealer } from '../encryption/sealer.ts';
import type { ClaimedWork, WorkClaims } from '../ports/work-queue.ts';
import { bytes, integer, text } from './row.ts';
import type { Row, SqlDatabase, SqlSession } from './sql-database.ts';
import type { WorkDispatch } from './work-dispatch.ts';
import { permit } from './work-permit.ts';
import { OWN, requestPlace, resultPlace, toIdList, toOwn, toWorkItem } from './work-rows.ts';

export function createWorkClaims(database: SqlDatabase, sealer: Sealer, dispatch: WorkDispatch): WorkClaims {
  const { integer: number } = database.dialect;
  const toClaimed = async (row: Row, owner: string): Promise<ClaimedWork> => {
    const item = toWorkItem(row);
    return { item, owner, request: await sealer.openSecret(requestPlace(item.id), bytes(row, 'sealed')) };
  };

  return {
    async claim({ owner, leaseMs, limit }) {
      await dispatch.prepare();
      const rows = await database.transaction(async session => {
        const ids = await dispatch.take(session, limit);
        if (ids.length === 0) return [];
        const { list, given } = toIdList(ids);
        return session.query(
          `UPDATE executions SET state = 'running', owner = :owner, attempts = attempts + 1, permitted = 0,
             lease_until = :now + CAST(:leaseMs AS ${number}), started_at = :now
           WHERE id IN (${list}) AND state = 'queued' RETURNING *`,
          { ...given, owner, leaseMs: Math.ceil(leaseMs) },
        );
      });
      const claimed = await Promise.all(rows.map(row => toClaimed(row, owner)));
      return claimed.sort((one, other) => one.item.sequence - other.item.sequence);
    },
    async permit(work, rate) {
      await dispatch.prepare();
      return permit({ database, dispatch, work, rate });
    },
    async postpone(work, { delayMs, counts, code = null }) {
      await dispatch.prepare();
      const given = { ...toOwn(work), delayMs: Math.ceil(delayMs), code, taken: counts ? 0 : 1 };
      return database.transaction(async session => {
        const rows = await session.query(
          `UPDATE executions SET state = 'queued', owner = NULL, lease_until = NULL, code = COALESCE(:code, code),
             attempts = attempts - CAST(:taken AS ${number}), due_at = :now + CAST(:delayMs AS ${number})
           WHERE ${OWN} RETURNING id`,
          given,
        );
        if (rows.length === 0) return false;
        await dispatch.offer(session, [work.item.id], delayMs);
        if (delayMs === 0) await database.announce(session, { kind: 'work' });
        return true;
      });
    },
    async finish(work, { state, code = null, result }) {
      const { id } = work.item;
      const sealed = result === undefined ? undefined : await sealer.sealSecret(resultPlace(id), result);
      return database.transaction(async session => {
        const rows = await session.query(
          `UPDATE executions SET state = :state, code = :code, owner = NULL, lease_until = NULL,
             finished_at = :now, expires_at = :now + keep_ms
           WHERE ${OWN} RETURNING id`,
          { ...toOwn(work), state, code },
        );
        if (rows.length === 0) return false;
        if (sealed !== undefined) {
          await session.query(
            `INSERT INTO execution_results (id, sealed, key_id) VALUES (:id, :sealed, :keyId)
             ON CONFLICT (id) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id`,
            { id, ...sealed },
          );
        }
        return true;
      });
    },
    async renew(owner, leaseMs) {
      const rows = await database.query(
        `UPDATE executions SET lease_until = :now + CAST(:leaseMs AS ${number})
         WHERE owner = :owner AND state = 'running' AND lease_until > :now RETURNING id, cancel_requested`,
        { owner, leaseMs: Math.ceil(leaseMs) },
      );
      return rows.map(row => ({
        id: text(row, 'id'),
        cancelRequested: integer(row, 'cancel_requested') === 1,
      }));
    },
    async recover() {
      const [orphan] = await database.query(
        "SELECT 1 AS one FROM executions WHERE state = 'running' AND lease_until <= :now LIMIT 1",
      );
      if (orphan === undefined) return 0;
      await dispatch.prepare();
      return database.transaction(session => recover(session, dispatch));
    },
  };
}

/** The rows are locked by the first statement that changes them, so two who recover at once do not do it twice. */
async function recover(session: SqlSession, dispatch: WorkDispatch): Promise<number> {
  const orphaned = "state = 'running' AND lease_until <= :now";
  const free = 'owner = NULL, lease_until = NULL';
  const end = `${free}, finished_at = :now, expires_at = :now + keep_ms`;
  const cancelled = await session.query(
    `UPDATE executions SET state = 'cancelled', ${end} WHERE ${orphaned} AND cancel_requested = 1 RETURNING id`,
  );
  const failed = await session.query(
    `UPDATE executions SET state = 'failed', code = 'WORK_LOST', ${end}
     WHERE ${orphaned} AND attempts >= max_attempts RETURNING id`,
  );
  const queued = await session.query(
    `UPDATE executions SET state = 'queued', ${free}, due_at = :now WHERE ${orphaned} RETURNING id`,
  );
  await dispatch.offer(
    session,
    queued.map(row => text(row, 'id')),
    0,
  );
  return cancelled.length + failed.length + queued.length;
}
