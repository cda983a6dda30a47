import type { Client } from 'pg';
import { systemClock, type Timer } from '../../base/clock.ts';
import type { Change } from '../ports/changes.ts';
import { parseJson } from '../sql/row.ts';
import type { SqlSession } from '../sql/sql-database.ts';

export interface PostgresChanges {
  announce(session: SqlSession, change: Change): Promise<void>;
  subscribe(onChange: (change: Change) => void): () => void;
  close(): Promise<void>;
}

const FIRST_WAIT_MS = 100;
const LONGEST_WAIT_MS = 5_000;
/** A connection that nothing comes from is asked whether it still lives. */
const ASKED_EVERY_MS = 10_000;

/**
 * Changes by LISTEN and NOTIFY, on a connection of their own that is made again whenever it is lost. Notifications that
 * came in between are lost for good, so everybody is told `everything` when it is back.
 */
export async function listenForChanges(
  connect: () => Promise<Client>,
  channel: string,
): Promise<PostgresChanges> {
  const listeners = new Set<(change: Change) => void>();
  let client: Client | undefined;
  let timer: Timer | undefined;
  let waitMs = FIRST_WAIT_MS;
  let closed = false;

  const tell = (change: Change) => {
    for (const listener of [...listeners]) listener(change);
  };
  const lose = (lost: Client) => {
    if (client !== lost) return;
    client = undefined;
    // It is lost already: what its end says is of no use.
    lost.end().catch(() => {});
    if (!closed) listenLater();
  };
  const listen = async () => {
    const fresh = await connect();
    fresh.on('error', () => lose(fresh));
    fresh.on('end', () => lose(fresh));
    fresh.on('notification', ({ payload }) => tell(toChange(payload)));
    try {
      await fresh.query(`LISTEN "${channel}"`);
    } catch (error) {
      // The failure of LISTEN is the one to tell.
      fresh.end().catch(() => {});
      throw error;
    }
    client = fresh;
    waitMs = FIRST_WAIT_MS;
    timer = systemClock.after(ASKED_EVERY_MS, ask);
  };
  const ask = () => {
    const asked = client;
    if (asked === undefined) return;
    timer = systemClock.after(ASKED_EVERY_MS, ask);
    asked.query('SELECT 1').catch(() => lose(asked));
  };
  const listenLater = () => {
    timer?.cancel();
    timer = systemClock.after(waitMs, () => {
      waitMs = Math.min(waitMs * 2, LONGEST_WAIT_MS);
      listen().then(
        () => (closed ? client?.end() : tell({ kind: 'everything' })),
        // Tried again until the database is back; calls to the store say that it is away.
        () => (closed ? undefined : listenLater()),
      );
    });
  };

  await listen();
  return {
    async announce(session, change) {
      await session.query('SELECT pg_notify(:channel, :payload)', {
        channel,
        payload: JSON.stringify(change),
      });
    },
    subscribe(onChange) {
      // A function of its own, so that the same listener twice is two subscriptions.
      const listener = (change: Change) => onChange(change);
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    async close() {
      closed = true;
      timer?.cancel();
      listeners.clear();
      const open = client;
      client = undefined;
      await open?.end();
    },
  };
}

/** Whatever else comes on the channel is no change that is known; so everything may have changed. */
function toChange(payload: string | undefined): Change {
  const value = parseJson(payload ?? '');
  if (typeof value === 'object' && value !== null) {
    const { kind, connectionId, key, id } = value as Readonly<Record<string, unknown>>;
    if (kind === 'work') return { kind };
    if (kind === 'connection' && typeof connectionId === 'string') return { kind, connectionId };
    if (kind === 'api_key' && typeof id === 'string') return { kind, id };
    if (kind === 'token' && typeof connectionId === 'string' && typeof key === 'string') {
      return { kind, connectionId, key };
    }
  }
  return { kind: 'everything' };
}
