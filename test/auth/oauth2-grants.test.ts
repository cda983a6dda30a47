import { createHash, createPublicKey, generateKeyPairSync, verify, X509Certificate } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import { definitionOf, startScene, type TokenReply } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const startMs = Date.UTC(2030, 0, 1);
const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
const ec = (namedCurve: string) => generateKeyPairSync('ec', { namedCurve });
const pem = (key: { readonly privateKey: (typeof rsa)['privateKey'] }) =>
  key.privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();

async function run(
  auth: object,
  parameters: Record<string, unknown> = {},
  secrets: Record<string, string> = {},
) {
  const scene = await startScene(open, undefined, { clock: createFakeClock(startMs) });
  const connection = scene.engine.connection(
    definitionOf(scene.server.origin, { authType: 'oauth2', ...auth }, secrets),
  );
  await connection.execute('Read', parameters);
  return { form: [...new URLSearchParams(scene.tokenRequests[0]?.body)], origin: scene.server.origin };
}

const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
const partsOf = (token: string | undefined) => {
  const [header, claims, signature] = (token ?? '').split('.');
  return { header: decode(header), claims: decode(claims), signature, input: `${header}.${claims}` };
};

describe('the grant', () => {
  it('password sends name and password as they are (RFC 6749 section 4.3.2)', async () => {
    const { form } = await run(
      { grant: 'password', clientId: 'c', username: '<<User>>', password: '<<Pw>>', scope: 's' },
      { User: 'ü@x' },
      { Pw: 'a&b=||<<c>>' },
    );
    expect(form).toEqual([
      ['grant_type', 'password'],
      ['username', 'ü@x'],
      ['password', 'a&b=||<<c>>'],
      ['scope', 's'],
      ['client_id', 'c'],
    ]);
  });

  it('jwt_bearer signs an assertion for the token URL (RFC 7523 section 2.1)', async () => {
    const { form, origin } = await run(
      {
        grant: 'jwt_bearer',
        assertion: {
          key: '<<Key>>',
          keyId: 'k-1',
          issuer: 'svc@acme',
          subject: '<<User>>',
          claims: { scope: 'a b', n: 1, jti: null },
        },
      },
      { User: 'jo' },
      { Key: pem(rsa).replaceAll('\n', '\\n') },
    );
    expect(form.map(([name]) => name)).toEqual(['grant_type', 'assertion']);
    expect(form[0]?.[1]).toBe('urn:ietf:params:oauth:grant-type:jwt-bearer');
    const { header, claims, signature, input } = partsOf(form[1]?.[1]);
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'k-1' });
    const iat = startMs / 1000;
    expect(claims).toEqual({
      iss: 'svc@acme',
      sub: 'jo',
      aud: `${origin}/token`,
      iat,
      exp: iat + 120,
      scope: 'a b',
      n: 1,
    });
    expect(
      verify('sha256', Buffer.from(input), rsa.publicKey, Buffer.from(signature ?? '', 'base64url')),
    ).toBe(true);
  });

  it('saml2_bearer sends a pasted assertion in base64url (RFC 7522 section 2.1)', async () => {
    const xml = '<saml:Assertion ID="a">ü?>~</saml:Assertion>';
    for (const assertion of [
      xml,
      Buffer.from(xml).toString('base64'),
      Buffer.from(xml).toString('base64url'),
    ]) {
      const { form } = await run({ grant: 'saml2_bearer', assertion: '<<Saml>>' }, {}, { Saml: assertion });
      expect(form).toEqual([
        ['grant_type', 'urn:ietf:params:oauth:grant-type:saml2-bearer'],
        ['assertion', Buffer.from(xml).toString('base64url')],
      ]);
    }
  });

  it('token_exchange names the kinds of its tokens (RFC 8693 section 2.1)', async () => {
    const { form } = await run(
      {
        grant: 'token_exchange',
        clientId: 'c',
        subjectToken: '<<Subject>>',
        actorToken: '<<Actor>>',
        requestedTokenType: 'urn:ietf:params:oauth:token-type:jwt',
        tokenRequest: { params: { audience: 'api', resource: ['urn:a', 'urn:b'] } },
      },
      { Subject: 's+1' },
      { Actor: 'a/1' },
    );
    const access = 'urn:ietf:params:oauth:token-type:access_token';
    expect(form).toEqual([
      ['grant_type', 'urn:ietf:params:oauth:grant-type:token-exchange'],
      ['subject_token', 's+1'],
      ['subject_token_type', access],
      ['actor_token', 'a/1'],
      ['actor_token_type', access],
      ['requested_token_type', 'urn:ietf:params:oauth:token-type:jwt'],
      ['client_id', 'c'],
      ['audience', 'api'],
      ['resource', 'urn:a'],
      ['resource', 'urn:b'],
    ]);
  });
});

describe('a value that nobody gave', () => {
  it.each([
    [{ grant: 'jwt_bearer', assertion: '<<Missing>>' }, 'assertion'],
    [{ grant: 'saml2_bearer', assertion: '<<Missing>>' }, 'assertion'],
    [{ grant: 'refresh_token', refreshToken: '<<Missing>>' }, 'refreshToken'],
    [{ grant: 'token_exchange', subjectToken: null }, 'subjectToken'],
    [
      { grant: 'device_code', account: '<<Missing>>', deviceAuthorizationUrl: 'https://a.example' },
      'account',
    ],
  ])('is refused before anything is sent: %j', async (grant, field) => {
    const error = await failureOf(run(grant));
    expect(error).toMatchObject({ code: 'CREDENTIAL_INVALID', pointer: `/config/auth/${field}` });
  });
});

describe('refresh tokens', () => {
  const rotating: TokenReply = (_, nth) => ({
    access_token: `t${nth}`,
    expires_in: 100,
    refresh_token: `r${nth}`,
  });
  const bodies = (scene: { readonly tokenRequests: readonly { readonly body: string }[] }) =>
    scene.tokenRequests.map(({ body }) => body);

  it('are used once each when the server rotates them, and again when it does not', async () => {
    for (const [reply, second] of [
      [rotating, 'r1'],
      [() => ({ access_token: 't', expires_in: 100 }), 'first'],
    ] as const) {
      const clock = createFakeClock(startMs);
      const scene = await startScene(open, reply, { clock });
      const connection = scene.engine.connection(
        definitionOf(
          scene.server.origin,
          { authType: 'oauth2', grant: 'refresh_token', clientId: 'c', scope: 's', refreshToken: '<<R>>' },
          { R: 'first' },
        ),
      );
      await connection.execute('Read');
      clock.advance(100_000);
      await connection.execute('Read');
      expect(bodies(scene)).toEqual([
        'grant_type=refresh_token&refresh_token=first&scope=s&client_id=c',
        `grant_type=refresh_token&refresh_token=${second}&scope=s&client_id=c`,
      ]);
    }
  });

  it('renew a password grant without the password, and the password is asked again when they are spent', async () => {
    const clock = createFakeClock(startMs);
    const scene = await startScene(
      open,
      (request, nth) =>
        request.body.includes('refresh_token=r2') ? { error: 'invalid_grant' } : rotating(request, nth),
      { clock },
    );
    const connection = scene.engine.connection(
      definitionOf(scene.server.origin, {
        authType: 'oauth2',
        grant: 'password',
        clientId: 'c',
        username: 'u',
        password: 'p',
      }),
    );
    for (let round = 0; round < 3; round++) {
      await connection.execute('Read');
      clock.advance(100_000);
    }
    expect(bodies(scene).map(body => new URLSearchParams(body).get('grant_type'))).toEqual([
      'password',
      'refresh_token',
      'refresh_token',
      'password',
    ]);
  });

  it('that the server no longer takes end the connection until somebody authorises it', async () => {
    const scene = await startScene(open, () => ({
      error: 'invalid_grant',
      error_description: 'Token revoked',
    }));
    const connection = scene.engine.connection(
      definitionOf(scene.server.origin, {
        authType: 'oauth2',
        grant: 'refresh_token',
        clientId: 'c',
        refreshToken: 'r',
      }),
    );
    for (let round = 0; round < 3; round++) {
      const error = await failureOf(connection.execute('Read'));
      expect(error).toMatchObject({ code: 'TOKEN_NEEDS_REAUTH', details: { error: 'invalid_grant' } });
      expect(error.message).toContain('Token revoked');
    }
    expect(scene.tokenRequests).toHaveLength(1);
  });
});

describe('a signed client assertion', () => {
  const algorithms = [
    ['RS384', rsa, 'sha384'],
    ['PS512', rsa, 'sha512'],
    ['ES256', ec('prime256v1'), 'sha256'],
    ['ES384', ec('secp384r1'), 'sha384'],
    ['ES512', ec('secp521r1'), 'sha512'],
  ] as const;

  it.each(algorithms)(
    'by %s names client and token URL, and holds for every request anew',
    async (algorithm, key, digest) => {
      const clock = createFakeClock(startMs);
      const scene = await startScene(open, () => ({ access_token: 't', expires_in: 10 }), { clock });
      const auth = {
        authType: 'oauth2',
        grant: 'client_credentials',
        clientId: 'me',
        clientAuth: 'private_key_jwt',
        clientAssertion: { key: '<<Key>>', algorithm, lifetimeSeconds: 60 },
      };
      const connection = scene.engine.connection(definitionOf(scene.server.origin, auth, { Key: pem(key) }));
      await connection.execute('Read');
      clock.advance(10_000);
      await connection.execute('Read');
      const assertions = scene.tokenRequests.map(
        ({ body }) => new URLSearchParams(body).get('client_assertion') ?? '',
      );
      const [first, second] = assertions.map(partsOf);
      expect(first?.claims).toEqual({
        iss: 'me',
        sub: 'me',
        aud: `${scene.server.origin}/token`,
        iat: startMs / 1000,
        exp: startMs / 1000 + 60,
        jti: expect.stringMatching(/^[\w-]{22}$/),
      });
      expect(second?.claims.iat).toBe(startMs / 1000 + 10);
      expect(second?.claims.jti).not.toBe(first?.claims.jti);
      const options = algorithm.startsWith('PS')
        ? { padding: 6, saltLength: 64 }
        : algorithm.startsWith('ES')
          ? { dsaEncoding: 'ieee-p1363' as const }
          : {};
      const signature = Buffer.from(first?.signature ?? '', 'base64url');
      expect(
        verify(digest, Buffer.from(first?.input ?? ''), { key: key.publicKey, ...options }, signature),
      ).toBe(true);
    },
  );

  it('names a certificate by its SHA-256 thumbprint (RFC 7515 section 4.1.8)', async () => {
    const { cert, key } = createTestAuthority().issue();
    const { form } = await run({
      grant: 'client_credentials',
      clientId: 'me',
      clientAuth: 'private_key_jwt',
      clientAssertion: { key, certificate: cert },
    });
    const { header, input, signature } = partsOf(form.at(-1)?.[1]);
    const thumbprint = createHash('sha256').update(new X509Certificate(cert).raw).digest('base64url');
    expect(header).toEqual({ alg: 'RS256', typ: 'JWT', 'x5t#S256': thumbprint });
    const publicKey = createPublicKey(cert);
    expect(verify('sha256', Buffer.from(input), publicKey, Buffer.from(signature ?? '', 'base64url'))).toBe(
      true,
    );
  });

  it.each([
    [
      'a key of the wrong kind',
      { key: pem(ec('prime256v1')) },
      '/config/auth/clientAssertion/key',
      'prime256v1',
    ],
    ['no key at all', { key: 'hello' }, '/config/auth/clientAssertion/key', undefined],
    [
      'no certificate',
      { key: pem(rsa), certificate: 'hello' },
      '/config/auth/clientAssertion/certificate',
      undefined,
    ],
  ])('is refused for %s, which is not shown', async (_, clientAssertion, pointer, found) => {
    const engine = createEngine();
    open.push(engine);
    const auth = {
      authType: 'oauth2',
      grant: 'client_credentials',
      clientId: 'me',
      clientAuth: 'private_key_jwt',
      clientAssertion,
    };
    const error = await failureOf(
      engine.connection(definitionOf('http://127.0.0.1:9', auth)).execute('Read'),
    );
    expect(error).toMatchObject({ code: 'CREDENTIAL_INVALID', pointer });
    if (found !== undefined) expect(error.found).toContain(found);
    expect(JSON.stringify(error)).not.toContain('hello');
  });
});
