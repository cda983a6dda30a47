import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { connectTo, startWorld } from './token-requests.ts';

describe('steps before a token request', () => {
  it('use what earlier answers brought: a URL that was discovered, a first token as bearer for the second', async () => {
    await using world = await startWorld(({ url, headers }) => {
      if (url === '/token/discovery') return { body: { endpoint: `http://${headers.host}/token/v2` } };
      if (url === '/token/v2/login') return { body: { session: 's3ssion' } };
      return url === '/token/v2/exchange' ? { body: { access_token: 't0ken' } } : undefined;
    });
    const connection = connectTo(
      world,
      {
        token: {
          steps: [
            { operation: { method: 'GET', path: '/token/discovery' }, keep: { Endpoint: 'body.endpoint' } },
            {
              connection: { baseUrl: '<<Endpoint>>' },
              operation: {
                method: 'POST',
                path: '/login',
                body: { bodyType: 'raw', raw: { user: 'u', password: '<<Password>>' } },
              },
              keep: { Session: 'body.session' },
            },
          ],
          connection: { baseUrl: '<<Endpoint>>' },
          operation: { method: 'POST', path: '/exchange', headers: { Authorization: 'Bearer <<Session>>' } },
        },
      },
      { secrets: { Password: 'p"q' } },
    );
    await connection.execute('Call');
    await connection.execute('Call');
    expect(world.tokenRequests().map(({ method, url, body }) => [method, url, body])).toEqual([
      ['GET', '/token/discovery', ''],
      ['POST', '/token/v2/login', '{"user":"u","password":"p\\"q"}'],
      ['POST', '/token/v2/exchange', ''],
    ]);
    expect(world.tokenRequests()[2]?.headers.authorization).toBe('Bearer s3ssion');
    expect(world.calls().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer t0ken',
      'Bearer t0ken',
    ]);
  });

  it('answer a challenge with what only the connection knows', async () => {
    await using world = await startWorld(({ url }) =>
      url === '/token/challenge' ? { body: { challenge: 'c0' } } : undefined,
    );
    const connection = connectTo(
      world,
      {
        token: {
          steps: [
            {
              operation: { method: 'GET', path: '/token/challenge' },
              keep: { Proof: "hmac('sha1', secrets.Key, body.challenge)" },
            },
          ],
          operation: {
            method: 'POST',
            path: '/token',
            body: { bodyType: 'raw', raw: { password: '<<Proof>>' } },
          },
        },
      },
      { secrets: { Key: 'k3y' } },
    );
    await connection.execute('Call');
    const proof = createHmac('sha1', 'k3y').update('c0').digest('hex');
    expect(world.tokenRequests()[1]?.body).toBe(`{"password":"${proof}"}`);
  });

  it('stop at the answer that fails, which is named by its step', async () => {
    await using world = await startWorld(({ url }) =>
      url === '/token/one'
        ? { status: 403, body: { error: 'denied', error_description: 'Not you' } }
        : undefined,
    );
    const steps = [{ operation: { method: 'GET', path: '/token/one' } }] as const;
    const failure = await failureOf(connectTo(world, { token: { steps } }).execute('Call'));
    expect(failure).toMatchObject({ code: 'TOKEN_REFUSED', pointer: '/config/auth/token/steps/0/operation' });
    expect(failure.message).toContain('denied');
    expect(failure.message).toContain('Not you');
    expect(world.tokenRequests()).toHaveLength(1);
  });

  it('pass the egress policy with every URL that came from an answer', async () => {
    await using world = await startWorld(({ url }) =>
      url === '/token/one' ? { body: { next: 'http://169.254.169.254/latest' } } : undefined,
    );
    const steps = [
      { operation: { method: 'GET', path: '/token/one' }, keep: { Next: 'body.next' } },
    ] as const;
    const connection = connectTo(world, { token: { steps, connection: { baseUrl: '<<Next>>' } } });
    expect(await failureOf(connection.execute('Call'))).toMatchObject({ code: 'EGRESS_REFUSED' });
  });

  it('cannot use what is kept only later', async () => {
    await using world = await startWorld();
    const steps = [
      { operation: { method: 'GET', path: '/token/<<Later>>' }, keep: { Later: 'body.x' } },
    ] as const;
    const failure = await failureOf(() => connectTo(world, { token: { steps } }));
    expect(failure.issues).toMatchObject([
      { code: 'TEMPLATE_PLACE', pointer: '/config/auth/token/steps/0/operation/path' },
    ]);
  });
});

describe('values kept from a token answer', () => {
  it('are a base URL and part of a path', async () => {
    await using instance = await startEchoServer();
    await using world = await startWorld(({ url }) =>
      url.startsWith('/token')
        ? { body: { access_token: 't0ken', instance_url: `${instance.origin}/services`, id: 'org/ 7' } }
        : undefined,
    );
    const connection = connectTo(
      world,
      {
        keep: { instance_url: 'body.instance_url', Org: { value: 'body.id', secret: false } },
        token: { connection: { baseUrl: world.server.origin } },
      },
      { baseUrl: '<<instance_url>>', call: { path: '/orgs/<<Org>>/users' } },
    );
    const report = await connection.execute('Call');
    expect(instance.received[0]?.url).toBe('/services/orgs/org%2F%207/users');
    expect(report.request.url).toBe(`${instance.origin}/services/orgs/org%2F%207/users`);
    expect((await connection.test()).ok).toBe(true);
  });

  it('put the token first in a connection test: a refused one fails that stage', async () => {
    await using world = await startWorld(({ url }) =>
      url.startsWith('/token') ? { status: 401, body: { error: 'invalid_client' } } : undefined,
    );
    const connection = connectTo(
      world,
      { keep: { Url: 'body.url' }, token: { connection: { baseUrl: world.server.origin } } },
      { baseUrl: '<<Url>>' },
    );
    const { ok, stages } = await connection.test();
    expect(ok).toBe(false);
    expect(stages.filter(({ status }) => status === 'failed')).toMatchObject([
      { name: 'token', error: { code: 'TOKEN_REFUSED' } },
    ]);
  });

  it('come from the token that goes with them, also after a rejection', async () => {
    let logins = 0;
    await using world = await startWorld(({ url }) => {
      if (url.startsWith('/token')) {
        logins += 1;
        return { body: { access_token: `token-${logins}`, shard: `s${logins}` } };
      }
      return url === '/s1/call' ? { status: 401 } : undefined;
    });
    const connection = connectTo(
      world,
      { keep: { Shard: 'body.shard' } },
      { call: { path: '/<<Shard>>/call' } },
    );
    const { attempts } = await connection.execute('Call');
    expect(attempts).toHaveLength(2);
    expect(world.calls().map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ['/s1/call', 'Bearer token-1'],
      ['/s2/call', 'Bearer token-2'],
    ]);
  });

  it('are masked in reports unless the definition calls them open', async () => {
    await using world = await startWorld(({ url }) =>
      url.startsWith('/token') ? { body: { access_token: 't0ken', a: 'hidden-1', b: 'shown-1' } } : undefined,
    );
    const connection = connectTo(
      world,
      { keep: { A: 'body.a', B: { value: 'body.b', secret: false } } },
      { call: { path: '/<<A>>/<<B>>' } },
    );
    expect((await connection.execute('Call')).request.url).toBe(`${world.server.origin}/[secret]/shown-1`);
  });

  it('that a path cannot do without are missed by name', async () => {
    await using world = await startWorld();
    const connection = connectTo(world, { keep: { Org: 'body.org' } }, { call: { path: '/<<Org>>' } });
    const failure = await failureOf(connection.execute('Call'));
    expect(failure).toMatchObject({ code: 'KEPT_VALUE_MISSING', pointer: '/operations/0/config/path' });
    expect(await failureOf(connection.dryRun('Call'))).toMatchObject({ code: 'KEPT_VALUE_MISSING' });
  });

  it('are no parameters of the operations that use them', async () => {
    await using world = await startWorld();
    const connection = connectTo(world, { keep: { Org: 'body.org' } }, { call: { path: '/<<Org>>/<<Id>>' } });
    expect(Object.keys(connection.inputs('Call').properties)).toEqual(['Id']);
  });
});

describe('cookies of token answers', () => {
  it('go with later steps and with every request, those that were taken back left out', async () => {
    await using world = await startWorld(({ url }) => {
      if (url === '/token/page') {
        return { headers: { 'set-cookie': ['sid="a b"; Path=/; HttpOnly', 'tmp=1; Max-Age=60'] } };
      }
      if (url !== '/token') return undefined;
      const expired = 'tmp=; Expires=Thu, 01 Jan 1970 00:00:00 GMT';
      return { headers: { 'set-cookie': ['csrf=x=1', expired] }, body: { access_token: 't0ken' } };
    });
    const connection = connectTo(
      world,
      { keepCookies: true, token: { steps: [{ operation: { method: 'GET', path: '/token/page' } }] } },
      { call: { headers: { Cookie: 'theme=dark' } } },
    );
    await connection.execute('Call');
    expect(world.tokenRequests()[1]?.headers.cookie).toBe('sid="a b"; tmp=1');
    expect(world.calls()[0]?.headers.cookie).toBe('theme=dark; sid="a b"; csrf=x=1');
    expect(world.calls()[0]?.headers.authorization).toBe('Bearer t0ken');
  });
});
