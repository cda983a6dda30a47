import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  createEngine,
  createMemoryTokenStore,
  type Engine,
  type EngineOptions,
  type FerruleError,
  type TokenEvent,
} from '../../src/index.ts';
import { sendJson } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startTokenServer, type TokenServerRules, tokenConnection } from '../support/token-server.ts';

const SECOND = 1000;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

async function start(rules?: TokenServerRules) {
  const server = await startTokenServer(rules);
  open.unshift(server);
  return server;
}

function engineOf(options?: EngineOptions): Engine {
  const engine = createEngine(options);
  open.push(engine);
  return engine;
}

/** An engine on a clock that stands still, its events, and a wait until no token request is on its way. */
function watchedEngine(options: EngineOptions = {}) {
  const clock = createFakeClock();
  const events: TokenEvent[] = [];
  const engine = engineOf({ clock, onEvent: event => events.push(event), ...options });
  const count = (...types: readonly TokenEvent['type'][]) =>
    events.filter(({ type }) => types.includes(type)).length;
  const settled = () =>
    vi.waitUntil(
      () =>
        count('token_renewing') ===
        count('token_renewed') + failedRequests(events) + count('token_needs_reauth'),
      { interval: 1, timeout: 10_000 },
    );
  return { clock, events, engine, settled };
}

function failedRequests(events: readonly TokenEvent[]): number {
  return events.filter(event => event.type === 'token_backed_off' && event.reason === 'request_failed')
    .length;
}

describe('one request for many', () => {
  it('asks once for ten thousand callers who find no token', async () => {
    const server = await start();
    const connection = engineOf().connection(tokenConnection(server.origin));
    const reports = await Promise.all(Array.from({ length: 10_000 }, () => connection.execute('Read')));
    expect(reports.every(({ ok }) => ok)).toBe(true);
    expect(server.tokenRequests.length).toBe(1);
    expect(server.apiRequests.length).toBe(10_000);
    expect(new Set(server.apiRequests.map(({ headers }) => headers.authorization))).toEqual(
      new Set(['Bearer token-1']),
    );
  }, 60_000);

  it('asks a failing endpoint once for ten thousand callers, who all get the same typed error', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const server = await start({ token: (_request, response) => sendJson(response, {}, 503) });
    const connection = engineOf().connection(tokenConnection(server.origin));
    const errors = await Promise.all(
      Array.from({ length: 10_000 }, () => failureOf(connection.execute('Read'))),
    );
    await new Promise(resolve => setImmediate(resolve));
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(server.tokenRequests.length).toBe(1);
    expect(server.apiRequests.length).toBe(0);
    const shown = ({ code, pointer, message, retryable }: FerruleError) =>
      JSON.stringify({ code, pointer, message, retryable });
    expect(new Set(errors.map(shown)).size).toBe(1);
    expect(errors[0]).toMatchObject({
      code: 'TOKEN_REQUEST_FAILED',
      pointer: '/config/auth/token/operation',
      retryable: true,
    });
  }, 60_000);

  it('asks once for two engines on one store', async () => {
    const server = await start();
    const tokenStore = createMemoryTokenStore();
    const engines = [engineOf({ tokenStore }), engineOf({ tokenStore })];
    const reports = await Promise.all(
      engines.flatMap(engine => {
        const connection = engine.connection(tokenConnection(server.origin));
        return Array.from({ length: 500 }, () => connection.execute('Read'));
      }),
    );
    expect(reports.every(({ ok }) => ok)).toBe(true);
    expect(server.tokenRequests.length).toBe(1);
  });

  it('asks no more when an engine comes later and finds the token in the store', async () => {
    const server = await start();
    const tokenStore = createMemoryTokenStore();
    const first = engineOf({ tokenStore });
    await first.connection(tokenConnection(server.origin)).execute('Read');
    await first.close();
    const later = engineOf({ tokenStore }).connection(tokenConnection(server.origin));
    const report = await later.execute('Read', {}, { debug: true });
    expect(report.token?.source).toBe('requested');
    expect(server.tokenRequests.length).toBe(1);
    expect(JSON.stringify(await later.dryRun('Read'))).not.toContain('token-1');
  });

  it('asks once for connections that make the same of a token, and again for one that reads it differently', async () => {
    const server = await start({
      token: (_request, response, nth) =>
        sendJson(response, { access_token: `access-${nth}`, id_token: `id-${nth}`, expires_in: 3600 }),
    });
    const engine = engineOf();
    const definition = tokenConnection(server.origin);
    const { auth } = definition.config;
    const token = { ...auth.token, tokenOutput: 'body.id_token' };
    const corrected = { ...definition, config: { ...definition.config, auth: { ...auth, token } } };
    await engine.connection(definition).execute('Read');
    await engine.connection({ ...definition, name: 'Twin' }).execute('Read');
    await engine.connection(corrected).execute('Read');
    expect(server.apiRequests.map(({ headers }) => headers.authorization)).toEqual([
      'Bearer access-1',
      'Bearer access-1',
      'Bearer id-2',
    ]);
  });

  it('requests a five-minute token once in a hundred calls', async () => {
    const server = await start({
      token: (_request, response, nth) =>
        sendJson(response, { access_token: `short-${nth}`, expires_in: 300 }),
    });
    const { clock, engine } = watchedEngine();
    const connection = engine.connection(tokenConnection(server.origin));
    for (let call = 0; call < 100; call += 1) {
      expect((await connection.execute('Read')).ok).toBe(true);
      clock.advance(2 * SECOND);
    }
    expect(server.tokenRequests.length).toBe(1);
  });
});

describe('renewal', () => {
  it('makes nobody wait while the old token lives, even if the token endpoint is silent', async () => {
    const server = await start({ token: (_request, _response, nth) => nth > 1 });
    const { clock, engine } = watchedEngine();
    const connection = engine.connection(tokenConnection(server.origin));
    await connection.execute('Read');
    clock.advance(3541 * SECOND);
    const reports = await Promise.all(Array.from({ length: 200 }, () => connection.execute('Read')));
    expect(reports.every(({ ok, token }) => ok && token?.source === 'cache')).toBe(true);
    await vi.waitUntil(() => server.tokenRequests.length === 2, { interval: 1, timeout: 10_000 });
    expect((await connection.execute('Read')).ok).toBe(true);
    expect(server.tokenRequests.length).toBe(2);
  });

  it('fails no call while the endpoint is down until expiry, and asks it at least three seconds apart', async () => {
    let down = false;
    const askedAtMs: number[] = [];
    const { clock, engine, settled } = watchedEngine();
    const server = await start({
      token: (_request, response) => {
        askedAtMs.push(clock.now());
        return down && sendJson(response, { why: 'maintenance' }, 503);
      },
    });
    const connection = engine.connection(tokenConnection(server.origin));
    await connection.execute('Read');
    down = true;
    clock.advance(3540 * SECOND - 1);
    for (let tenths = 0; tenths < 600; tenths += 1) {
      expect((await connection.execute('Read')).statusCode).toBe(200);
      await settled();
      clock.advance(SECOND / 10);
    }
    const pauses = askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
    expect(pauses.length).toBeGreaterThan(2);
    expect(Math.min(...pauses.slice(1))).toBeGreaterThanOrEqual(3 * SECOND);
    expect(new Set(pauses.slice(1)).size).toBeGreaterThan(1);
    down = false;
    clock.advance(3 * SECOND);
    expect((await connection.execute('Read')).token?.source).toBe('requested');
  });

  it('asks a server that hands back the same dying token at most once in thirty seconds', async () => {
    const { clock, engine, settled } = watchedEngine();
    const diesAtMs = clock.now() + 3600 * SECOND;
    const server = await start({
      token: (_request, response) =>
        sendJson(response, { access_token: 'dying', expires_in: (diesAtMs - clock.now()) / SECOND }),
    });
    const connection = engine.connection(tokenConnection(server.origin));
    await connection.execute('Read');
    clock.advance(3540 * SECOND);
    for (let second = 0; second < 59; second += 1) {
      expect((await connection.execute('Read')).ok).toBe(true);
      await settled();
      clock.advance(SECOND);
    }
    expect(server.tokenRequests.length).toBe(3);
  });
});

describe('expiry', () => {
  it('soon after a renewal that failed does not make the endpoint be asked again within three seconds', async () => {
    const { clock, engine, settled } = watchedEngine();
    let down = false;
    const server = await start({ token: (_request, response) => down && sendJson(response, {}, 503) });
    const connection = engine.connection(tokenConnection(server.origin));
    await connection.execute('Read');
    down = true;
    clock.advance(3599 * SECOND);
    expect((await connection.execute('Read')).ok).toBe(true);
    await settled();
    down = false;
    clock.advance(2 * SECOND);
    expect(await failureOf(connection.execute('Read'))).toMatchObject({ code: 'TOKEN_REQUEST_FAILED' });
    expect(server.tokenRequests.length).toBe(2);
    clock.advance(SECOND);
    expect((await connection.execute('Read')).ok).toBe(true);
  });
});

describe('rejection', () => {
  it('of one token by five hundred answers brings one renewal, and each request is sent at most twice', async () => {
    const server = await start({ accepts: authorization => authorization !== 'Bearer token-1' });
    const connection = engineOf().connection(tokenConnection(server.origin));
    const reports = await Promise.all(Array.from({ length: 500 }, () => connection.execute('Write')));
    expect(reports.every(({ ok }) => ok)).toBe(true);
    expect(Math.max(...reports.map(({ attempts }) => attempts.length))).toBe(2);
    expect(server.tokenRequests.length).toBe(2);
    expect(server.apiRequests.length).toBeLessThanOrEqual(1000);
  });

  it('of one token seen by two engines brings one renewal', async () => {
    const server = await start({ accepts: authorization => authorization !== 'Bearer token-1' });
    const tokenStore = createMemoryTokenStore();
    const connections = [1, 2].map(() => engineOf({ tokenStore }).connection(tokenConnection(server.origin)));
    const reports = await Promise.all(
      connections.flatMap(connection => Array.from({ length: 100 }, () => connection.execute('Read'))),
    );
    expect(reports.every(({ ok }) => ok)).toBe(true);
    expect(server.tokenRequests.length).toBe(2);
  });

  it('that does not end means exactly two sends, and the answer is the 401', async () => {
    const server = await start({ accepts: () => false });
    const connection = engineOf().connection(tokenConnection(server.origin));
    const report = await connection.execute('Read');
    expect(report.statusCode).toBe(401);
    expect(report.attempts.map(({ statusCode, reason }) => [statusCode, reason])).toEqual([
      [401, 'first'],
      [401, 'token-rejected'],
    ]);
    expect(server.apiRequests.length).toBe(2);
    expect(server.tokenRequests.length).toBe(2);
  });

  it('of a token that the endpoint keeps handing out does not make every call ask for it', async () => {
    const server = await start({
      accepts: () => false,
      token: (_request, response) => sendJson(response, { access_token: 'only-one', expires_in: 3600 }),
    });
    const { clock, engine } = watchedEngine();
    const connection = engine.connection(tokenConnection(server.origin));
    for (let call = 0; call < 20; call += 1) {
      expect((await connection.execute('Read')).statusCode).toBe(401);
      clock.advance(SECOND);
    }
    expect(server.apiRequests.length).toBe(40);
    expect(server.tokenRequests.length).toBe(2);
    clock.advance(30 * SECOND);
    await connection.execute('Read');
    expect(server.tokenRequests.length).toBe(3);
  });
});

describe('a token endpoint that fails', () => {
  it('is asked again by the next call, and from the second failure on only after a pause', async () => {
    const { clock, engine, events } = watchedEngine();
    let down = true;
    const server = await start({ token: (_request, response) => down && sendJson(response, {}, 500) });
    const connection = engine.connection(tokenConnection(server.origin));
    for (let call = 0; call < 10; call += 1) {
      expect(await failureOf(connection.execute('Read'))).toMatchObject({ code: 'TOKEN_REQUEST_FAILED' });
    }
    expect(server.tokenRequests.length).toBe(2);
    expect(events.filter(({ type }) => type === 'token_backed_off')).toHaveLength(10);
    down = false;
    clock.advance(5 * SECOND);
    expect((await connection.execute('Read')).ok).toBe(true);
    expect(server.tokenRequests.length).toBe(3);
  });

  it.each([
    ['seconds', { 'retry-after': '120' }, 120],
    [
      'a date',
      { date: 'Tue, 01 Jan 2030 00:00:00 GMT', 'retry-after': 'Tue, 01 Jan 2030 00:03:00 GMT' },
      180,
    ],
    ['a day, which is not believed', { 'retry-after': '86400' }, 600],
  ])('is left alone for as long as it asks, in %s', async (_, headers, seconds) => {
    const { clock, engine } = watchedEngine();
    const server = await start({
      token(_request, response, nth) {
        if (nth > 1) return false;
        response.writeHead(429, headers).end();
        return true;
      },
    });
    const connection = engine.connection(tokenConnection(server.origin));
    await failureOf(connection.execute('Read'));
    clock.advance((seconds - 1) * SECOND);
    expect(await failureOf(connection.execute('Read'))).toMatchObject({
      code: 'TOKEN_REQUEST_FAILED',
      details: { statusCode: 429, retryAfterMs: seconds * SECOND },
    });
    expect(server.tokenRequests.length).toBe(1);
    clock.advance(SECOND);
    expect((await connection.execute('Read')).ok).toBe(true);
  });

  it.each(['soon', '-5', '', 'Tue, 01 Jan 2030 00:03:00'])(
    'is asked again by the next call when it wants "%s", which says nothing',
    async retryAfter => {
      const server = await start({
        token(_request, response, nth) {
          if (nth > 1) return false;
          response.sendDate = false;
          response.writeHead(503, { 'retry-after': retryAfter }).end();
          return true;
        },
      });
      const connection = watchedEngine().engine.connection(tokenConnection(server.origin));
      expect((await failureOf(connection.execute('Read'))).details).toEqual({ statusCode: 503 });
      expect((await connection.execute('Read')).ok).toBe(true);
    },
  );

  it('by an error that ends the grant is not asked again, until a secret is another', async () => {
    const server = await start({
      token: ({ body }, response) =>
        body.includes('s3cret-password') &&
        sendJson(response, { error: 'invalid_grant', error_description: 'Password is over' }, 400),
    });
    const { clock, engine, events } = watchedEngine();
    const definition = tokenConnection(server.origin);
    const connection = engine.connection(definition);
    for (let call = 0; call < 5; call += 1) {
      const error = await failureOf(connection.execute('Read'));
      expect(error).toMatchObject({
        code: call === 0 ? 'TOKEN_REFUSED' : 'TOKEN_NEEDS_REAUTH',
        pointer: '/config/auth/token/operation',
        retryable: false,
        details: { error: 'invalid_grant' },
      });
      expect(error.message).toContain('Password is over');
      clock.advance(3600 * SECOND);
    }
    expect(server.tokenRequests.length).toBe(1);
    expect(events.find(({ type }) => type === 'token_needs_reauth')).toMatchObject({
      connection: 'Acme',
      reason: 'invalid_grant',
    });
    const corrected = engine.connection({ ...definition, secrets: { password: 'new' } });
    expect((await corrected.execute('Read')).ok).toBe(true);
  });

  it.each([
    ['without', undefined],
    ['with', createMemoryTokenStore],
  ])(
    'by such an error is asked again when the host has the token forgotten, %s a store',
    async (_, createStore) => {
      let wrong = true;
      const server = await start({
        token: (_request, response) => wrong && sendJson(response, { error: 'invalid_grant' }, 400),
      });
      const tokenStore = createStore?.();
      const connection = engineOf(tokenStore && { tokenStore }).connection(tokenConnection(server.origin));
      await failureOf(connection.execute('Read'));
      wrong = false;
      expect(await failureOf(connection.execute('Read'))).toMatchObject({ code: 'TOKEN_NEEDS_REAUTH' });
      await connection.forgetToken();
      expect((await connection.execute('Read')).ok).toBe(true);
      await connection.forgetToken();
      await connection.execute('Read');
      expect(server.tokenRequests.length).toBe(3);
    },
  );

  it('by such an error is not asked by another engine on the store either', async () => {
    const server = await start({
      token: (_request, response) => sendJson(response, { error: 'invalid_grant' }, 400),
    });
    const tokenStore = createMemoryTokenStore();
    for (let engines = 0; engines < 3; engines += 1) {
      const connection = engineOf({ tokenStore }).connection(tokenConnection(server.origin));
      for (let call = 0; call < 3; call += 1) {
        const code = engines + call === 0 ? 'TOKEN_REFUSED' : 'TOKEN_NEEDS_REAUTH';
        expect(await failureOf(connection.execute('Read'))).toMatchObject({ code });
      }
    }
    expect(server.tokenRequests.length).toBe(1);
  });
});

describe('events', () => {
  it('tell every decision and its reason, and never a token', async () => {
    let rejected = '';
    const server = await start({ accepts: authorization => authorization !== rejected });
    const { clock, engine, events, settled } = watchedEngine();
    const connection = engine.connection(tokenConnection(server.origin));
    await connection.execute('Read');
    await connection.execute('Read');
    clock.advance(3541 * SECOND);
    await connection.execute('Read');
    await settled();
    rejected = 'Bearer token-2';
    await connection.execute('Read');
    expect(events.map(({ type, reason }) => `${type}: ${reason}`)).toEqual([
      'token_renewing: missing',
      'token_renewed: issued',
      'token_served: waited_for',
      'token_served: valid',
      'token_renewing: renewal_window',
      'token_served: renewal_due',
      'token_renewed: issued',
      'token_served: valid',
      'token_rejected: current',
      'token_renewing: rejected',
      'token_renewed: issued',
      'token_served: waited_for',
    ]);
    expect(new Set(events.map(each => each.connection))).toEqual(new Set(['Acme']));
    expect(JSON.stringify(events)).not.toMatch(/token-\d|s3cret/);
  });

  it('that a listener chokes on harm nobody', async () => {
    const server = await start();
    const engine = engineOf({
      onEvent: () => {
        throw new TypeError('listener');
      },
    });
    expect((await engine.connection(tokenConnection(server.origin)).execute('Read')).ok).toBe(true);
  });
});
