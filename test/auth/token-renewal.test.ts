import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import { openTokenWorld, type TokenWorld } from './token-server.ts';

let clock: FakeClock;
let world: TokenWorld;
let issued: number;

/** Issues token-1, token-2 and so on, each for an hour. */
beforeEach(async () => {
  clock = createFakeClock();
  world = await openTokenWorld({ clock });
  issued = 0;
  world.login.answerWith(() => ({ body: { access_token: `token-number-${++issued}`, expires_in: 3600 } }));
});
afterEach(() => world.close());

const sentTokens = () => world.api.requests.map(({ header }) => header['authorization']);
const bearer = (nth: number) => `Bearer token-number-${nth}`;

/** An API that accepts tokens from the given one on. */
function acceptFrom(nth: number): void {
  world.api.answerWith(({ header }) => {
    const given = Number(/\d+$/.exec(header['authorization'] ?? '')?.[0]);
    return given >= nth ? { body: {} } : { status: 401, body: { error: 'expired' } };
  });
}

/** Waits until the token endpoint has been asked that often and its answer has been read. */
async function untilIssued(count: number): Promise<void> {
  while (issued < count) await new Promise(resolve => setImmediate(resolve));
}

describe('one token for many callers', () => {
  it('is asked for once by a thousand', async () => {
    const connection = world.connect();
    const reports = await Promise.all(Array.from({ length: 1000 }, () => connection.execute('Get')));
    expect(reports.filter(({ ok }) => ok)).toHaveLength(1000);
    expect(world.login.requests).toHaveLength(1);
    expect(new Set(sentTokens())).toEqual(new Set([bearer(1)]));
  });

  it('is asked for once when the endpoint fails, and every caller gets the same typed error', async () => {
    world.login.answerWith({ status: 503, body: { down: true } });
    const connection = world.connect();
    const failures = await Promise.all(
      Array.from({ length: 1000 }, () => failureOf(connection.execute('Get'))),
    );
    expect(new Set(failures.map(({ message }) => message)).size).toBe(1);
    expect(failures[0]).toMatchObject({ code: 'TOKEN_REQUEST_FAILED', retryable: true });
    expect(world.login.requests).toHaveLength(1);
    expect(world.api.requests).toEqual([]);
  });

  it('is not lost when one of them aborts', async () => {
    const { promise: arrived, resolve: arrive } = Promise.withResolvers<void>();
    const { promise: released, resolve: release } = Promise.withResolvers<void>();
    world.login.answerWith(async () => {
      arrive();
      await released;
      return { body: { access_token: 'token-number-1', expires_in: 3600 } };
    });
    const controller = new AbortController();
    const connection = world.connect();
    const leaves = failureOf(connection.execute('Get', {}, { signal: controller.signal }));
    const stays = connection.execute('Get');
    await arrived;
    controller.abort();
    expect(await leaves).toMatchObject({ code: 'ABORTED' });
    release();
    expect(await stays).toMatchObject({ ok: true });
    expect(world.login.requests).toHaveLength(1);
  });

  it('is not shared between connections whose secrets differ', async () => {
    const auth = (clientSecret: string) =>
      ({
        authType: 'client_credentials',
        tokenUrl: `${world.login.origin}/token`,
        clientId: 'id',
        clientSecret,
      }) as const;
    await world.connect(auth('first-secret')).execute('Get');
    await world.connect(auth('second-secret')).execute('Get');
    await world.connect(auth('first-secret')).execute('Get');
    expect(sentTokens()).toEqual([bearer(1), bearer(2), bearer(1)]);
  });
});

describe('connections that log in alike', () => {
  const reading = (tokenOutput: string) =>
    ({
      authType: 'http_bearer_token',
      token: {
        operation: { configType: 'http', method: 'POST', path: '/token' },
        tokenOutput,
        expirationOutput: '60',
        connection: { baseUrl: world.login.origin },
      },
    }) as const;

  it('share a token when they find it in the same place of the answer, and only then', async () => {
    world.login.answerWith({ body: { access_token: 'token-number-1', id_token: 'token-number-2' } });
    await world.connect(reading('body.access_token'), 'First').execute('Get');
    await world.connect(reading('body.access_token'), 'Second').execute('Get');
    await world.connect(reading('body.id_token'), 'Third').execute('Get');
    expect(sentTokens()).toEqual([bearer(1), bearer(1), bearer(2)]);
    expect(world.login.requests).toHaveLength(2);
  });
});

describe('renewal', () => {
  it('happens in the background a minute before expiry, while the old token is served', async () => {
    const connection = world.connect();
    await connection.execute('Get');
    clock.advance(3_539_000);
    await connection.execute('Get');
    expect(issued).toBe(1);
    clock.advance(1000);
    const during = await connection.execute('Get');
    expect(during.token?.source).toBe('cache');
    await untilIssued(2);
    clock.advance(1000);
    await expect
      .poll(async () => (await connection.execute('Get')).token?.expiresAt)
      .not.toBe(during.token?.expiresAt);
    expect(sentTokens().slice(0, 3)).toEqual([bearer(1), bearer(1), bearer(1)]);
    expect(sentTokens().at(-1)).toBe(bearer(2));
    expect(world.login.requests).toHaveLength(2);
  });

  it('that fails early fails nobody as long as the old token lives', async () => {
    const connection = world.connect();
    await connection.execute('Get');
    world.login.answerWith({ status: 500 });
    clock.advance(3_541_000);
    expect(await connection.execute('Get')).toMatchObject({ ok: true });
    clock.advance(58_000);
    expect(await connection.execute('Get')).toMatchObject({ ok: true });
    clock.advance(1000);
    expect(await failureOf(connection.execute('Get'))).toMatchObject({ code: 'TOKEN_REQUEST_FAILED' });
    expect(new Set(sentTokens())).toEqual(new Set([bearer(1)]));
  });
});

describe('a rejected token', () => {
  it.each(['Get', 'Post'])('is renewed once and the call repeated: %s', async operation => {
    const connection = world.connect();
    await connection.execute('Get');
    acceptFrom(2);
    const report = await connection.execute(operation);
    expect(report).toMatchObject({ ok: true, token: { source: 'requested' } });
    expect(report.attempts.map(({ statusCode }) => statusCode)).toEqual([401, 200]);
    expect(sentTokens()).toEqual([bearer(1), bearer(1), bearer(2)]);
    expect(world.login.requests).toHaveLength(2);
    if (operation === 'Post') expect(world.api.last.body.toString()).toBe('{"a": 1}');
  });

  it('is renewed once for fifty calls at a time', async () => {
    const connection = world.connect();
    await connection.execute('Get');
    acceptFrom(2);
    const reports = await Promise.all(Array.from({ length: 50 }, () => connection.execute('Get')));
    expect(reports.every(({ ok }) => ok)).toBe(true);
    expect(world.login.requests).toHaveLength(2);
  });

  it('that is rejected for good is sent exactly twice, and the report says so', async () => {
    acceptFrom(Number.POSITIVE_INFINITY);
    const report = await world.connect().execute('Get');
    expect(report).toMatchObject({ ok: false, statusCode: 401 });
    expect(report.attempts).toHaveLength(2);
    expect(report.diagnostics.map(({ code }) => code)).toEqual(['TOKEN_REJECTED']);
    expect(world.api.requests).toHaveLength(2);
    expect(world.login.requests).toHaveLength(2);
  });

  it('whose renewal is refused fails the call with the refusal', async () => {
    const connection = world.connect();
    await connection.execute('Get');
    acceptFrom(2);
    world.login.answerWith({ status: 400, body: { error: 'invalid_client' } });
    const failure = await failureOf(connection.execute('Get'));
    expect(failure).toMatchObject({ code: 'TOKEN_REFUSED', report: { attempts: [{ statusCode: 401 }] } });
  });

  it('of a stream is renewed before the first event', async () => {
    const connection = world.connect();
    await connection.execute('Get');
    acceptFrom(2);
    const events: unknown[] = [];
    for await (const { data } of connection.stream('Get')) events.push(data);
    expect(events).toEqual([{}]);
    expect(world.login.requests).toHaveLength(2);
  });

  it('is no matter of a 403, which is an answer', async () => {
    world.api.answerWith({ status: 403 });
    expect(await world.connect().execute('Get')).toMatchObject({ statusCode: 403 });
    expect(world.api.requests).toHaveLength(1);
  });
});

describe('a token that was issued', () => {
  it('is masked wherever it would be shown', async () => {
    world.api.answerWith(({ header }) => ({ body: { echo: header['authorization'] } }));
    const connection = world.connect();
    const report = await connection.execute('Get', {}, { debug: true });
    expect(JSON.stringify(report)).not.toContain('token-number');
    expect(report.raw?.body).toEqual({ echo: 'Bearer [secret]' });
    expect(JSON.stringify(await connection.dryRun('Get'))).not.toContain('token-number');
  });

  it('is masked by another connection too that is served the same token', async () => {
    world.api.answerWith(({ header }) => ({ body: { echo: header['authorization'] } }));
    await world.connect('client_credentials', 'First').execute('Get');
    const second = world.connect('client_credentials', 'Second');
    const report = await second.execute('Get', {}, { debug: true });
    expect(world.login.requests).toHaveLength(1);
    expect(report.raw?.body).toEqual({ echo: 'Bearer [secret]' });
  });
});
