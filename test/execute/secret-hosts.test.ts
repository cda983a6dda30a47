import { afterEach, describe, expect, it } from 'vitest';
import { type ConnectionInput, createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { type CannedAnswer, createCannedTransport } from '../support/canned-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startRecordingServer } from '../support/recording-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

function engineOf(options?: EngineOptions): Engine {
  const engine = createEngine(options);
  open.push(engine);
  return engine;
}

const canary = 'canary-5f3c81d0';
const here = { Host: 'api.example.com' };
const elsewhere = { Host: 'api.example.com.evil.test' };

type Config = Partial<ConnectionInput['config']>;

/** The caller chooses the host, so only a call can tell where the secret would go. */
function definitionOf(config: Config, operation: object = {}): ConnectionInput {
  return {
    name: 'Acme',
    secrets: { key: canary },
    config: { baseUrl: 'https://<<Host>>', secretHosts: { key: ['api.example.com'] }, ...config },
    operations: [{ name: 'Get', config: { method: 'GET', path: 'a', ...operation } }],
  };
}

function connect(definition: ConnectionInput, answer: () => CannedAnswer = () => ({ body: '{}' })) {
  const canned = createCannedTransport(answer);
  const connection = engineOf({ transport: canned.transport }).connection(definition);
  return { connection, sent: canned.sent };
}

const ways: readonly (readonly [way: string, config: Config, operation: object])[] = [
  ['in a header', { headers: { 'X-Key': 'k <<key>>' } }, {}],
  ['in the query', {}, { params: { k: '<<key>>' } }],
  ['in the path', {}, { path: 'a/<<key>>' }],
  ['in a body', {}, { method: 'POST', body: { bodyType: 'raw', raw: '{"k": "<<key>>"}' } }],
  ['in a form', {}, { method: 'POST', body: { bodyType: 'www_form_urlencoded', form: { k: '<<key>>' } } }],
  ['as a computed value', { values: { made: "secrets.key + '-x'" }, headers: { 'X-Made': '<<made>>' } }, {}],
  ['as a password', { auth: { authType: 'basic', username: 'me', password: '<<key>>' } }, {}],
  ['as a token', { auth: { authType: 'raw_bearer_token', token: '<<key>>' } }, {}],
  ['as an API key', { auth: { authType: 'api_key', in: 'query', name: 'k', value: '<<key>>' } }, {}],
  [
    'as the key of a signature',
    {
      auth: {
        authType: 'hmac',
        key: '<<key>>',
        message: '<<url>>',
        placements: [{ in: 'header', name: 'X-Signature', value: '<<signature>>' }],
      },
    },
    {},
  ],
  ['as the password of a digest', { auth: { authType: 'digest', username: 'me', password: '<<key>>' } }, {}],
];

describe('a secret that is bound to hosts', () => {
  it.each(ways)('goes to them and nowhere else: %s', async (_, config, operation) => {
    const { connection, sent } = connect(definitionOf(config, operation));
    await connection.execute('Get', here);
    expect(sent).toHaveLength(1);
    for (const attempt of [
      () => connection.execute('Get', elsewhere),
      () => connection.dryRun('Get', elsewhere),
    ]) {
      const failure = await failureOf(attempt);
      expect(failure).toMatchObject({
        code: 'SECRET_HOST_REFUSED',
        pointer: '/config/secretHosts/key',
        expected: 'api.example.com',
        details: { secret: 'key', host: 'api.example.com.evil.test' },
      });
      expect(JSON.stringify(failure)).not.toContain(canary);
    }
    expect(sent).toHaveLength(1);
  });

  it('does not hold back requests it is not part of, nor secrets that are bound to nothing', async () => {
    const definition = definitionOf({ headers: { 'X-Other': '<<other>>' } });
    const { connection, sent } = connect({ ...definition, secrets: { key: canary, other: 'free' } });
    await connection.execute('Get', elsewhere);
    expect(sent).toHaveLength(1);
  });

  it('may be named by its place when it is written out in the definition', async () => {
    const { connection } = connect({
      ...definitionOf({
        secretHosts: { 'config.auth.password': ['*.example.com'] },
        auth: { authType: 'basic', username: 'me', password: canary },
      }),
      secrets: {},
    });
    await connection.execute('Get', here);
    await expect(failureOf(connection.execute('Get', elsewhere))).resolves.toMatchObject({
      code: 'SECRET_HOST_REFUSED',
      details: { secret: 'config.auth.password' },
    });
  });

  it('is refused before a connection is tried, where it is tested', async () => {
    const { connection } = connect(definitionOf({ headers: { 'X-Key': '<<key>>' }, testPath: 'a' }));
    const { ok, stages } = await connection.test(elsewhere);
    expect(ok).toBe(false);
    expect(stages.map(({ name, status }) => `${name} ${status}`)).toEqual([
      'dns skipped',
      'connect skipped',
      'tls skipped',
      'token skipped',
      'request failed',
      'assertion skipped',
    ]);
  });

  it('is held back in token requests, and the token goes where it may', async () => {
    const auth = {
      authType: 'http_bearer_token',
      token: {
        operation: {
          method: 'POST',
          path: 'token',
          body: { bodyType: 'www_form_urlencoded', form: { secret: '<<key>>' } },
        },
        tokenOutput: 'body.token',
        connection: { baseUrl: 'https://<<Login host>>' },
      },
    } as const;
    const { connection, sent } = connect(
      definitionOf({ auth, secretHosts: { key: ['login.example.com'] } }),
      () => ({ headers: [['content-type', 'application/json']], body: '{"token":"t-123456"}' }),
    );
    const refused = connection.execute('Get', { ...here, 'Login host': 'login.evil.test' });
    await expect(failureOf(refused)).resolves.toMatchObject({ code: 'SECRET_HOST_REFUSED' });
    expect(sent).toEqual([]);
    await connection.execute('Get', { ...here, 'Login host': 'login.example.com' });
    expect(sent.map(({ url }) => url)).toEqual([
      'https://login.example.com/token',
      'https://api.example.com/a',
    ]);
  });

  it('goes along with what an expression over a token answer puts it into', async () => {
    const token = {
      operation: { method: 'POST', path: 'token' },
      tokenOutput: 'body.token',
      connection: { baseUrl: 'https://login.example.com' },
    } as const;
    const answer = { headers: [['content-type', 'application/json']] as const, body: '{"token":"t-123456"}' };
    const step = { ...token, keep: { mixed: 'body.token + secrets.key' } };
    const { tokenOutput: _, ...bareStep } = step;
    const ways: Config[] = [
      {
        auth: { authType: 'http_bearer_token', token: { ...token, tokenOutput: 'body.token + secrets.key' } },
      },
      {
        auth: { authType: 'http_bearer_token', keep: { mixed: 'secrets.key + body.token' }, token },
        headers: { 'X-Mixed': '<<mixed>>' },
      },
      { auth: { authType: 'http_bearer_token', token: { ...token, steps: [bareStep] } } },
    ];
    for (const config of ways) {
      const { connection, sent } = connect(definitionOf(config), () => answer);
      const failure = await failureOf(connection.execute('Get', elsewhere));
      expect(failure.code).toBe('SECRET_HOST_REFUSED');
      expect(sent.filter(({ url }) => url.includes('evil'))).toEqual([]);
    }
  });

  it('is held back as the key of a client certificate, which is a proof by itself', async () => {
    const authority = createTestAuthority();
    const { chain, key } = authority.issue({ hosts: ['me'] });
    const { connection, sent } = connect({
      ...definitionOf({ tls: { clientCertificate: { cert: chain, key: '<<key>>' } } }),
      secrets: { key },
    });
    await expect(failureOf(connection.execute('Get', elsewhere))).resolves.toMatchObject({
      code: 'SECRET_HOST_REFUSED',
    });
    expect(sent).toEqual([]);
    await connection.execute('Get', here);
    expect(sent).toHaveLength(1);
  });

  it('is held back in requests of OAuth', async () => {
    const auth = {
      authType: 'client_credentials',
      tokenUrl: 'https://<<Login host>>/token',
      clientId: 'me',
      clientSecret: '<<key>>',
    } as const;
    const { connection, sent } = connect(
      definitionOf({ auth, secretHosts: { key: ['login.example.com'] } }),
      () => ({
        headers: [['content-type', 'application/json']],
        body: '{"access_token":"t-123456","token_type":"bearer"}',
      }),
    );
    const refused = connection.execute('Get', { ...here, 'Login host': 'login.evil.test' });
    await expect(failureOf(refused)).resolves.toMatchObject({ code: 'SECRET_HOST_REFUSED' });
    expect(sent).toEqual([]);
    await connection.execute('Get', { ...here, 'Login host': 'login.example.com' });
    expect(sent).toHaveLength(2);
  });

  it('stays behind when a redirect leads elsewhere, and goes along within its origin', async () => {
    const [first, second] = [await startRecordingServer(), await startRecordingServer()];
    open.push(first, second);
    first.answerWith(({ url }) => ({
      status: 302,
      headers: { location: url === '/a' ? '/b' : `${second.origin}/c` },
    }));
    const definition = definitionOf(
      {
        baseUrl: first.origin,
        secretHosts: { key: [new URL(first.origin).host] },
        headers: { 'X-Key': '<<key>>' },
      },
      { followRedirect: true },
    );
    await engineOf().connection(definition).execute('Get');
    expect(first.requests.map(({ header }) => header['x-key'])).toEqual([canary, canary]);
    expect(second.last.header['x-key']).toBeUndefined();
  });
});

describe('a secret that the provider binds to hosts', () => {
  const definition: ConnectionInput = {
    ...definitionOf({ secretHosts: {}, headers: { 'X-Key': '<<key>>' } }),
    secrets: { key: null },
  };

  it('goes to them and nowhere else', async () => {
    const { transport, sent } = createCannedTransport(() => ({ body: '{}' }));
    const secretProvider = { getSecret: () => ({ value: canary, hosts: ['*.example.com'] }) };
    const connection = engineOf({ transport, secretProvider }).connection(definition);
    await connection.execute('Get', here);
    await expect(failureOf(connection.execute('Get', elsewhere))).resolves.toMatchObject({
      code: 'SECRET_HOST_REFUSED',
      pointer: '/secrets/key',
    });
    expect(sent).toHaveLength(1);
  });

  it('keeps its own hosts while it is being rotated', async () => {
    const { transport, sent } = createCannedTransport(() => ({ body: '{}' }));
    let asked = 0;
    const secretProvider = {
      getSecret: () => {
        asked += 1;
        return { value: `${canary}-${asked}`, hosts: [asked === 1 ? 'api.example.com' : 'api.evil.test'] };
      },
    };
    const connection = engineOf({ transport, secretProvider }).connection(definition);
    const calls = [connection.execute('Get', here), connection.execute('Get', { Host: 'api.evil.test' })];
    await Promise.all(calls);
    const seen = sent.map(({ url, headers }) => [url, headers.find(([name]) => name === 'X-Key')?.[1]]);
    expect(seen).toEqual([
      ['https://api.example.com/a', `${canary}-1`],
      ['https://api.evil.test/a', `${canary}-2`],
    ]);
  });

  it('is not used at all when its hosts cannot be read', async () => {
    const { transport, sent } = createCannedTransport(() => ({ body: '{}' }));
    const secretProvider = { getSecret: () => ({ value: canary, hosts: ['https://api.example.com'] }) };
    const connection = engineOf({ transport, secretProvider }).connection(definition);
    await expect(failureOf(connection.execute('Get', here))).resolves.toMatchObject({
      code: 'SECRET_HOST_REFUSED',
    });
    expect(sent).toEqual([]);
  });
});

describe('a definition with bound secrets', () => {
  const compile = (config: Config, secrets: Record<string, string> = { key: canary }) =>
    failureOf(() => engineOf().connection({ ...definitionOf(config), secrets }));

  it('is refused when its own base URL is not among the hosts', async () => {
    const { issues } = await compile({
      baseUrl: 'https://api.example.org/v1',
      headers: { 'X-Key': '<<key>>' },
    });
    expect(issues).toEqual([
      {
        code: 'SECRET_HOST_REFUSED',
        pointer: '/config/secretHosts/key',
        message: 'The secret "key" may not be sent to api.example.org',
        expected: 'api.example.com',
        found: 'api.example.org',
      },
    ]);
  });

  it('is refused when a literal token URL is not', async () => {
    const { issues } = await compile({
      auth: {
        authType: 'client_credentials',
        tokenUrl: 'https://login.example.org/token',
        clientId: 'me',
        clientSecret: '<<key>>',
      },
    });
    expect(issues).toMatchObject([{ code: 'SECRET_HOST_REFUSED', found: 'login.example.org' }]);
  });

  it('is refused when it binds an unknown secret, or to what is no host', async () => {
    const { issues } = await compile({ secretHosts: { kex: ['api.example.com'], key: ['a/b'] } });
    expect(issues).toMatchObject([
      { code: 'DEFINITION_WRONG_VALUE', pointer: '/config/secretHosts/kex', suggestion: 'key' },
      { code: 'DEFINITION_WRONG_VALUE', pointer: '/config/secretHosts/key/0' },
    ]);
  });
});
