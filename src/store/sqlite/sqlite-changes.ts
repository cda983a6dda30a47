import { systemClock, type Timer } from '../../base/clock.ts';
import type { Change } from '../ports/changes.ts';
import { integer, optionalText, text } from '../sql/row.ts';
import type { Row, SqlSession } from '../sql/sql-database.ts';
import type { SqliteConnection } from './sqlite-connection.ts';
import { translateSqliteError } from './translate-sqlite-error.ts';

/** How often other processes are looked for. `PRAGMA data_version` reads one page that is at hand. */
const POLLED_EVERY_MS = 200;
/** Changes that are kept for who looks late. Somebody who missed more is told `everything`. */
const KEPT = 1_000;

/** Stands beside the schema that all databases have in common: PostgreSQL tells of changes by itself. */
export const CHANGES_TABLE = `CREATE TABLE IF NOT EXISTS changes (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  kind TEXT NOT NULL,
  subject TEXT NOT NULL,
  key TEXT
) STRICT`;

export interface SqliteChanges {
  announce(session: SqlSession, change: Change): Promise<void>;
  /** Looks at once, after a transaction of this process. */
  look(): void;
  subscribe(onChange: (change: Change) => void): () => void;
  close(): void;
}

/**
 * Changes by a table: writers add a row, readers ask every now and then whether the file changed at all and read what
 * is new. Nothing is asked while nobody listens.
 */
export function createSqliteChanges(reader: SqliteConnection): SqliteChanges {
  const listeners = new Set<(change: Change) => void>();
  let timer: Timer | undefined;
  let version: number | undefined;
  let seen = 0;

  const newest = () => {
    const [row] = reader.query('SELECT COALESCE(MAX(sequence), 0) AS newest FROM changes', {}, 0);
    return row === undefined ? 0 : integer(row, 'newest');
  };
  const readNew = (): readonly Change[] => {
    const rows = reader.query('SELECT * FROM changes WHERE sequence > :seen ORDER BY sequence', { seen }, 0);
    const [first] = rows;
    if (first === undefined) return [];
    const missed = integer(first, 'sequence') > seen + 1 && rows.length >= KEPT;
    seen = integer(rows.at(-1) ?? first, 'sequence');
    return missed ? [{ kind: 'everything' }] : rows.map(toChange);
  };
  const look = () => {
    if (listeners.size === 0) return;
    let changes: readonly Change[] = [];
    try {
      changes = readNew();
    } catch {
      // A database that cannot be read now is looked at again; calls that need it say what is wrong.
      version = undefined;
    }
    for (const change of changes) for (const listener of [...listeners]) listener(change);
  };
  const poll = () => {
    timer = systemClock.after(POLLED_EVERY_MS, poll);
    const present = dataVersion(reader);
    if (present !== undefined && present === version) return;
    version = present;
    look();
  };

  return {
    async announce(session, change) {
      const [subject, key] = toColumns(change);
      await session.query('INSERT INTO changes (kind, subject, key) VALUES (:kind, :subject, :key)', {
        kind: change.kind,
        subject,
        key,
      });
      await session.query(
        'DELETE FROM changes WHERE sequence <= (SELECT MAX(sequence) FROM changes) - :kept',
        {
          kept: KEPT,
        },
      );
    },
    look,
    subscribe(onChange) {
      // A function of its own, so that the same listener twice is two subscriptions.
      const listener = (change: Change) => onChange(change);
      if (listeners.size === 0) {
        try {
          seen = newest();
        } catch (error) {
          throw translateSqliteError(error);
        }
        version = dataVersion(reader);
        timer = systemClock.after(POLLED_EVERY_MS, poll);
      }
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
        if (listeners.size === 0) timer?.cancel();
      };
    },
    close() {
      timer?.cancel();
      listeners.clear();
    },
  };
}

function dataVersion(reader: SqliteConnection): number | undefined {
  try {
    const [row] = reader.query('PRAGMA data_version', {}, 0);
    return row === undefined ? undefined : integer(row, 'data_version');
  } catch {
    // Looked at again at the next turn.
    return undefined;
  }
}

function toColumns(change: Change): readonly [subject: string, key: string | null] {
  switch (change.kind) {
    case 'connection':
      return [change.connectionId, null];
    case 'token':
      return [change.connectionId, change.key];
    case 'api_key':
      return [change.id, null];
    case 'work':
    case 'everything':
      return ['', null];
  }
}

function toChange(row: Row): Change {
  const kind = text(row, 'kind');
  const subject = text(row, 'subject');
  if (kind === 'connection') return { kind, connectionId: subject };
  if (kind === 'token') return { kind, connectionId: subject, key: optionalText(row, 'key') ?? '' };
  if (kind === 'api_key') return { kind, id: subject };
  if (kind === 'work') return { kind };
  return { kind: 'everything' };
}
