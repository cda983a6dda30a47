import { FerruleError } from '../../errors/ferrule-error.ts';
import type { EventLimits, EventLog, StoredEvent } from '../ports/event-log.ts';
import { checkName, toLimit } from './input.ts';
import { integer, optionalText, parseJson, text } from './row.ts';
import type { Row, SqlDatabase, SqlSession } from './sql-database.ts';

const MAX_EVENTS = 1_000;
const MAX_AGE_MS = 30 * 86_400_000;
const LISTED = 100;

export function createEvents(
  database: SqlDatabase,
  { maxEvents = MAX_EVENTS, maxAgeMs = MAX_AGE_MS }: EventLimits,
): EventLog {
  return {
    async append(events) {
      const rows = events.map(({ connectionId = null, kind, atMs, details }) => ({
        connectionId,
        kind: checkName(kind, 'kind'),
        at: Math.floor(atMs),
        details: JSON.stringify(details),
      }));
      if (rows.length === 0) return;
      await database.transaction(async session => {
        for (const row of rows) await session.query(INSERT, row);
        for (const connectionId of new Set(rows.map(row => row.connectionId))) {
          await deleteSurplus(session, connectionId, maxEvents, maxAgeMs);
        }
      });
    },
    async list({ connectionId, kind, before, limit }) {
      const conditions = [
        connectionId === undefined ? 'connection_id IS NULL' : 'connection_id = :connectionId',
        'at > :now - CAST(:maxAgeMs AS BIGINT)',
        ...(kind === undefined ? [] : ['kind = :kind']),
        ...(before === undefined ? [] : ['sequence < :before']),
      ];
      const rows = await database.query(
        `SELECT * FROM events WHERE ${conditions.join(' AND ')} ORDER BY sequence DESC LIMIT :limit`,
        {
          limit: toLimit(limit, LISTED),
          maxAgeMs,
          ...(connectionId === undefined ? {} : { connectionId }),
          ...(kind === undefined ? {} : { kind }),
          ...(before === undefined ? {} : { before }),
        },
      );
      return rows.map(toEvent);
    },
  };
}

/** What is past its age goes, of connections that nothing happens to as well. */
export async function pruneEvents(
  database: SqlDatabase,
  { maxAgeMs = MAX_AGE_MS }: EventLimits,
): Promise<void> {
  await database.query('DELETE FROM events WHERE at <= :now - CAST(:maxAgeMs AS BIGINT)', { maxAgeMs });
}

/** An event of a connection that was deleted in the meantime is nobody's: it is left out. */
const INSERT = `INSERT INTO events (connection_id, kind, at, details)
  SELECT CAST(:connectionId AS TEXT), CAST(:kind AS TEXT), CAST(:at AS BIGINT), CAST(:details AS TEXT)
  WHERE CAST(:connectionId AS TEXT) IS NULL OR EXISTS (SELECT 1 FROM connections WHERE id = :connectionId)`;

async function deleteSurplus(
  session: SqlSession,
  connectionId: string | null,
  maxEvents: number,
  maxAgeMs: number,
): Promise<void> {
  const [same, parameters] =
    connectionId === null
      ? ['connection_id IS NULL', {}]
      : ['connection_id = :connectionId', { connectionId }];
  await session.query(
    `DELETE FROM events WHERE ${same} AND (at <= :now - CAST(:maxAgeMs AS BIGINT) OR sequence <= (
       SELECT sequence FROM events WHERE ${same} ORDER BY sequence DESC LIMIT 1 OFFSET :maxEvents))`,
    { ...parameters, maxEvents, maxAgeMs },
  );
}

function toEvent(row: Row): StoredEvent {
  const details = parseJson(text(row, 'details'));
  if (typeof details !== 'object' || details === null) {
    throw new FerruleError('STORE_DAMAGED', 'The details of an event are no JSON object');
  }
  return {
    sequence: integer(row, 'sequence'),
    connectionId: optionalText(row, 'connection_id'),
    kind: text(row, 'kind'),
    atMs: integer(row, 'at'),
    details: { ...details },
  };
}
