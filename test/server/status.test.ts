import { afterEach, describe, expect, it } from 'vitest';
import { createStatusWriter } from '../../src/server/connections/status-writer.ts';
import { noteTokenEvent } from '../../src/server/note-token-event.ts';
import { type ConnectionStore, openMemoryStore } from '../../src/store.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

/** A connection, and a server that says how it is; `broken` stands for a database that is away. */
async function scene() {
  const clock = createFakeClock();
  const store = await openMemoryStore({ clock });
  closing.push(() => store.close());
  const { id } = await store.connections.create({ name: 'Acme', definition: '{}' });
  const log: string[] = [];
  const note = (event: string) => void log.push(event);
  const database = { broken: false, writes: 0 };
  const connections: ConnectionStore = {
    ...store.connections,
    setStatus(...args) {
      database.writes += 1;
      return database.broken ? Promise.reject(new TypeError('away')) : store.connections.setStatus(...args);
    },
  };
  const statuses = createStatusWriter(connections, clock, {
    info: note,
    warn: note,
    error: note,
    flush: async () => undefined,
  });
  const status = async () => {
    await statuses.flush();
    return (await store.connections.get(id))?.status;
  };
  return { clock, store, id, log, database, statuses, status };
}

describe('the status of a connection', () => {
  it('has the time at which it began, however long it goes on', async () => {
    const { clock, id, statuses, status, database } = await scene();
    expect(await status()).toMatchObject({ state: 'pending' });
    const began = clock.now();
    for (let minute = 0; minute < 10; minute++) {
      statuses.write({ id }, 'active');
      expect(await status()).toEqual({ state: 'active', atMs: began });
      clock.advance(60_000);
    }
    expect(database.writes).toBe(1);
    statuses.write({ id }, 'error', 'The server is gone');
    expect(await status()).toEqual({ state: 'error', reason: 'The server is gone', atMs: clock.now() });
  });

  it('is what was said last, when much is said at once', async () => {
    const { id, statuses, status, clock } = await scene();
    for (const state of ['active', 'error', 'active', 'needs_reauth', 'error', 'active'] as const) {
      statuses.write({ id }, state);
      clock.advance(1);
    }
    expect(await status()).toMatchObject({ state: 'active' });
  });

  it('is put right after what another server wrote, within half a minute', async () => {
    const { clock, store, id, statuses, status } = await scene();
    statuses.write({ id }, 'active');
    await status();
    clock.advance(1_000);
    await store.connections.setStatus(id, { state: 'error', reason: 'Gone', atMs: clock.now() });
    statuses.write({ id }, 'active');
    expect(await status()).toMatchObject({ state: 'error' });
    clock.advance(29_000);
    statuses.write({ id }, 'active');
    expect(await status()).toMatchObject({ state: 'active' });
  });

  it('is written by the next one who says it, when the database was away', async () => {
    const { id, statuses, status, database, log } = await scene();
    database.broken = true;
    statuses.write({ id }, 'active');
    expect(await status()).toMatchObject({ state: 'pending' });
    expect(log).toEqual(['status_not_written']);
    database.broken = false;
    statuses.write({ id }, 'active');
    expect(await status()).toMatchObject({ state: 'active' });
  });

  it('is nobody’s when the connection is gone', async () => {
    const { store, id, statuses, log } = await scene();
    await store.connections.delete(id);
    statuses.write({ id }, 'active');
    await statuses.flush();
    expect(log).toEqual([]);
  });

  it('needs a new authorization when a token says so, and an early renewal that fails says nothing', async () => {
    const { clock, id, statuses, status } = await scene();
    const kept: unknown[] = [];
    const events = {
      record: (event: object) => void kept.push(event),
      recordRequest: () => undefined,
      recordRefusal: () => undefined,
      flush: async () => undefined,
    };
    const about = { connection: id, atMs: clock.now() };
    noteTokenEvent(
      id,
      {
        ...about,
        type: 'token_backed_off',
        reason: 'request_failed',
        code: 'TOKEN_REQUEST_FAILED',
        failures: 1,
        retryAtMs: 0,
      },
      { events, statuses },
    );
    noteTokenEvent(
      id,
      { ...about, type: 'token_served', reason: 'valid', expiresAtMs: 0 },
      { events, statuses },
    );
    expect(await status()).toMatchObject({ state: 'pending' });
    noteTokenEvent(
      id,
      { ...about, type: 'token_needs_reauth', reason: 'invalid_grant' },
      { events, statuses },
    );
    expect(await status()).toMatchObject({
      state: 'needs_reauth',
      reason: 'The connection must be authorised again: invalid_grant',
    });
    expect(kept).toHaveLength(2);
  });
});
