import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { type EchoServer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import type { LoopbackServer } from '../support/loopback-server.ts';
import { privateKeyPem, startOidcServer, visit } from './oidc-server.ts';

let oidc: LoopbackServer;
let api: EchoServer;
beforeAll(async () => {
  oidc = await startOidcServer();
  api = await startEchoServer();
});
afterAll(async () => {
  await oidc.close();
  await api.close();
});

const open: Engine[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(engine => engine.close()));
});

function connect(auth: Readonly<Record<string, unknown>>, options: EngineOptions = {}) {
  const engine = createEngine(options);
  open.push(engine);
  return engine.connection(
    JSON.stringify({
      name: 'Acme',
      config: { baseUrl: api.origin, auth: { issuer: oidc.origin, ...auth } },
      operations: [
        {
          name: 'Read',
          config: { method: 'GET', path: '/' },
          outputs: { sent: { value: 'body.headers.authorization' } },
        },
      ],
    }),
  );
}

const machine = {
  authType: 'client_credentials',
  clientId: 'machine:1',
  clientSecret: 'p/a+s=s&%w ord',
  clientAuth: 'basic_auth',
  scope: 'read',
};
const web = {
  authType: 'oauth2',
  grant: 'authorization_code',
  account: 'someone',
  clientId: 'web',
  clientSecret: 'web-secret',
  redirectUri: 'http://127.0.0.1/callback',
  scope: 'openid offline_access',
  authorizationParams: { prompt: 'consent' },
};

/** A clock that goes on from now, so that tokens can grow old and the server still believes our times. */
const clockFromNow = () => createFakeClock(Date.now());

describe('client credentials at a real server', () => {
  it('prove the client by Basic, and the token can be introspected and revoked', async () => {
    const connection = connect(machine);
    const { outputs } = await connection.execute('Read');
    expect(outputs['sent']).toMatch(/^Bearer \S{20,}$/);
    const active = await connection.introspectToken();
    expect(active).toMatchObject({ active: true, claims: { client_id: 'machine:1', scope: 'read' } });
    await connection.revokeToken();
    expect(await connection.introspectToken()).toEqual({ active: false, claims: { active: false } });
    const again = await connection.execute('Read');
    expect(again.outputs['sent']).not.toBe(outputs['sent']);
  });

  it.each([
    [
      'private_key_jwt',
      { clientId: 'signer', clientAssertion: { key: privateKeyPem, keyId: 'k1', algorithm: 'PS256' } },
    ],
    [
      'client_secret_jwt',
      { clientId: 'hasher', clientSecret: 'a shared secret of more than thirty-two bytes' },
    ],
  ])('prove the client by %s', async (clientAuth, client) => {
    const auth = { authType: 'oauth2', grant: 'client_credentials', clientAuth, scope: 'read', ...client };
    const { outputs } = await connect(auth).execute('Read');
    expect(outputs['sent']).toMatch(/^Bearer \S{20,}$/);
  });

  it('report what the server says when it refuses', async () => {
    const error = await failureOf(connect({ ...machine, clientSecret: 'wrong' }).execute('Read'));
    expect(error).toMatchObject({
      code: 'TOKEN_REFUSED',
      details: { statusCode: 401, error: 'invalid_client' },
    });
    expect(error.message).toContain('client authentication failed');
  });
});

describe('the authorization code grant at a real server', () => {
  it('brings a token by login and consent, and refreshes it with rotation', async () => {
    const clock = clockFromNow();
    const connection = connect(web, { clock });
    const before = await failureOf(connection.execute('Read'));
    expect(before.code).toBe('TOKEN_NEEDS_REAUTH');
    const { url } = await connection.beginAuthorization();
    const callback = await visit(url, oidc.origin);
    const completed = await connection.completeAuthorization(callback);
    expect(completed).toMatchObject({ scope: 'openid offline_access', renewable: true, callback: {} });
    const first = await connection.execute('Read');
    clock.advance(121_000);
    const second = await connection.execute('Read');
    clock.advance(121_000);
    const third = await connection.execute('Read');
    expect(new Set([first, second, third].map(({ outputs }) => outputs['sent'])).size).toBe(3);
    expect(await connection.introspectToken({ kind: 'refresh_token' })).toMatchObject({ active: true });
  });

  it('works for a public client, and a code is good once', async () => {
    const { clientSecret: _, ...rest } = web;
    const connection = connect({ ...rest, clientId: 'public' });
    const { url } = await connection.beginAuthorization({ binding: 'session-1' });
    const callback = await visit(url, oidc.origin);
    await connection.completeAuthorization(callback, { binding: 'session-1' });
    expect((await connection.execute('Read')).statusCode).toBe(200);
    const again = await failureOf(connection.completeAuthorization(callback, { binding: 'session-1' }));
    expect(again.code).toBe('AUTHORIZATION_STATE_INVALID');
  });

  it('ends with revocation: the server forgets the refresh token, and a person is needed again', async () => {
    const connection = connect(web);
    const { url } = await connection.beginAuthorization();
    await connection.completeAuthorization(new URL(await visit(url, oidc.origin)));
    await connection.revokeToken();
    expect((await failureOf(connection.execute('Read'))).code).toBe('TOKEN_NEEDS_REAUTH');
  });
});

describe('the device grant at a real server', () => {
  it('is pending until the person has typed the code', async () => {
    const connection = connect({
      authType: 'oauth2',
      grant: 'device_code',
      account: 'tv',
      clientId: 'tv',
      scope: 'openid offline_access',
    });
    const begun = await connection.beginDeviceAuthorization();
    expect(begun).toMatchObject({ verificationUri: `${oidc.origin}/device`, intervalMs: 5000 });
    expect(await connection.pollDeviceAuthorization(begun)).toEqual({ status: 'pending', intervalMs: 5000 });
    const page = await visit(begun.verificationUri, oidc.origin, { user_code: begun.userCode });
    expect(page).toMatch(/Success/i);
    expect(await connection.pollDeviceAuthorization(begun)).toMatchObject({ status: 'authorized' });
    expect((await connection.execute('Read')).outputs['sent']).toMatch(/^Bearer /);
  });
});
