import { createServer as createHttpServer } from 'node:http';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/index.ts';
import { createJwtAuthenticator } from '../../src/server/authentication/json-web-tokens.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { type LoopbackServer, startHttpServer } from '../support/loopback-server.ts';
import { startWorld, type World } from './server-world.ts';

type KeyPair = Awaited<ReturnType<typeof generateKeyPair>>;

const AUDIENCE = 'https://ferrule.example.com';
let issuer: LoopbackServer;
let keys: KeyPair;
let strange: KeyPair;
let world: World;

beforeAll(async () => {
  [keys, strange] = await Promise.all([generateKeyPair('ES256'), generateKeyPair('ES256')]);
  const jwk = { ...(await exportJWK(keys.publicKey)), kid: 'one', alg: 'ES256', use: 'sig' };
  issuer = await startHttpServer((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    const isKeys = request.url === '/keys';
    response.end(
      JSON.stringify(isKeys ? { keys: [jwk] } : { issuer: issuer.origin, jwks_uri: `${issuer.origin}/keys` }),
    );
  });
  const scopes = new Map([
    ['connections.read', 'read'],
    ['connections.run', 'execute'],
  ] as const);
  const jwt = { issuer: issuer.origin, audience: AUDIENCE, jwksUrl: undefined, scopeClaim: 'scp', scopes };
  world = await startWorld({ settings: { jwt } });
});

afterAll(async () => {
  await world.close();
  await issuer.close();
});

interface Claims {
  readonly scp?: unknown;
  readonly issuer?: string;
  readonly audience?: string;
  readonly expires?: string | undefined;
  readonly subject?: string;
}

function sign(claims: Claims = {}, pair = keys): Promise<string> {
  const {
    scp = 'connections.read',
    issuer: from = issuer.origin,
    audience = AUDIENCE,
    subject = 'ada',
  } = claims;
  const token = new SignJWT({ scp })
    .setProtectedHeader({ alg: 'ES256', kid: 'one' })
    .setIssuer(from)
    .setAudience(audience);
  if (subject !== '') token.setSubject(subject);
  if (!('expires' in claims)) token.setExpirationTime('5m');
  else if (claims.expires !== undefined) token.setExpirationTime(claims.expires);
  return token.sign(pair.privateKey);
}

const list = async (key: string) => (await world.ask('GET', '/api/connections', undefined, { key })).status;

describe('tokens of the issuer', () => {
  it('open what their scopes say, in a text or a list', async () => {
    expect(await list(await sign())).toBe(200);
    expect(await list(await sign({ scp: ['other', 'connections.run'] }))).toBe(200);
    const key = await sign();
    expect((await world.ask('POST', '/api/connections', {}, { key })).status).toBe(403);
    expect(world.log.at(-1)).toMatchObject({ principal: 'jwt:ada', status: 403 });
  });

  it.each([
    ['without a scope that is known', 403, { scp: 'manage' }],
    ['of another issuer', 401, { issuer: 'https://other.example.com' }],
    ['for another audience', 401, { audience: 'https://other.example.com' }],
    ['that have expired', 401, { expires: '-1m' }],
    ['that never end', 401, { expires: undefined }],
    ['of nobody', 401, { subject: '' }],
  ])('%s are refused', async (_case, status, claims) => {
    expect(await list(await sign(claims))).toBe(status);
  });

  it('that somebody else signed, nobody signed, or that were signed with a public key as secret are refused', async () => {
    expect(await list(await sign({}, strange))).toBe(401);
    const [, payload = ''] = (await sign()).split('.');
    const header = (alg: string) => Buffer.from(JSON.stringify({ alg })).toString('base64url');
    expect(await list(`${header('none')}.${payload}.`)).toBe(401);
    const claims = {
      iss: issuer.origin,
      aud: AUDIENCE,
      sub: 'ada',
      exp: 4_000_000_000,
      scp: 'connections.read',
    };
    const secret = new TextEncoder().encode(JSON.stringify(await exportJWK(keys.publicKey)));
    const forged = await new SignJWT(claims).setProtectedHeader({ alg: 'HS256' }).sign(secret);
    expect(await list(forged)).toBe(401);
  });

  it('are never repeated in answers and logs', async () => {
    const token = await sign({}, strange);
    const answer = await world.ask('GET', '/api/connections', undefined, { key: token });
    expect(JSON.stringify([answer.body, world.log])).not.toContain(token.slice(-40));
  });
});

describe('an issuer that cannot be reached', () => {
  it('opens nothing, and is asked again after a while, however many tokens come', async () => {
    let asked = 0;
    const silent = createHttpServer((_, response) => {
      asked += 1;
      response.destroy();
    });
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const port = typeof address === 'object' ? address?.port : undefined;
    const jwt = {
      issuer: `http://127.0.0.1:${port}`,
      audience: AUDIENCE,
      jwksUrl: undefined,
      scopeClaim: 'scp',
      scopes: new Map(),
    };
    const clock = createFakeClock();
    const authenticator = createJwtAuthenticator(jwt, clock);
    try {
      const credential = new SecretValue(await sign({ issuer: jwt.issuer }));
      for (let round = 0; round < 3; round++) {
        await expect(authenticator.authenticate(credential)).rejects.toMatchObject({
          code: 'UNAUTHENTICATED',
        });
      }
      expect(asked).toBe(1);
      clock.advance(5_000);
      await expect(authenticator.authenticate(credential)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
      expect(asked).toBe(2);
    } finally {
      silent.close();
    }
  });
});
