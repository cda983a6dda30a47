import { describe, expect, it } from 'vitest';
import type { Answer, Answers, Surroundings, World, Written } from './token-requests.ts';
import { connectTo, startWorld } from './token-requests.ts';

/** Tokens are numbered; the API answers calls with the first one by `rejection`. */
function rejecting(rejection: Answer): Answers {
  let issued = 0;
  return ({ url, headers, method }) => {
    if (url.startsWith('/token')) {
      issued += 1;
      return { body: { access_token: `token-${issued}`, refresh_token: `refresh-${issued}` } };
    }
    return headers.authorization === 'Bearer token-1' ? rejection : { body: { by: method } };
  };
}

async function callOnce(
  rejection: Answer,
  use: Written,
  surroundings: Surroundings = {},
  options: { readonly replayWrites?: boolean } = {},
): Promise<{ readonly statusCode: number; readonly sent: number; readonly world: World }> {
  const world = await startWorld(rejecting(rejection));
  const { statusCode } = await connectTo(world, use, surroundings).execute('Call', {}, options);
  await world[Symbol.asyncDispose]();
  return { statusCode, sent: world.calls().length, world };
}

const INVALID = { status: 200, body: { ok: false, code: 'INVALID_SESSION' } };
const byBody = { rejectedWhen: "body.code === 'INVALID_SESSION'" };

describe('a rejected token', () => {
  it('is told by status 401 when the definition is silent', async () => {
    expect(await callOnce({ status: 401 }, {})).toMatchObject({ statusCode: 200, sent: 2 });
    expect(await callOnce({ status: 403 }, {})).toMatchObject({ statusCode: 403, sent: 1 });
  });

  it.each([
    ['statusCode === 403', { status: 403 }],
    ["headers['X-Error'] === 'expired'", { headers: { 'x-error': 'expired' } }],
    ["body.code === 'INVALID_SESSION'", INVALID],
    ['body.error.type.startsWith("auth")', { status: 500, body: { error: { type: 'auth.expired' } } }],
    ["statusCode === 401 || body.includes('login')", { body: '<html>Please login</html>' }],
  ] as const)('may show otherwise: %s', async (rejectedWhen, rejection) => {
    expect(await callOnce(rejection, { rejectedWhen })).toMatchObject({ statusCode: 200, sent: 2 });
  });

  it('is replaced once, and a second rejection goes to the caller with its body', async () => {
    await using world = await startWorld(({ url }) => (url.startsWith('/token') ? undefined : INVALID));
    const report = await connectTo(world, byBody).execute('Call', {}, { debug: true });
    expect(report.attempts).toHaveLength(2);
    expect(report.raw?.body).toEqual(INVALID.body);
    expect(report.diagnostics).toMatchObject([{ code: 'TOKEN_REJECTED' }]);
  });

  it('leaves answers alone that only look different: their bodies are read as ever', async () => {
    await using world = await startWorld();
    const connection = connectTo(world, { rejectedWhen: 'body.error.code === 7' });
    const report = await connection.execute('Call', {}, { debug: true });
    expect(report.raw?.body).toEqual({ ok: true });
    expect(world.calls()).toHaveLength(1);
  });

  it('does not hold back a stream to look into it', async () => {
    await using world = await startWorld(({ url }) =>
      url.startsWith('/token')
        ? undefined
        : { headers: { 'content-type': 'application/x-ndjson' }, body: '{"a":1}\n{"a":2}\n' },
    );
    const connection = connectTo(world, byBody, { call: { streamResponse: true } });
    const values: unknown[] = [];
    for await (const { data } of connection.stream('Call')) values.push(data);
    expect(values).toEqual([{ a: 1 }, { a: 2 }]);
  });
});

describe('a write', () => {
  const post = { call: { method: 'POST' } } as const;

  it('is sent again after a 401, which says that it was not applied', async () => {
    expect(await callOnce({ status: 401 }, {}, post)).toMatchObject({ statusCode: 200, sent: 2 });
    const own = { rejectedWhen: 'statusCode === 401' };
    expect(await callOnce({ status: 401 }, own, post)).toMatchObject({ statusCode: 200, sent: 2 });
  });

  it('is not sent again after anything else, but the token is replaced for the next call', async () => {
    const { sent, statusCode, world } = await callOnce(
      { status: 403 },
      { rejectedWhen: 'statusCode === 403' },
      post,
    );
    expect([sent, statusCode]).toEqual([1, 403]);
    expect(world.tokenRequests()).toHaveLength(1);
    await using next = await startWorld(rejecting({ status: 403 }));
    const connection = connectTo(next, { rejectedWhen: 'statusCode === 403' }, post);
    await connection.execute('Call');
    expect((await connection.execute('Call')).statusCode).toBe(200);
    expect(next.tokenRequests()).toHaveLength(2);
  });

  it('is sent again when the definition or the caller says so', async () => {
    const use = { rejectedWhen: 'statusCode === 403' };
    expect(await callOnce({ status: 403 }, { ...use, replayWrites: true }, post)).toMatchObject({ sent: 2 });
    expect(await callOnce({ status: 403 }, use, post, { replayWrites: true })).toMatchObject({ sent: 2 });
    const forbidden = await callOnce({ status: 403 }, { ...use, replayWrites: true }, post, {
      replayWrites: false,
    });
    expect(forbidden).toMatchObject({ sent: 1 });
  });

  it.each(['PUT', 'DELETE'] as const)('by %s may be repeated anyway', async method => {
    const use = { rejectedWhen: 'statusCode === 403' };
    expect(await callOnce({ status: 403 }, use, { call: { method } })).toMatchObject({ sent: 2 });
  });
});

describe('a refresh request', () => {
  const refresh = {
    refreshTokenOutput: 'body.refresh_token',
    token: {
      expirationOutput: 'body.expires_in',
      refresh: {
        operation: {
          method: 'POST',
          path: '/token/refresh',
          body: { bodyType: 'www_form_urlencoded', form: { rt: '<<refresh_token>>', old: '<<token>>' } },
        },
        tokenOutput: 'body.renewed.token',
      },
    },
  } as const satisfies Written;

  it('renews the token by what the last answer brought, with its own outputs', async () => {
    await using world = await startWorld(({ url }) => {
      if (url === '/token/refresh') return { body: { renewed: { token: 'second' }, expires_in: 60 } };
      return url === '/token'
        ? { body: { access_token: 'first', refresh_token: 'r+/=&', expires_in: 60 } }
        : undefined;
    });
    const connection = connectTo(world, refresh);
    await connection.execute('Call');
    world.clock.advance(61_000);
    await connection.execute('Call');
    world.clock.advance(61_000);
    await connection.execute('Call');
    expect(world.tokenRequests().map(({ url, body }) => [url, body])).toEqual([
      ['/token', ''],
      ['/token/refresh', 'rt=r%2B%2F%3D%26&old=first'],
      ['/token/refresh', 'rt=r%2B%2F%3D%26&old=second'],
    ]);
    expect(world.calls().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer first',
      'Bearer second',
      'Bearer second',
    ]);
  });

  it('gives way to the token request when the server refuses it', async () => {
    let logins = 0;
    await using world = await startWorld(({ url }) => {
      if (url === '/token/refresh') return { status: 400, body: { error: 'invalid_grant' } };
      if (url !== '/token') return undefined;
      logins += 1;
      return { body: { access_token: `login-${logins}`, refresh_token: 'r', expires_in: 60 } };
    });
    const connection = connectTo(world, refresh);
    await connection.execute('Call');
    world.clock.advance(61_000);
    await connection.execute('Call');
    expect(world.tokenRequests().map(({ url }) => url)).toEqual(['/token', '/token/refresh', '/token']);
    expect(world.calls()[1]?.headers.authorization).toBe('Bearer login-2');
  });

  it('is not sent when there is no refresh token', async () => {
    await using world = await startWorld(({ url }) =>
      url === '/token' ? { body: { access_token: 'a', expires_in: 60 } } : undefined,
    );
    const connection = connectTo(world, refresh);
    await connection.execute('Call');
    world.clock.advance(61_000);
    await connection.execute('Call');
    expect(world.tokenRequests().map(({ url }) => url)).toEqual(['/token', '/token']);
  });

  it('may renew by the last token alone', async () => {
    await using world = await startWorld(({ url }) =>
      url.startsWith('/token') ? { body: { access_token: `at${url}`, expires_in: 60 } } : undefined,
    );
    const connection = connectTo(world, {
      token: {
        expirationOutput: 'body.expires_in',
        refresh: {
          operation: { method: 'GET', path: '/token/keep', headers: { Authorization: 'Bearer <<token>>' } },
        },
      },
    });
    await connection.execute('Call');
    world.clock.advance(61_000);
    await connection.execute('Call');
    const [, renewal] = world.tokenRequests();
    expect([renewal?.url, renewal?.headers.authorization]).toEqual(['/token/keep', 'Bearer at/token']);
  });
});
