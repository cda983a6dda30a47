import { afterEach, describe, expect, it } from 'vitest';
import { readChallenges } from '../../src/auth/challenge.ts';
import { toDigestChallenge, toDigestCredential } from '../../src/auth/digest-response.ts';
import { createEngine, type Engine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { type DigestServer, type DigestServerOptions, startDigestServer } from './digest-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

describe('the examples of RFC 7616', () => {
  const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
  const opaque = 'FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS';
  const cnonce = 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ';

  it('section 3.9.1: two challenges, answered by MD5 and by SHA-256', () => {
    const challenges = readChallenges(
      ['SHA-256', 'MD5'].map(
        algorithm =>
          [
            'WWW-Authenticate',
            `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="${opaque}"`,
          ] as const,
      ),
    ).map(toDigestChallenge);
    const answer = {
      username: 'Mufasa',
      password: 'Circle of Life',
      cnonce,
      count: 1,
      uri: '/dir/index.html',
    };
    const credentials = challenges.map(
      challenge => challenge && toDigestCredential(challenge, answer, { method: 'GET' }),
    );
    expect(credentials).toEqual(
      [
        ['SHA-256', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'],
        ['MD5', '8ca523f5e9506fed4657c9700eebdbec'],
      ].map(
        ([algorithm, response]) =>
          `Digest username="Mufasa", realm="http-auth@example.org", nonce="${nonce}", uri="/dir/index.html", algorithm=${algorithm}, qop=auth, nc=00000001, cnonce="${cnonce}", response="${response}", opaque="${opaque}"`,
      ),
    );
  });

  it('section 3.9.2, as erratum 4897 corrects it: SHA-512-256, a hashed user name, characters beyond ASCII', () => {
    const [challenge] = readChallenges([
      [
        'www-authenticate',
        'Digest realm="api@example.org", qop="auth", algorithm=SHA-512-256, nonce="5TsQWLVdgBdmrQ0XsxbDODV+57QdFR34I9HAbC/RVvkK", opaque="HRPCssKJSGjCrkzDg8OhwpzCiGPChXYjwrI2QmXDnsOS", charset=UTF-8, userhash=true',
      ],
    ]).map(toDigestChallenge);
    const answer = {
      username: 'Jäsøn Doe',
      password: 'Secret, or not?',
      cnonce: 'NTg6RKcb9boFIAS3KrFK9BGeh+iDa/sm6jUMp2wds69v',
      count: 1,
      uri: '/doe.json',
    };
    const credential = challenge && toDigestCredential(challenge, answer, { method: 'GET' });
    expect(credential).toContain(
      'username="793263caabb707a56211940d90411ea4a575adeccb7e360aeb624ed06ece9b0b"',
    );
    expect(credential).toContain(
      'response="3798d4131c277846293534c3edc11bd8a5e4cdcbff78b05db9d95eeb1cec68a5"',
    );
    expect(credential).toContain('userhash=true');
  });
});

describe('challenges', () => {
  it('are found among others, in one header or several, in any letter case', () => {
    const challenges = readChallenges([
      ['WWW-Authenticate', 'Negotiate abc==, Basic realm="a, \\"b\\"" , dIgEsT REALM=plain,nonce = "n, 1"'],
      ['Other', 'Digest realm="x"'],
      ['www-authenticate', 'Bearer, Digest nonce="2"'],
    ]);
    expect(challenges.map(({ scheme, parameters }) => [scheme, Object.fromEntries(parameters)])).toEqual([
      ['negotiate', { abc: '=' }],
      ['basic', { realm: 'a, "b"' }],
      ['digest', { realm: 'plain', nonce: 'n, 1' }],
      ['bearer', {}],
      ['digest', { nonce: '2' }],
    ]);
  });

  it('are read in time that grows with their length only', () => {
    const hostile = `Digest ${'a="\\"'.repeat(20_000)}`;
    expect(readChallenges([['www-authenticate', hostile]]).length).toBeGreaterThan(0);
  });
});

const username = 'jö "quoted"\\';
const password = `p/+=&%~"'<>|:ü`;

async function start(
  options: Partial<DigestServerOptions> = {},
): Promise<{ server: DigestServer; engine: Engine }> {
  const server = await startDigestServer({
    username,
    password,
    algorithm: 'SHA-256',
    qop: 'auth',
    ...options,
  });
  const engine = createEngine();
  open.push(server, engine);
  return { server, engine };
}

function definition(baseUrl: string, auth: object = {}, config: object = {}, secrets: object = {}) {
  return JSON.stringify({
    name: 'Camera',
    config: {
      baseUrl,
      auth: { authType: 'digest', username, password: '<<Password>>', ...auth },
    },
    secrets: { Password: password, ...secrets },
    operations: [
      {
        name: 'Set',
        config: {
          method: 'POST',
          path: '/a b/{{Id}}',
          params: { q: '{{Q}}' },
          body: { bodyType: 'raw', raw: '{"text": "{{Text}}"}' },
          ...config,
        },
      },
    ],
  });
}

const values = { Id: 'ä"', Q: 'x&y', Text: 'grüß' };

describe('a connection with authType digest', () => {
  it.each([
    { algorithm: 'MD5', qop: 'auth' },
    { algorithm: 'MD5', qop: undefined },
    { algorithm: undefined, qop: 'auth' },
    { algorithm: 'MD5-sess', qop: 'auth' },
    { algorithm: 'SHA-256', qop: 'auth' },
    { algorithm: 'SHA-256-sess', qop: 'auth,auth-int' },
    { algorithm: 'SHA-256', qop: 'auth-int' },
    { algorithm: 'SHA-512-256', qop: 'auth-int' },
    { algorithm: 'SHA-512-256-sess', qop: 'auth', userhash: true },
    { algorithm: 'sha-256', qop: 'AUTH' },
  ])('answers the challenge of a server: $algorithm, qop $qop', async options => {
    const { server, engine } = await start(options);
    const connection = engine.connection(definition(server.origin));
    expect(await connection.execute('Set', values)).toMatchObject({ ok: true, statusCode: 200 });
    expect(await connection.execute('Set', values)).toMatchObject({ ok: true, statusCode: 200 });
    expect(server.verdicts).toEqual(['challenged', 'accepted', 'accepted']);
    const [first, ...others] = server.received;
    expect(first?.headers.authorization).toBeUndefined();
    expect(first).toMatchObject({ url: '/a%20b/%C3%A4%22?q=x%26y', body: '{"text": "grüß"}' });
    expect(others.map(({ body }) => body)).toEqual([first?.body, first?.body]);
  });

  it('counts the uses of a nonce, one by one, also for calls at the same time', async () => {
    const { server, engine } = await start();
    const connection = engine.connection(definition(server.origin));
    await connection.execute('Set', values);
    await Promise.all(Array.from({ length: 8 }, () => connection.execute('Set', values)));
    const counts = server.received
      .map(({ headers }) => /nc=([\da-f]{8})/.exec(headers.authorization ?? '')?.[1])
      .filter(count => count !== undefined);
    expect(counts.toSorted()).toEqual(
      Array.from({ length: 9 }, (_, index) => String(index + 1).padStart(8, '0')),
    );
    expect(server.verdicts.filter(verdict => verdict === 'challenged')).toHaveLength(1);
  });

  it('takes the new nonce of a server whose old one is stale, and begins to count again', async () => {
    const { server, engine } = await start();
    const connection = engine.connection(definition(server.origin));
    await connection.execute('Set', values);
    server.renewNonce();
    expect(await connection.execute('Set', values)).toMatchObject({ statusCode: 200 });
    expect(server.verdicts).toEqual(['challenged', 'accepted', 'stale', 'accepted']);
    expect(server.received.at(-1)?.headers.authorization).toContain('nc=00000001');
  });

  it('tries a new nonce once when a server forgot the old one without saying so', async () => {
    const { server, engine } = await start({ neverStale: true });
    const connection = engine.connection(definition(server.origin));
    await connection.execute('Set', values);
    server.renewNonce();
    expect(await connection.execute('Set', values)).toMatchObject({ statusCode: 200 });
  });

  it('leaves a wrong password at one refusal: two requests, and the answer is the 401', async () => {
    const { server, engine } = await start();
    const connection = engine.connection(definition(server.origin, {}, {}, { Password: 'wrong' }));
    const report = await connection.execute('Set', values);
    expect(report).toMatchObject({
      ok: false,
      statusCode: 401,
      attempts: [{ reason: 'first' }, { reason: 'challenged' }],
      diagnostics: [{ code: 'CREDENTIAL_INVALID', pointer: '/config/auth' }],
    });
    expect(server.verdicts).toEqual(['challenged', 'refused']);
    await connection.execute('Set', values);
    expect(server.received).toHaveLength(4);
  });

  it('leaves a 401 without Digest challenge as the answer it is', async () => {
    const { server, engine } = await start({ challenge: 'Basic realm="x"' });
    const report = await engine.connection(definition(server.origin)).execute('Set', values);
    expect(report).toMatchObject({ statusCode: 401 });
    expect(server.received).toHaveLength(1);
  });

  it('says so when the server wants an algorithm that is not known', async () => {
    const { server, engine } = await start({ challenge: 'Digest realm="x", nonce="1", algorithm=SHA3' });
    const work = engine.connection(definition(server.origin)).execute('Set', values);
    expect(await failureOf(work)).toMatchObject({ code: 'CREDENTIAL_INVALID', pointer: '/config/auth' });
  });

  it('uses the first challenge that it knows', async () => {
    const { server, engine } = await start({
      challengeBefore: 'Basic realm="b", Digest realm="x", nonce="1", algorithm=SHA3',
    });
    const report = await engine.connection(definition(server.origin)).execute('Set', values);
    expect(report).toMatchObject({ statusCode: 200 });
  });

  it('writes a user name beyond ASCII in the extended form', async () => {
    const { server, engine } = await start();
    await engine.connection(definition(server.origin)).execute('Set', values);
    expect(server.received.at(-1)?.headers.authorization).toContain(
      "username*=UTF-8''j%C3%B6%20%22quoted%22%5C,",
    );
  });

  it('shows the first request in a dry run, and then the next one, masked, without using up the nonce', async () => {
    const { server, engine } = await start();
    const connection = engine.connection(definition(server.origin));
    expect((await connection.dryRun('Set', values)).headers.map(([name]) => name)).not.toContain(
      'Authorization',
    );
    await connection.execute('Set', values);
    for (const _ of [1, 2]) {
      const shown = await connection.dryRun('Set', values);
      const [, header] = shown.headers.find(([name]) => name === 'Authorization') ?? [];
      expect(header).toMatch(/nc=00000002, .*response="\[secret\]"/);
    }
    expect(server.received).toHaveLength(2);
  });

  it('refuses a redirect within the origin, where the response would not fit', async () => {
    const { server, engine } = await start({ redirectTo: '/there' });
    const config = { followRedirect: true };
    const work = engine.connection(definition(server.origin, {}, config)).execute('Set', values);
    expect(await failureOf(work)).toMatchObject({ code: 'REDIRECT_REFUSED' });
    expect(server.verdicts).toEqual(['challenged', 'accepted']);
  });

  it('refuses credentials with line breaks', async () => {
    const { server, engine } = await start();
    const connection = engine.connection(definition(server.origin, { username: 'a{{End}}' }));
    expect(await failureOf(connection.execute('Set', { ...values, End: '\n' }))).toMatchObject({
      code: 'CREDENTIAL_INVALID',
      pointer: '/config/auth/username',
    });
  });

  it('takes a literal password out of the definition', async () => {
    const { server, engine } = await start({ password: 'l1teral' });
    const connection = engine.connection(definition(server.origin, { password: 'l1teral' }));
    const report = await connection.execute('Set', values, { debug: true });
    expect(report.statusCode).toBe(200);
    expect(JSON.stringify(report)).not.toContain('l1teral');
  });
});
