import type { ClaimedWork, WorkPermit, WorkRate } from '../ports/work-queue.ts';
import { integer } from './row.ts';
import type { Row, SqlDatabase, SqlSession } from './sql-database.ts';
import type { WorkDispatch } from './work-dispatch.ts';
import { OWN, toOwn } from './work-rows.ts';

export interface PermitParts {
  readonly database: SqlDatabase;
  readonly dispatch: WorkDispatch;
  readonly work: ClaimedWork;
  readonly rate: WorkRate;
}

/** How long a worker waits for a turn itself: longer than it takes a worker to look for what is due. */
const LONGEST_WAIT_MS = 1_000;
/** When as many run as may: how long until it is tried again. */
const CROWDED_MS = 300;

/**
 * One row per connection holds when the next may begin, so turns are evenly spaced on all machines together, by the
 * clock of the database: in no stretch of `perMs` are there more than `requests`. Who cannot have a turn soon is told
 * one to come back for, behind all who were told one before; otherwise everybody would come back for the same.
 */
export function permit({ database, dispatch, work, rate }: PermitParts): Promise<WorkPermit> {
  const { connectionId, id } = work.item;
  const { integer: number, forUpdate } = database.dialect;
  const intervalMs = rate.requests === null ? 0 : Math.ceil(rate.perMs / rate.requests);

  return database.transaction(async session => {
    await session.query(
      `INSERT INTO execution_rates (connection_id, next_at, planned_at) VALUES (:connectionId, :now, :now)
       ON CONFLICT (connection_id) DO NOTHING`,
      { connectionId },
    );
    await session.query(
      `SELECT next_at FROM execution_rates WHERE connection_id = :connectionId${forUpdate}`,
      { connectionId },
    );
    // Behind the lock, because a statement that waited for it would count what was there before.
    const [row] = await session.query(
      `SELECT next_at, planned_at, :now AS now_at,
         (SELECT COUNT(*) FROM executions WHERE connection_id = :connectionId AND state = 'running'
            AND permitted = 1) AS running
       FROM execution_rates WHERE connection_id = :connectionId`,
      { connectionId },
    );
    if (row === undefined) return { state: 'lost' };
    const turn = findTurn(row, rate, intervalMs);
    const own = toOwn(work);
    const rows = turn.granted
      ? await session.query(`UPDATE executions SET permitted = 1 WHERE ${OWN} RETURNING id`, own)
      : await session.query(
          `UPDATE executions SET state = 'queued', owner = NULL, lease_until = NULL, attempts = attempts - 1,
             due_at = :now + CAST(:delayMs AS ${number}) WHERE ${OWN} RETURNING id`,
          { ...own, delayMs: turn.delayMs },
        );
    if (rows.length === 0) return { state: 'lost' };
    await note(session, connectionId, turn);
    if (turn.granted) return { state: 'granted', waitMs: turn.delayMs };
    await dispatch.offer(session, [id], turn.delayMs);
    return { state: 'postponed' };
  });
}

interface Turn {
  readonly granted: boolean;
  readonly delayMs: number;
  readonly nextAtMs: number;
  readonly plannedAtMs: number;
}

function findTurn(row: Row, { concurrency }: WorkRate, intervalMs: number): Turn {
  const nowMs = integer(row, 'now_at');
  const nextAtMs = Math.max(integer(row, 'next_at'), nowMs);
  const plannedAtMs = integer(row, 'planned_at');
  if (concurrency !== null && integer(row, 'running') >= concurrency) {
    return { granted: false, delayMs: CROWDED_MS, nextAtMs, plannedAtMs };
  }
  if (nextAtMs - nowMs <= LONGEST_WAIT_MS) {
    return { granted: true, delayMs: nextAtMs - nowMs, nextAtMs: nextAtMs + intervalMs, plannedAtMs };
  }
  const laterAtMs = Math.max(plannedAtMs + intervalMs, nextAtMs);
  return { granted: false, delayMs: laterAtMs - nowMs, nextAtMs, plannedAtMs: laterAtMs };
}

async function note(
  session: SqlSession,
  connectionId: string,
  { nextAtMs, plannedAtMs }: Turn,
): Promise<void> {
  await session.query(
    'UPDATE execution_rates SET next_at = :nextAtMs, planned_at = :plannedAtMs WHERE connection_id = :connectionId',
    { connectionId, nextAtMs, plannedAtMs },
  );
}
