import { SecretValue } from '../../base/secret-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Sealer } from '../encryption/sealer.ts';
import type { ClaimedWork, WorkClaimRequest, WorkClaims } from '../ports/work-queue.ts';
import { bytes, integer, text } from './row.ts';
import type { Row, SqlDatabase, SqlSession } from './sql-database.ts';
import type { WorkDispatch } from './work-dispatch.ts';
import { permit } from './work-permit.ts';
import { OWN, requestPlace, resultPlace, toIdList, toOwn, toWorkItem } from './work-rows.ts';

export function createWorkClaims(database: SqlDatabase, sealer: Sealer, dispatch: WorkDispatch): WorkClaims {
  const { integer: number } = database.dialect;
  const take = (session: SqlSession, { owner, leaseMs, limit }: WorkClaimRequest) =>
    repeat(limit, async () => {
      const ids = await dispatch.take(session, limit);
      if (ids.length === 0) return { taken: 0, rows: [] };
      const { list, given } = toIdList(ids);
      const rows = await session.query(
        `UPDATE executions SET state = 'running', owner = :owner, attempts = attempts + 1, permitted = 0,
           lease_until = :now + CAST(:leaseMs AS ${number}), started_at = :now
         WHERE id IN (${list}) AND state = 'queued' RETURNING *`,
        { ...given, owner, leaseMs: Math.ceil(leaseMs) },
      );
      return { taken: ids.length, rows };
    });

  const claims: WorkClaims = {
    async claim(request) {
      await dispatch.prepare();
      const rows = await database.transaction(session => take(session, request));
      const opened = await Promise.all(rows.map(row => open(row, request.owner)));
      return opened
        .filter(work => work !== undefined)
        .sort((one, other) => one.item.sequence - other.item.sequence);
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
    async renew({ owner, ids, leaseMs }) {
      if (ids.length === 0) return [];
      const { list, given } = toIdList(ids);
      const rows = await database.query(
        `UPDATE executions SET lease_until = :now + CAST(:leaseMs AS ${number})
         WHERE id IN (${list}) AND owner = :owner AND state = 'running' AND lease_until > :now
         RETURNING id, cancel_requested`,
        { ...given, owner, leaseMs: Math.ceil(leaseMs) },
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

  /** One that cannot be read must not take those with it that came together with it. */
  async function open(row: Row, owner: string): Promise<ClaimedWork | undefined> {
    const item = toWorkItem(row);
    try {
      return { item, owner, request: await sealer.openSecret(requestPlace(item.id), bytes(row, 'sealed')) };
    } catch (error) {
      if (!(error instanceof FerruleError)) throw error;
      const unread = { item, owner, request: new SecretValue('') };
      const { code } = error;
      if (code === 'ENCRYPTION_FAILED') await claims.finish(unread, { state: 'failed', code });
      // Another server may have the key.
      else await claims.postpone(unread, { delayMs: UNREAD_DELAY_MS, counts: false, code });
      return undefined;
    }
  }
  return claims;
}

const UNREAD_DELAY_MS = 5_000;

interface Taken {
  readonly taken: number;
  readonly rows: readonly Row[];
}

/** Again, while everything that was delivered had been cancelled meanwhile and there may be more. */
async function repeat(limit: number, step: () => Promise<Taken>): Promise<readonly Row[]> {
  for (;;) {
    const { taken, rows } = await step();
    if (rows.length > 0 || taken < limit) return rows;
  }
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
