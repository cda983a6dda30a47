import { afterEach, describe, expect, it } from 'vitest';
import { FerruleError } from '../../src/index.ts';
import { toPauseMs } from '../../src/server/renewal/renewal-pause.ts';
import type { Store } from '../../src/store.ts';
import { rotate, type SceneOptions, startScene } from './renewal-scene.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const MINUTE_MS = 60_000;
const scene = (options?: SceneOptions) => startScene(closing, options);

const statusOf = async (store: Store, id: string) => (await store.connections.get(id))?.status;

describe('tokens that are due while nobody calls', () => {
  it('are renewed, each by what it was authorised with, again and again', async () => {
    const { clock, connect, tokenOf, renewAll, refreshes } = await scene();
    const ids = [await connect('jo'), await connect('kim')];
    expect(await renewAll()).toBe(0);
    for (const round of [1, 2, 3]) {
      clock.advance(9 * MINUTE_MS + 1);
      expect(await renewAll()).toBe(2);
      expect(await renewAll()).toBe(0);
      expect(refreshes()).toHaveLength(2 * round);
      for (const id of ids) expect((await tokenOf(id))?.expiresAtMs).toBe(clock.now() + 10 * MINUTE_MS);
    }
    expect(new Set(refreshes()).size).toBe(6);
  });

  it('are renewed once by several servers, however many are due', async () => {
    const { clock, connect, renewAll, refreshes } = await scene({ servers: 3 });
    for (let count = 0; count < 50; count++) await connect(`person-${'x'.repeat(count)}`);
    clock.advance(9 * MINUTE_MS + 1);
    expect(await renewAll()).toBe(50);
    expect(refreshes()).toHaveLength(50);
    expect(new Set(refreshes()).size).toBe(50);
  });

  it('are left alone after a failure, longer each time, and the token that lives is kept', async () => {
    let broken = true;
    const { clock, store, connect, tokenOf, renewAll, refreshes } = await scene({
      answer: (token, refreshes) => (broken && refreshes ? { status: 503, body: {} } : rotate(token)),
    });
    const id = await connect('jo');
    clock.advance(9 * MINUTE_MS + 1);
    const before = await tokenOf(id);
    expect(await renewAll()).toBe(1);
    expect((await tokenOf(id))?.expiresAtMs).toBe(before?.expiresAtMs);
    expect((await statusOf(store, id))?.state).toBe('pending');
    const waited: number[] = [];
    for (let round = 0; round < 4; round++) {
      let seconds = 0;
      while ((await renewAll()) === 0) {
        clock.advance(5_000);
        seconds += 5;
      }
      waited.push(seconds);
    }
    expect(waited).toEqual([15, 30, 60, 120]);
    expect(await statusOf(store, id)).toMatchObject({ state: 'error' });
    broken = false;
    clock.advance(MINUTE_MS * 60);
    await renewAll();
    expect((await tokenOf(id))?.expiresAtMs).toBe(clock.now() + 10 * MINUTE_MS);
    expect(await statusOf(store, id)).toMatchObject({ state: 'active' });
    expect(new Set(refreshes())).toEqual(new Set(['jo1']));
  });

  it('are asked for no more when the provider has ended the grant', async () => {
    const { clock, store, log, connect, renewAll, refreshes } = await scene({
      answer: (token, refreshes) =>
        !refreshes
          ? rotate(token)
          : { status: 400, body: { error: 'invalid_grant', error_description: 'gone' } },
    });
    const id = await connect('jo');
    clock.advance(9 * MINUTE_MS + 1);
    expect(await renewAll()).toBe(1);
    expect(await statusOf(store, id)).toMatchObject({
      state: 'needs_reauth',
      reason: expect.stringContaining('gone'),
      atMs: clock.now(),
    });
    clock.advance(24 * 60 * MINUTE_MS);
    expect(await renewAll()).toBe(0);
    expect(refreshes()).toHaveLength(1);
    expect(log.join()).toContain('TOKEN_NEEDS_REAUTH');
    expect(log.join()).not.toContain('access-');
  });

  it('are not renewed any more when they were deleted or their connection was changed to another client', async () => {
    const { clock, store, connect, renewAll, refreshes, first } = await scene();
    const gone = await connect('jo');
    const changed = await connect('kim');
    await store.tokens.deleteAll(gone);
    const stored = await store.connections.get(changed);
    await store.connections.update(changed, {
      definition: stored?.definition.replace('"ferrule"', '"another"') ?? '',
    });
    first.connections.drop(changed);
    clock.advance(9 * MINUTE_MS + 1);
    expect(await renewAll()).toBe(1);
    clock.advance(60 * MINUTE_MS);
    expect(await renewAll()).toBe(0);
    expect(refreshes()).toEqual([]);
  });

  it('are taken over from a server that died with its claim', async () => {
    const { clock, store, connect, renewAll, refreshes } = await scene();
    await connect('jo');
    clock.advance(9 * MINUTE_MS + 1);
    await store.tokens.claimDue({ owner: 'a dead server', leaseMs: 120_000, limit: 10 });
    expect(await renewAll()).toBe(0);
    clock.advance(120_001);
    expect(await renewAll()).toBe(1);
    expect(refreshes()).toHaveLength(1);
  });

  it('do not keep a stopping server from its end, and are given back', async () => {
    const { clock, connect, store, first } = await scene();
    const id = await connect('jo');
    clock.advance(9 * MINUTE_MS + 1);
    await first.renewal.stop();
    expect(await first.renewal.renewDue()).toBe(0);
    expect(
      (await store.tokens.claimDue({ owner: 'other', leaseMs: 1000, limit: 1 })).map(
        each => each.connectionId,
      ),
    ).toEqual([id]);
  });

  it('are kept when the answer comes while the server is stopping', async () => {
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    const { promise: asked, resolve: noteAsked } = Promise.withResolvers<void>();
    const hold = () => {
      noteAsked();
      return released;
    };
    const { clock, connect, tokenOf, first } = await scene({ hold });
    const id = await connect('jo');
    clock.advance(9 * MINUTE_MS + 1);
    const renewing = first.renewal.renewDue();
    await asked;
    const stopped = first.renewal.stop();
    release();
    await Promise.all([renewing, stopped]);
    expect((await tokenOf(id))?.expiresAtMs).toBe(clock.now() + 10 * MINUTE_MS);
  });

  it('are found by a server that looks by itself', async () => {
    const { clock, connect, refreshes, first } = await scene();
    await connect('jo');
    first.renewal.start();
    clock.advance(9 * MINUTE_MS + 1);
    await expect.poll(() => refreshes().length, { timeout: 5_000 }).toBe(1);
    // The next look is set up when the last one is over.
    await expect.poll(() => clock.pendingTimers, { timeout: 5_000 }).toBeGreaterThan(0);
  });
});

describe('the pause after a failure', () => {
  const failure = (details = {}) => new FerruleError('TOKEN_REQUEST_FAILED', 'No', { details });
  it('doubles up to half an hour, with as much chance as half of it', () => {
    expect([1, 2, 3].map(failures => toPauseMs(failure(), failures, 0))).toEqual([15_000, 30_000, 60_000]);
    expect(toPauseMs(failure(), 1, 0.999)).toBeCloseTo(44_970);
    expect(toPauseMs(failure(), 40, 0.5)).toBe(30 * MINUTE_MS);
  });

  it('is as long as the provider asks for, and an hour for what somebody has to put right', () => {
    expect(toPauseMs(failure({ retryAfterMs: 7_200_000 }), 1, 0)).toBe(7_200_000);
    expect(toPauseMs(new FerruleError('DEFINITION_INVALID', 'No'), 1, 0)).toBe(3_600_000);
  });
});
