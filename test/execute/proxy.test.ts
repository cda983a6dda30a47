import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { createEngine, type EngineOptions } from '../../src/index.ts';
import { startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { startHttpProxy } from '../support/http-proxy.ts';
import { startFaultServer, startHttpServer, startTcpServer } from '../support/loopback-server.ts';
import { startSocksServer } from '../support/socks-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const canary = 'c4n4ry/"pröxy';
const encodings = [
  canary,
  encodeURIComponent(canary),
  Buffer.from(`me:${canary}`).toString('base64'),
  JSON.stringify(canary).slice(1, -1),
];

const define = (baseUrl: string, proxy: unknown, config: object = {}) => ({
  name: 'Proxied',
  config: { baseUrl, proxy, ...config },
  secrets: { 'Proxy Password': canary },
  operations: [{ name: 'Get', config: { method: 'GET', path: '/x', followRedirect: true } }],
});
const credentials = { username: 'me', password: '<<Proxy Password>>' };
const executeBy = async (definition: object, options: EngineOptions = {}) => {
  await using engine = createEngine(options);
  return await engine.connection(definition as never).execute('Get', {}, { har: true, debug: true });
};
/** An echo shows whether the header went further than the proxy. */
const expectNoCanary = (...shown: unknown[]) => {
  for (const each of shown) {
    const text = `${inspect(each, { depth: 12 })} ${JSON.stringify(each)}`;
    expect(encodings.filter(form => text.includes(form))).toEqual([]);
  }
};

test('operations go through the proxy of the definition, its password a secret that is shown nowhere', async () => {
  await using server = await startEchoServer();
  await using proxy = await startHttpProxy({ username: 'me', password: canary });
  const report = await executeBy(define(server.origin, { url: proxy.url, ...credentials }));
  expect(report.ok).toBe(true);
  expect(proxy.asked).toEqual([`GET ${server.origin}/x`]);
  expectNoCanary(report, server.received);
});

test('a text is the URL of a proxy, and a password written out is a secret too', async () => {
  await using server = await startEchoServer();
  await using open = await startHttpProxy();
  await using asking = await startHttpProxy({ username: 'me', password: canary });
  expect((await executeBy(define(server.origin, open.url))).ok).toBe(true);
  const written = define(server.origin, { url: asking.url, username: 'me', password: canary });
  expectNoCanary(await executeBy({ ...written, secrets: {} }));
  expect([open.asked.length, asking.asked.length]).toEqual([1, 1]);
});

test('token requests go through the proxy as well', async () => {
  await using server = await startHttpServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(request.url === '/token' ? '{"access_token":"t0ken-of-it","expires_in":60}' : '{}');
  });
  await using proxy = await startHttpProxy();
  const auth = {
    authType: 'client_credentials',
    tokenUrl: `${server.origin}/token`,
    clientId: 'id',
    clientSecret: 'client-s3cret',
  };
  const report = await executeBy(define(server.origin, proxy.url, { auth }));
  expect(report.ok).toBe(true);
  expect(proxy.asked).toEqual([`POST ${server.origin}/token`, `GET ${server.origin}/x`]);
});

test('the proxy of the engine serves connections that name none, and is no host a definition may reach', async () => {
  await using server = await startEchoServer();
  await using proxy = await startHttpProxy();
  await using other = await startHttpProxy();
  const target = 'http://198.51.100.7';
  const egress = { allowLoopback: false, allowReserved: true };
  const options = { proxy: proxy.url, egress };
  // The proxy answers for a target that does not exist; what counts is who was asked.
  await executeBy(define(target, null, { timeouts: { totalMs: 300 } }), options).catch(() => undefined);
  expect(proxy.asked).toEqual([`GET ${target}/x`]);
  expect((await failureOf(executeBy(define(proxy.url, null), options))).code).toBe('EGRESS_REFUSED');
  expect((await failureOf(executeBy(define(target, other.url), options))).code).toBe('EGRESS_REFUSED');
  expect([other.asked, proxy.asked.length, server.connectionCount]).toEqual([[], 1, 0]);
  const own = await executeBy(define(server.origin, other.url), { proxy: proxy.url });
  expect([own.ok, proxy.asked.length, other.asked.length]).toEqual([true, 1, 1]);
});

test('a password that the provider changes opens new connections with the new one', async () => {
  await using server = await startEchoServer();
  await using proxy = await startSocksServer({ username: 'me', password: 'second-word' });
  const passwords = ['first-word', 'second-word'];
  await using engine = createEngine({
    secretProvider: { getSecret: () => passwords.shift() ?? 'second-word' },
  });
  const definition = define(server.origin, { url: `socks5://127.0.0.1:${proxy.port}`, ...credentials });
  const connection = engine.connection({ ...definition, secrets: { 'Proxy Password': null } } as never);
  expect((await failureOf(connection.execute('Get'))).code).toBe('PROXY_AUTH_FAILED');
  expect((await connection.execute('Get')).ok).toBe(true);
  expect((await connection.execute('Get')).ok).toBe(true);
  expect(proxy.credentials).toEqual(['me:first-word', 'me:second-word']);
});

test('a connection test tells which stage failed at the proxy', async () => {
  await using proxy = await startHttpProxy({ username: 'me', password: 'other' });
  await using engine = createEngine();
  const definition = define('https://198.51.100.7', { url: proxy.url, ...credentials });
  const report = await engine.connection(definition as never).test();
  const failed = report.stages.find(({ status }) => status === 'failed');
  expect([failed?.name, failed?.error?.['code']]).toEqual(['connect', 'PROXY_AUTH_FAILED']);
  expectNoCanary(report);
});

test('a secret that is bound to hosts goes through no proxy of the definition that is none of them', async () => {
  await using server = await startEchoServer();
  await using proxy = await startHttpProxy();
  const execute = async (hosts: readonly string[], own: string | null, options: EngineOptions = {}) => {
    const config = { headers: { 'X-Key': '<<Key>>' } };
    const getSecret = () => ({ value: 'b0und-value', hosts });
    const definition = { ...define(server.origin, own, config), secrets: { Key: null } };
    return executeBy(definition, { ...options, secretProvider: { getSecret } });
  };
  const targetOnly = [`127.0.0.1:${server.port}`];
  const failure = await failureOf(execute(targetOnly, proxy.url));
  expect([failure.code, failure.details['secret'], proxy.asked]).toEqual(['SECRET_HOST_REFUSED', 'Key', []]);
  expect(failure.message).toContain(`proxy 127.0.0.1:${proxy.port}`);
  expect((await execute([...targetOnly, `127.0.0.1:${proxy.port}`], proxy.url)).ok).toBe(true);
  expect((await execute(targetOnly, null, { proxy: proxy.url })).ok).toBe(true);
  expect(proxy.asked).toHaveLength(2);
});

const greeting = (text: string) => (socket: { write(text: string): void }) => void socket.write(text);
const faults = {
  'refuses the credentials and repeats them': `HTTP/1.1 407 No ${canary}\r\nProxy-Authenticate: Basic realm="${canary}"\r\n\r\n${canary}`,
  'refuses the tunnel and repeats them': `HTTP/1.1 403 ${Buffer.from(`me:${canary}`).toString('base64')}\r\n\r\n`,
  'answers with garbage': `${canary}\r\n\r\n`,
  'hangs up': '',
};

test.each(Object.entries(faults))('no error shows the password when the proxy %s', async (_, answer) => {
  await using proxy = await startFaultServer(socket => socket.end(answer));
  const definition = define('https://198.51.100.7', { url: proxy.origin, ...credentials });
  const failure = await failureOf(executeBy(definition));
  expect(failure.message).toContain(`127.0.0.1:${proxy.port}`);
  expectNoCanary(failure, failure.stack, failure.cause, failure.report);
});

test.each([
  ['no version', [4, 0], 'PROTOCOL_ERROR'],
  ['no method', [5, 255], 'PROXY_AUTH_FAILED'],
])('no error shows the password when a SOCKS proxy knows %s', async (_, bytes, code) => {
  await using proxy = await startSocksServer({ username: 'me', greeting: Uint8Array.from(bytes) });
  const url = `socks5://127.0.0.1:${proxy.port}`;
  const failure = await failureOf(executeBy(define('http://198.51.100.7', { url, ...credentials })));
  expect(failure.code).toBe(code);
  expectNoCanary(failure, failure.stack, failure.cause);
});

test('the total time and the caller end a call that hangs at the proxy, and its socket', async () => {
  const authority = createTestAuthority();
  await using server = await startHttpServer(() => undefined, authority.issue());
  await using silent = await startTcpServer(() => undefined);
  await using mute = await startTcpServer(greeting('HTTP/1.1 200 OK\r\n'));
  for (const proxy of [silent, mute]) {
    const config = { timeouts: { totalMs: 150 } };
    const failure = await failureOf(executeBy(define(server.origin, proxy.origin, config)));
    expect(failure.code).toBe('DEADLINE_EXCEEDED');
    await proxy.whenOpen(0);
    const early = { timeouts: { connectMs: 100 } };
    const timeout = await failureOf(executeBy(define(server.origin, proxy.origin, early)));
    expect(timeout.code).toBe('CONNECT_TIMEOUT');
    expect(timeout.message).toContain(`Proxy 127.0.0.1:${proxy.port}: the answer to CONNECT`);
    await proxy.whenOpen(0);
  }
});
