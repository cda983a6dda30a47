import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/execute/engine.ts';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import { type Answer, connectTo, type Surroundings, startWorld, type Written } from './token-requests.ts';

async function tokenOf(answer: Answer, use: Written = {}, surroundings: Surroundings = {}) {
  await using world = await startWorld(({ url }) => (url.startsWith('/token') ? answer : undefined));
  await connectTo(world, use, surroundings).execute('Call');
  return world.calls()[0]?.headers.authorization;
}

const FORM = { 'content-type': 'application/x-www-form-urlencoded' };

describe('the answer to a token request', () => {
  it.each([
    ['no content type that means JSON', { body: '{"access_token":"t"}' }, {}],
    ['status 201', { status: 201, body: { access_token: 't' } }, {}],
    ['a form', { headers: FORM, body: 'access_token=t&expires_in=3600&scope=' }, {}],
    ['a form that calls itself text', { body: 'token_type=x&access_token=t' }, {}],
    ['the token as text, with a line break behind it', { body: 't\n' }, { token: { tokenOutput: 'body' } }],
    [
      'XML',
      { body: '<r><token>t</token></r>' },
      { token: { tokenOutput: 'body.match(/<token>(.+?)</)[1]' } },
    ],
    ['a header', { headers: { 'x-token': 't' } }, { token: { tokenOutput: "headers['X-Token']" } }],
    [
      'a cookie',
      { headers: { 'set-cookie': 'sid=t; Path=/' } },
      { token: { tokenOutput: "headers['set-cookie'][0].split(';')[0].split('=')[1]" } },
    ],
    ['nulls and more than was asked for', { body: { access_token: 't', scope: null, x: [1] } }, {}],
    [
      'a token under another name',
      { body: { token: 't' } },
      { token: { tokenOutput: 'body.access_token || body.token' } },
    ],
  ] as const)('may be %s', async (_, answer, use) => {
    expect(await tokenOf(answer, use)).toBe('Bearer t');
  });

  it.each([
    [{ status: 201, body: { access_token: 't' } }],
    [{ headers: FORM, body: 'access_token=t' }],
    [{ body: '{"access_token":"t"}' }],
  ])('must be as standards have it for a strict definition: %j', async answer => {
    const failure = await failureOf(tokenOf(answer, { strict: true }));
    expect(failure).toMatchObject({ code: 'TOKEN_REQUEST_FAILED', pointer: '/config/auth/token/operation' });
  });

  it.each([
    [{ status: 400, body: { error: 'invalid_client', error_description: 'No such app' } }],
    [{ status: 200, body: { error: 'invalid_client', error_description: 'No such app' } }],
    [{ status: 401, headers: FORM, body: 'error=invalid_client&error_description=No+such+app' }],
  ])('brings the reason of a refusal to the caller: %j', async answer => {
    const failure = await failureOf(tokenOf(answer));
    expect(failure).toMatchObject({ code: 'TOKEN_REFUSED', details: { error: 'invalid_client' } });
    expect(failure.message).toContain('No such app');
  });

  it.each([
    [{ message: 'Wrong key p4ss+word' }],
    [{ error: { code: 7, message: 'Wrong key p4ss+word' } }],
    [{ errors: [{ detail: 'Wrong key p4ss+word' }] }],
  ])('brings what other servers say too, without the secrets in it: %j', async body => {
    const use = {
      token: { operation: { method: 'GET', path: '/token', headers: { 'X-Key': '<<Key>>' } } },
    } as const;
    const failure = await failureOf(tokenOf({ status: 403, body }, use, { secrets: { Key: 'p4ss+word' } }));
    expect(failure.code).toBe('TOKEN_REQUEST_FAILED');
    expect(failure.message).toContain('Wrong key [secret]');
    expect(failure.message).not.toContain('p4ss');
  });
});

describe('redirects of a token request', () => {
  const follow = { token: { operation: { method: 'POST', path: '/token', followRedirect: true } } } as const;
  const body = { bodyType: 'raw', raw: { a: 1 } } as const;

  it.each([307, 308])('with status %d repeat it at the same origin', async status => {
    await using world = await startWorld(({ url }) =>
      url === '/token' ? { status, headers: { location: '/token/2' } } : undefined,
    );
    const use = { token: { operation: { ...follow.token.operation, body } } };
    await connectTo(world, use).execute('Call');
    expect(world.tokenRequests().map(({ method, url, body }) => [method, url, body])).toEqual([
      ['POST', '/token', '{"a":1}'],
      ['POST', '/token/2', '{"a":1}'],
    ]);
  });

  it.each([301, 302, 303])('with status %d are refused, for they would change it', async status => {
    const failure = await failureOf(tokenOf({ status, headers: { location: '/token/2' } }, follow));
    expect(failure.code).toBe('REDIRECT_REFUSED');
  });

  it('to another origin are refused', async () => {
    await using elsewhere = await startEchoServer();
    const failure = await failureOf(
      tokenOf({ status: 307, headers: { location: elsewhere.origin } }, follow),
    );
    expect(failure.code).toBe('REDIRECT_REFUSED');
    expect(elsewhere.received).toHaveLength(0);
  });

  it('are answers when they are not to be followed', async () => {
    const failure = await failureOf(tokenOf({ status: 307, headers: { location: '/token/2' } }));
    expect(failure).toMatchObject({ code: 'TOKEN_REQUEST_FAILED', details: { statusCode: 307 } });
  });
});

describe('a token host of its own', () => {
  // Good today and where the clock of these tests stands.
  const validity = { notAfter: new Date(Date.UTC(2040, 0, 1)) };
  const authority = createTestAuthority(validity);
  const own = authority.issue(validity);
  let host: EchoServer;

  beforeAll(async () => {
    const tls = { ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    host = await startEchoServer((_, response) => sendJson(response, { access_token: 't' }), tls);
  });
  afterAll(() => host.close());

  it('is judged by its own CA and shown its own certificate, the key of which is a secret', async () => {
    await using world = await startWorld();
    const connection = connectTo(
      world,
      {
        token: {
          connection: {
            baseUrl: host.origin,
            caCert: authority.cert,
            clientCertificate: { cert: own.cert, key: '<<Key>>' },
          },
        },
      },
      { secrets: { Key: own.key } },
    );
    await connection.execute('Call');
    expect(world.calls()[0]?.headers.authorization).toBe('Bearer t');
  });

  it('may be named by parameters: each of them has a token of its own', async () => {
    await using world = await startWorld(({ url }) =>
      url.startsWith('/token') ? { body: { access_token: url.slice('/token/'.length) } } : undefined,
    );
    const connection = connectTo(world, {
      token: {
        connection: { baseUrl: `${world.server.origin}/token` },
        operation: { method: 'GET', path: '/{{Tenant}}' },
      },
    });
    await connection.execute('Call', { Tenant: 'north' });
    await connection.execute('Call', { Tenant: 'south' });
    await connection.execute('Call', { Tenant: 'north' });
    expect(world.tokenRequests()).toHaveLength(2);
    expect(world.calls().map(({ headers }) => headers.authorization)).toEqual([
      'Bearer north',
      'Bearer south',
      'Bearer north',
    ]);
  });

  it('has the key of its certificate taken out of what is compiled', async () => {
    const engine = createEngine();
    const config = {
      baseUrl: host.origin,
      auth: {
        authType: 'http_bearer_token',
        token: {
          operation: { method: 'GET', path: '/' },
          tokenOutput: 'body.access_token',
          connection: {
            baseUrl: host.origin,
            caCert: authority.cert,
            clientCertificate: { cert: own.cert, key: own.key },
          },
        },
      },
      caCert: authority.cert,
      tls: { clientCertificate: { cert: own.cert, key: own.key } },
    } as const;
    const operations = [{ name: 'Call', config: { method: 'GET', path: '/' } }] as const;
    const report = await engine.connection({ name: 'N', config, operations }).execute('Call');
    expect(report.ok).toBe(true);
    await engine.close();
  });
});

describe('values made of time and chance', () => {
  it('in a token request do not make every call ask for a token', async () => {
    await using world = await startWorld();
    const connection = connectTo(
      world,
      {
        token: {
          operation: {
            method: 'POST',
            path: '/token',
            body: { bodyType: 'www_form_urlencoded', form: { assertion: '<<Assertion>>' } },
          },
        },
      },
      {
        secrets: { Key: 'k3y-k3y' },
        values: { Assertion: "jwtSign({ jti: uuid(), iat: now('seconds') }, secrets.Key, 'HS256')" },
      },
    );
    await connection.execute('Call');
    world.clock.advance(5_000);
    await connection.execute('Call');
    expect(world.tokenRequests()).toHaveLength(1);
    world.clock.advance(300_000);
    await connection.execute('Call');
    const [first, second] = world.tokenRequests();
    expect(first?.body).toMatch(/^assertion=eyJ/);
    expect(second?.body).not.toBe(first?.body);
  });
});
