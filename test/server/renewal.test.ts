import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, FerruleError, Redactor } from '../../src/index.ts';
import { createConnectionPool } from '../../src/server/connections/connection-pool.ts';
import { createStatusWriter } from '../../src/server/connections/status-writer.ts';
import { toPauseMs } from '../../src/server/renewal/renewal-pause.ts';
import { createTokenRenewal } from '../../src/server/renewal/token-renewal.ts';
import { openMemoryStore, type Store } from '../../src/store.ts';
import { type EchoServer, type Received, sendJson, startEchoServer } from '../support/echo-server.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const MINUTE_MS = 60_000;

/** What the token endpoint says to a code or a refresh token; a status when it is not 200. */
type Answer = (credential: string, refreshes: boolean) => { readonly status?: number; readonly body: object };

interface SceneOptions {
  readonly servers?: number;
  readonly answer?: Answer;
  /** What a refresh waits for before it is answered. */
  readonly hold?: () => Promise<void> | undefined;
}

/** A store with connections that people have authorised, and as many servers' renewals on it as asked for. */
async function scene({ servers = 1, answer = rotate, hold = () => undefined }: SceneOptions = {}) {
  const clock = createFakeClock();
  const system: EchoServer = await startEchoServer((request, response) => {
    if (request.url !== '/token') return false;
    const { status = 200, body } = answer(
      refreshTokenOf(request) || codeOf(request),
      refreshTokenOf(request) !== '',
    );
    const held = refreshTokenOf(request) === '' ? undefined : hold();
    if (held === undefined) return sendJson(response, body, status);
    void held.then(() => sendJson(response, body, status));
    return true;
  });
  const store = await openMemoryStore({ clock });
  closing.push(system.close, () => store.close());
  const log: string[] = [];
  const write = (event: string, fields: object = {}) => void log.push(JSON.stringify({ event, ...fields }));
  const written = { info: write, warn: write, error: write, flush: async () => undefined };
  const renewals = Array.from({ length: servers }, () => {
    const engine = createEngine({
      clock,
      egress: { allowLoopback: true },
      authorizationKey: store.deriveKey('x'),
    });
    const connections = createConnectionPool({
      store,
      engine,
      redactor: new Redactor(),
      onTokenEvent: () => undefined,
    });
    const statuses = createStatusWriter(store.connections, clock, written);
    // Without chance, nothing waits for anything.
    const renewal = createTokenRenewal({
      store,
      connections,
      statuses,
      clock,
      log: written,
      random: () => 0,
    });
    closing.push(() => engine.close(), connections.close, renewal.stop);
    return { renewal, statuses, connections };
  });
  const [first] = renewals;
  if (first === undefined) throw new TypeError('a scene without a server');

  /** A connection with a token that lives for ten minutes, for an account that is a parameter. */
  const connect = async (account: string, changes: object = {}) => {
    const { id } = await store.connections.create({
      name: 'Acme',
      definition: JSON.stringify({
        config: {
          configType: 'http',
          baseUrl: system.origin,
          auth: {
            authType: 'oauth2',
            grant: 'authorization_code',
            account: '<<Account>>',
            authorizationUrl: `${system.origin}/authorize`,
            tokenUrl: `${system.origin}/token`,
            clientId: 'ferrule',
            redirectUri: 'https://ferrule.example.com/oauth/callback',
            ...changes,
          },
        },
      }),
    });
    const { connection } = await first.connections.open(id);
    const parameters = { Account: account };
    const { state } = await connection.beginAuthorization({ parameters });
    await connection.completeAuthorization(`?code=${account}&state=${state}`, { parameters });
    return id;
  };
  const tokenOf = async (id: string) => {
    const summaries = await store.tokens.list(id);
    return summaries.find(({ expiresAtMs }) => expiresAtMs !== undefined);
  };
  const renewAll = async () => {
    const claimed = await Promise.all(renewals.map(({ renewal }) => renewal.renewDue()));
    await Promise.all(renewals.map(({ statuses }) => statuses.flush()));
    return claimed.reduce((sum, each) => sum + each, 0);
  };
  const refreshes = () => system.received.map(refreshTokenOf).filter(token => token !== '');
  return { clock, store, log, connect, tokenOf, renewAll, refreshes, first };
}

/** Each refresh token is good for one next one: the code `jo` brings `jo1`, that `jo2`. */
function rotate(credential: string) {
  const [, name = '', count = ''] = /^(\D*)(\d*)$/.exec(credential) ?? [];
  const refresh = `${name}${Number(count) + 1}`;
  return { body: { access_token: `access-${refresh}`, refresh_token: refresh, expires_in: 600 } };
}

function codeOf({ body }: Received): string {
  return new URLSearchParams(body).get('code') ?? '';
}

function refreshTokenOf({ body }: Received): string {
  return new URLSearchParams(body).get('refresh_token') ?? '';
}

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
    await expect.poll(() => refreshes().length).toBe(1);
    // The next look is set up when the last one is over.
    await expect.poll(() => clock.pendingTimers).toBeGreaterThan(0);
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
