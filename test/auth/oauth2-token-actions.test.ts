import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { definitionOf, startScene, type TokenReply } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const raw = (status: number, value: unknown) => ({
  status,
  type: 'application/json',
  text: JSON.stringify(value),
});

/** A connection with a token and a refresh token; `/token/…` are the other endpoints. */
async function scene(reply: TokenReply, change: object = {}) {
  const started = await startScene(open, (request, nth) =>
    request.url === '/token'
      ? { access_token: 'acc3ss', refresh_token: 'r3fresh', expires_in: 60 }
      : reply(request, nth),
  );
  const { origin } = started.server;
  const auth = {
    authType: 'oauth2',
    grant: 'password',
    username: 'u',
    password: 'p',
    clientId: 'c',
    clientSecret: 's',
    clientAuth: 'basic_auth',
    introspectionUrl: `${origin}/token/introspect`,
    revocationUrl: `${origin}/token/revoke`,
    ...change,
  };
  const connection = started.engine.connection(definitionOf(origin, auth));
  await connection.execute('Read');
  const asked = () =>
    started.tokenRequests.slice(1).map(({ url, body, headers }) => [url, body, headers.authorization]);
  return { ...started, connection, asked };
}

describe('introspection (RFC 7662)', () => {
  it('asks about either token, authenticated as the client, and masks tokens in the answer', async () => {
    const { connection, asked } = await scene(() => ({ active: true, scope: 'a', echoed: 'acc3ss' }));
    expect(await connection.introspectToken()).toEqual({
      active: true,
      claims: { active: true, scope: 'a', echoed: '[secret]' },
    });
    await connection.introspectToken({ kind: 'refresh_token' });
    expect(asked()).toEqual([
      ['/token/introspect', 'token=acc3ss&token_type_hint=access_token', 'Basic Yzpz'],
      ['/token/introspect', 'token=r3fresh&token_type_hint=refresh_token', 'Basic Yzpz'],
    ]);
  });

  it('fails for an answer that does not say whether the token is active', async () => {
    const { connection } = await scene(() => ({ scope: 'a' }));
    expect(await failureOf(connection.introspectToken())).toMatchObject({
      code: 'TOKEN_REQUEST_FAILED',
      pointer: '/config/auth/introspectionUrl',
      found: 'an object with the fields scope (application/json)',
    });
  });
});

describe('revocation (RFC 7009)', () => {
  it('revokes the refresh token and the access token, and forgets both', async () => {
    const { connection, asked, tokenRequests } = await scene(() => raw(200, ''));
    expect(await connection.revokeToken()).toEqual({ revoked: true });
    expect(asked().map(([, body]) => body)).toEqual([
      'token=r3fresh&token_type_hint=refresh_token',
      'token=acc3ss&token_type_hint=access_token',
    ]);
    expect(tokenRequests.length).toBeGreaterThan(0);
    expect(await connection.revokeToken()).toEqual({ revoked: false });
    expect(asked()).toHaveLength(2);
    await connection.execute('Read');
    expect(asked().at(-1)?.[1]).toBe('grant_type=password&username=u&password=p');
  });

  it('goes on when the server revokes refresh tokens only', async () => {
    const { connection, asked } = await scene(({ body }) =>
      body.includes('acc3ss') ? raw(400, { error: 'unsupported_token_type' }) : raw(200, ''),
    );
    await connection.revokeToken();
    await connection.execute('Read');
    expect(asked()).toHaveLength(3);
  });

  it('only forgets where the server has no endpoint for it', async () => {
    const { connection, asked } = await scene(() => raw(404, ''), { revocationUrl: undefined });
    expect(await connection.revokeToken()).toEqual({ revoked: false });
    await connection.execute('Read');
    expect(asked().map(([url]) => url)).toEqual(['/token']);
  });

  it('keeps the tokens when the server does not do it', async () => {
    const { connection, asked } = await scene(() => raw(503, { busy: true }));
    const error = await failureOf(connection.revokeToken());
    expect(error).toMatchObject({
      code: 'TOKEN_REQUEST_FAILED',
      pointer: '/config/auth/revocationUrl',
      retryable: true,
    });
    await connection.execute('Read');
    expect(asked()).toHaveLength(1);
  });
});
