import { afterEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

/** A server whose documents are at `path`; everything else but the token endpoint is 404. */
async function scene(path: string, metadata: (origin: string) => unknown, issuerPath = '') {
  const clock = createFakeClock();
  const server: EchoServer = await startEchoServer(({ url }, response) => {
    if (url === path) return sendJson(response, metadata(server.origin));
    if (url.startsWith('/t')) return sendJson(response, { access_token: 't', expires_in: 100 });
    return url === '/api' ? false : sendJson(response, { error: 'not_found' }, 404);
  });
  const engine = createEngine({ clock });
  open.push(server, engine);
  const connect = (auth: object = {}) =>
    engine.connection(
      JSON.stringify({
        name: 'Acme',
        config: {
          baseUrl: server.origin,
          auth: {
            authType: 'client_credentials',
            issuer: `${server.origin}${issuerPath}`,
            clientId: 'c',
            clientSecret: 's',
            ...auth,
          },
        },
        operations: [{ name: 'Read', config: { method: 'GET', path: '/api' } }],
      }),
    );
  const asked = () =>
    server.received.map(({ method, url }) => `${method} ${url}`).filter(line => line !== 'GET /api');
  return { server, clock, connect, asked };
}

const openId = '/.well-known/openid-configuration';

describe('the endpoints of an issuer', () => {
  it('are read where OpenID Connect has them, and kept for an hour', async () => {
    const { connect, asked, clock } = await scene(openId, origin => ({
      issuer: origin,
      token_endpoint: `${origin}/t1`,
    }));
    const connection = connect();
    await Promise.all([connection.execute('Read'), connection.execute('Read')]);
    clock.advance(100_000);
    await connection.execute('Read');
    expect(asked()).toEqual([`GET ${openId}`, 'POST /t1', 'POST /t1']);
    clock.advance(60 * 60_000);
    await connection.execute('Read');
    expect(asked().slice(3)).toEqual([`GET ${openId}`, 'POST /t1']);
  });

  it('are read where RFC 8414 section 3.1 has them, before the path of the issuer', async () => {
    const path = '/.well-known/oauth-authorization-server/realm/1';
    const { connect, asked } = await scene(
      path,
      origin => ({ issuer: `${origin}/realm/1`, token_endpoint: `${origin}/t2` }),
      '/realm/1',
    );
    await connect().execute('Read');
    expect(asked()).toEqual(['GET /realm/1/.well-known/openid-configuration', `GET ${path}`, 'POST /t2']);
  });

  it('do not replace those of the definition', async () => {
    const { connect, asked, server } = await scene(openId, origin => ({
      issuer: origin,
      token_endpoint: `${origin}/t1`,
    }));
    await connect({ tokenUrl: `${server.origin}/t3` }).execute('Read');
    expect(asked()).toEqual(['POST /t3']);
  });

  it.each([
    [
      'another issuer',
      () => ({ issuer: 'https://evil.example', token_endpoint: 'https://evil.example/t' }),
      'https://evil.example',
    ],
    ['no issuer', () => ({ token_endpoint: 'https://a/t' }), 'no issuer'],
    [
      'an endpoint that is no URL',
      (origin: string) => ({ issuer: origin, token_endpoint: 'file:///etc/passwd' }),
      'a URL with file:',
    ],
    [
      'a document that is none',
      () => 'hello',
      'status 404 with an object with the fields error (application/json)',
    ],
  ])('are refused in metadata of %s', async (_, metadata, found) => {
    const { connect } = await scene(openId, metadata);
    const error = await failureOf(connect().execute('Read'));
    expect(error).toMatchObject({ code: 'DISCOVERY_FAILED', pointer: '/config/auth/issuer', found });
  });

  it('are missing when neither definition nor metadata name them', async () => {
    const { connect } = await scene(openId, origin => ({ issuer: origin, token_endpoint: `${origin}/t1` }));
    const connection = connect();
    await connection.execute('Read');
    const error = await failureOf(connection.introspectToken());
    expect(error).toMatchObject({ code: 'DISCOVERY_FAILED', pointer: '/config/auth/introspectionUrl' });
  });

  it('pass the egress policy wherever they come from', async () => {
    const { connect } = await scene(openId, origin => ({
      issuer: origin,
      token_endpoint: 'http://169.254.169.254/latest',
    }));
    expect(await failureOf(connect().execute('Read'))).toMatchObject({ code: 'EGRESS_REFUSED' });
  });
});
