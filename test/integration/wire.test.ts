import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type ConnectionInput, createEngine, type OperationInput } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { loadFixture } from '../support/fixtures.ts';
import { unusedPort } from '../support/loopback-server.ts';
import { startRecordingServer } from '../support/recording-server.ts';
import { createTestAuthority, selfSigned } from '../support/test-authority.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

function connect(
  operation: Partial<OperationInput['config']> = {},
  config: Partial<ConnectionInput['config']> = {},
  outputs: OperationInput['outputs'] = {},
) {
  return world.engine.connection({
    name: 'Wire',
    config: { baseUrl: world.api.origin, caCert: world.caCert, ...config },
    secrets: { Key: 'credential-123' },
    operations: [{ name: 'Get', config: { method: 'GET', path: '/x', ...operation }, outputs }],
  });
}

describe('trust', () => {
  it('in a private CA is given by caCert', async () => {
    expect(await connect().execute('Get')).toMatchObject({ ok: true });
  });

  it('is refused without it, and the message says what to do', async () => {
    const failure = await failureOf(connect({}, { caCert: null }).execute('Get'));
    expect(failure).toMatchObject({ code: 'TLS_CERTIFICATE_UNTRUSTED', retryable: false });
    expect(failure.hint).toContain('caCert');
    expect(world.api.requests).toEqual([]);
  });

  it('in another authority of the same name does not help', async () => {
    const caCert = createTestAuthority().cert;
    const { key, cert } = selfSigned();
    await using server = await startRecordingServer({ key, cert });
    const failure = await failureOf(connect({}, { baseUrl: server.origin, caCert }).execute('Get'));
    expect(failure.code).toBe('TLS_CERTIFICATE_UNTRUSTED');
    expect(server.requests).toEqual([]);
  });

  it('ends with the certificate’s dates and names', async () => {
    const hour = 3_600_000;
    const expired = world.authority.issue({
      notBefore: new Date(Date.now() - 48 * hour),
      notAfter: new Date(Date.now() - hour),
    });
    const foreign = world.authority.issue({ hosts: ['other.test'] });
    await using old = await startRecordingServer({ key: expired.key, cert: expired.chain });
    await using other = await startRecordingServer({ key: foreign.key, cert: foreign.chain });
    const fail = (baseUrl: string) => failureOf(connect({}, { baseUrl }).execute('Get'));
    expect((await fail(old.origin)).code).toBe('TLS_CERTIFICATE_EXPIRED');
    expect((await fail(other.origin)).code).toBe('TLS_HOST_MISMATCH');
    expect([...old.requests, ...other.requests]).toEqual([]);
  });

  it('of one connection is never lent to another that shares its engine', async () => {
    await connect().execute('Get');
    const failure = await failureOf(connect({}, { caCert: null }).execute('Get'));
    expect(failure.code).toBe('TLS_CERTIFICATE_UNTRUSTED');
  });
});

describe('headers', () => {
  it('of several values are sent one by one, in order', async () => {
    await connect({ headers: { 'X-Many': ['a', 'b <<V>>', 'c'] } }).execute('Get', { V: 'ü' });
    const many = world.api.last.headers.filter(([name]) => name.toLowerCase() === 'x-many');
    const utf8 = Buffer.from('b ü').toString('latin1');
    expect(many.map(([, value]) => value)).toEqual(['a', utf8, 'c']);
  });

  it('of the operation win over those of the connection and the defaults', async () => {
    const headers = { 'X-Same': 'connection', 'X-Other': 'kept', 'User-Agent': 'own/1' };
    await connect({ headers: { 'x-same': 'operation', ACCEPT: 'text/csv' } }, { headers }).execute('Get');
    expect(world.api.last.header).toMatchObject({
      'x-same': 'operation',
      'x-other': 'kept',
      accept: 'text/csv',
      'user-agent': 'own/1',
    });
  });

  it.each(['a\r\nX-Evil: 1', 'a\nb', 'a\0b'])('refuse a value with a control character: %j', async value => {
    const failure = await failureOf(connect({ headers: { 'X-V': '<<V>>' } }).execute('Get', { V: value }));
    expect(failure.code).toBe('VALUE_REFUSED');
    expect(world.api.requests).toEqual([]);
  });

  it('of an answer that repeat are lists, and names are lower case', async () => {
    world.api.answerWith({ headers: { 'X-Two': ['a', 'b'], 'Set-Cookie': 'c=1', 'X-One': 'z' }, body: {} });
    const value = { value: "[headers['x-two'].join('+'), headers['set-cookie'].length, headers['x-one']]" };
    expect((await connect({}, {}, { V: value }).execute('Get')).outputs).toEqual({ V: ['a+b', 1, 'z'] });
  });
});

describe('query parameters', () => {
  it('that are empty are sent when the operation says so', async () => {
    const { api, caCert } = world;
    const page = world.engine.connection(loadFixture('status-page', { api: api.origin, caCert }));
    api.answerWith({ body: { incidents: [{ name: 'a' }, { name: 'b' }] } });
    const { outputs } = await page.execute('Search Incidents', { Query: 'x' });
    expect(api.last.url).toBe('/api/v2/incidents?q=x&impact=&page=');
    expect(outputs).toEqual({ Names: 'a; b' });
  });

  it('of connection, path and operation come together, the operation’s winning', async () => {
    const params = { a: 'operation', list: ['1', '2'] };
    await connect({ path: '/x?p=<<P>>', params }, { params: { a: 'connection', b: 'kept' } }).execute('Get', {
      P: '1&2',
    });
    expect(world.api.last.url).toBe('/x?p=1%262&b=kept&a=operation&list=1&list=2');
  });
});

describe('base URLs', () => {
  it.each([
    ['', '', '/'],
    ['', 'x', '/x'],
    ['/', '/x', '/x'],
    ['/v1/', '/x', '/v1/x'],
    ['/v1', 'x/', '/v1/x/'],
    ['/v1', '', '/v1'],
    ['/v1?key=1', 'x?y=2', '/v1/x?key=1&y=2'],
    ['?key=1', '', '/?key=1'],
  ])('ending in %j join the path %j to %j', async (base, path, expected) => {
    await connect({ path }, { baseUrl: world.api.origin + base }).execute('Get');
    expect(world.api.last.url).toBe(expected);
  });

  it('may be written in capitals', async () => {
    await connect({}, { baseUrl: `HTTPS://LOCALHOST:${world.api.port}/A` }).execute('Get');
    expect(world.api.last.url).toBe('/A/x');
    expect(world.api.last.header['host']).toBe(`localhost:${world.api.port}`);
  });

  it('may be one parameter that is a whole URL', async () => {
    await connect({}, { baseUrl: '<<Base>>' }).execute('Get', { Base: `${world.api.origin}/tenant/` });
    expect(world.api.last.url).toBe('/tenant/x');
  });
});

describe('time', () => {
  const silence = () => undefined;

  it('runs out for the head of an answer', async () => {
    world.api.answerWith(silence);
    const failure = await failureOf(connect({}, { timeouts: { headersMs: 60 } }).execute('Get'));
    expect(failure).toMatchObject({ code: 'HEADERS_TIMEOUT', retryable: true });
  });

  it('runs out between two pieces of a body', async () => {
    world.api.answerWith((_, response) => {
      response.writeHead(200, { 'content-length': '10' });
      response.write('12345');
      return undefined;
    });
    const failure = await failureOf(connect({}, { timeouts: { bodyIdleMs: 60 } }).execute('Get'));
    expect(failure.code).toBe('BODY_TIMEOUT');
  });

  it('runs out for the whole call, by definition or by option', async () => {
    world.api.answerWith(silence);
    const byDefinition = connect({}, { timeouts: { totalMs: 60 } }).execute('Get');
    const byOption = connect().execute('Get', {}, { timeoutMs: 60 });
    expect((await failureOf(byDefinition)).code).toBe('DEADLINE_EXCEEDED');
    expect((await failureOf(byOption)).code).toBe('DEADLINE_EXCEEDED');
  });

  it('ends when the caller aborts, before sending and while waiting', async () => {
    const reason = new TypeError('changed my mind');
    const early = await failureOf(connect().execute('Get', {}, { signal: AbortSignal.abort(reason) }));
    expect(early.code).toBe('ABORTED');
    expect(world.api.requests).toEqual([]);
    const controller = new AbortController();
    world.api.answerWith(() => {
      controller.abort(reason);
      return undefined;
    });
    const late = await failureOf(connect().execute('Get', {}, { signal: controller.signal }));
    expect(late).toMatchObject({ code: 'ABORTED', cause: { message: 'changed my mind' } });
  });
});

describe('sizes', () => {
  it('of a body are limited as received', async () => {
    world.api.answerWith({ body: 'x'.repeat(2000) });
    const failure = await failureOf(connect({}, { limits: { maxResponseBytes: 1000 } }).execute('Get'));
    expect(failure).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 'maxResponseBytes', value: 1000 },
    });
  });

  it('of a body are limited as decompressed', async () => {
    const body = gzipSync('x'.repeat(200_000));
    world.api.answerWith({ body, headers: { 'content-encoding': 'gzip' } });
    const failure = await failureOf(connect({}, { limits: { maxDecompressedBytes: 10_000 } }).execute('Get'));
    expect(failure).toMatchObject({
      code: 'LIMIT_EXCEEDED',
      details: { limit: 'maxDecompressedBytes', value: 10_000 },
    });
  });

  it('of the head are limited', async () => {
    world.api.answerWith({ headers: { 'x-large': 'x'.repeat(3000) } });
    const failure = await failureOf(connect({}, { limits: { maxHeaderBytes: 2000 } }).execute('Get'));
    expect(failure).toMatchObject({ code: 'LIMIT_EXCEEDED', details: { limit: 'maxHeaderBytes' } });
  });
});

describe('a failed execution', () => {
  it('reports how far it came, without a secret', async () => {
    const baseUrl = `https://127.0.0.1:${await unusedPort()}`;
    const failure = await failureOf(connect({ params: { key: '<<Key>>' } }, { baseUrl }).execute('Get'));
    expect(failure).toMatchObject({
      code: 'CONNECT_REFUSED',
      retryable: true,
      report: {
        ok: false,
        attempts: [{ error: 'CONNECT_REFUSED', reason: 'first' }],
        request: { method: 'GET', url: `${baseUrl}/x?key=[secret]` },
      },
    });
    expect(JSON.stringify(failure.report) + failure.stack).not.toContain('credential-123');
  });

  it('is no other call’s business: the connection goes on', async () => {
    world.api.answerWith((_, response) => {
      response.destroy();
      return undefined;
    });
    expect((await failureOf(connect().execute('Get'))).code).toBe('CONNECTION_LOST');
    world.api.answerWith({ body: {} });
    expect(await connect().execute('Get')).toMatchObject({ ok: true });
  });

  it('follows from a closed engine', async () => {
    const engine = createEngine();
    const connection = engine.connection({
      name: 'Closed',
      config: { baseUrl: world.api.origin },
      operations: [],
    });
    await engine.close();
    await engine.close();
    expect((await failureOf(connection.execute('Get'))).code).toBe('ENGINE_CLOSED');
    expect((await failureOf(connection.test())).code).toBe('ENGINE_CLOSED');
  });
});

describe('the raw answer', () => {
  it('is in the report when the call asks for it, with secrets masked', async () => {
    world.api.answerWith({ body: { echo: 'credential-123' }, headers: { 'X-Echo': 'credential-123' } });
    const connection = connect({ headers: { 'X-Key': '<<Key>>' } });
    const report = await connection.execute('Get', {}, { debug: true });
    expect(report.raw).toMatchObject({
      statusCode: 200,
      body: { echo: '[secret]' },
      headers: { 'x-echo': '[secret]' },
    });
    expect(await connection.execute('Get')).not.toHaveProperty('raw');
  });

  it('is not changed in the outputs, which are the caller’s data', async () => {
    world.api.answerWith({ body: { echo: 'credential-123' } });
    const { outputs } = await connect({}, {}, { Echo: { value: 'body.echo' } }).execute('Get');
    expect(outputs).toEqual({ Echo: 'credential-123' });
  });
});
