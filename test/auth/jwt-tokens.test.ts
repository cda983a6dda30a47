import { OAuth2Server } from 'oauth2-mock-server';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { AuthInput } from '../../src/definition/definition-input.ts';
import { failureOf } from '../support/failure-of.ts';
import { openTokenWorld, type TokenWorld } from './token-server.ts';

/** An authorization server of another make, whose tokens are signed JWTs of some length. */
const issuer = new OAuth2Server();
let world: TokenWorld;

beforeAll(async () => {
  await issuer.issuer.keys.generate('RS256');
  await issuer.start(0, '127.0.0.1');
});
afterAll(() => issuer.stop());
beforeEach(async () => {
  world = await openTokenWorld();
  return () => world.close();
});

const tokenUrl = () => `http://127.0.0.1:${issuer.address().port}/token`;
const kinds: Readonly<Record<string, () => AuthInput>> = {
  client_credentials: () => ({
    authType: 'client_credentials',
    tokenUrl: tokenUrl(),
    clientId: 'any',
    clientSecret: '<<Secret>>',
  }),
  http_bearer_token: () => ({
    authType: 'http_bearer_token',
    token: {
      operation: {
        configType: 'http',
        method: 'POST',
        path: '/token',
        body: {
          bodyType: 'www_form_urlencoded',
          form: { grant_type: 'client_credentials', client_secret: '<<Secret>>' },
        },
      },
      tokenOutput: 'body.access_token',
      expirationOutput: 'body.expires_in',
      connection: { baseUrl: tokenUrl().replace('/token', '') },
    },
  }),
};

describe.each(Object.keys(kinds))('signed tokens by %s', kind => {
  const connect = () => world.connect(kinds[kind]?.());

  it('arrive whole, live as long as the server says, and are not shown', async () => {
    const report = await connect().execute('Get', {}, { debug: true });
    const token = (world.api.last.header['authorization'] ?? '').replace('Bearer ', '');
    const [, payload = ''] = token.split('.');
    expect(JSON.parse(Buffer.from(payload, 'base64url').toString())).toMatchObject({
      iss: expect.stringContaining('http'),
    });
    expect(report.token?.source).toBe('requested');
    expect(JSON.stringify(report)).not.toContain(payload);
  });

  it('that the server refuses with an error of its own are refused here', async () => {
    issuer.service.once('beforeResponse', answer => {
      answer.statusCode = 400;
      answer.body = { error: 'invalid_grant', error_description: 'Not today' };
    });
    const failure = await failureOf(connect().execute('Get'));
    expect(failure).toMatchObject({ code: 'TOKEN_REFUSED', details: { error: 'invalid_grant' } });
    expect(failure.message).toContain('Not today');
  });

  it('whose lifetime is a text of digits are used', async () => {
    issuer.service.once('beforeResponse', answer => {
      answer.body = { ...(answer.body as object), expires_in: '120' };
    });
    const before = Date.now();
    const { token } = await connect().execute('Get');
    expect(Math.round((Date.parse(token?.expiresAt ?? '') - before) / 1000)).toBe(120);
  });
});
