import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import http, { type RequestListener } from 'node:http';
import https from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { createTransport, type TransportOptions } from '../../src/transport/create-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startHttpServer } from '../support/loopback-server.ts';
import { textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const newPath = () => {
  const directory = mkdtempSync(join(tmpdir(), 'fe-'));
  onTestFinished(() => rmSync(directory, { recursive: true, force: true }));
  return join(directory, 'a.sock');
};
const listen = async (onRequest: RequestListener, tls?: https.ServerOptions) => {
  const path = newPath();
  const server = tls === undefined ? http.createServer(onRequest) : https.createServer(tls, onRequest);
  await new Promise<void>(resolve => server.listen(path, resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return path;
};
const open = (path: string, options: TransportOptions = {}) => {
  const transport = createTransport({ socketPath: path, egress: { allowUnixSockets: [path] }, ...options });
  onTestFinished(() => transport.close());
  return transport;
};

test('a request goes over the socket, with the host of its URL', async () => {
  const path = await listen((request, response) => response.end(`${request.headers.host} ${request.url}`));
  const transport = open(path);
  for (const _ of [1, 2]) {
    const { body } = await transport.send({ url: 'http://docker.invalid/v1?all=1' });
    expect(await textOf(body)).toBe('docker.invalid /v1?all=1');
  }
});

test('TLS over the socket is judged by the host of the URL', async () => {
  const authority = createTestAuthority();
  const { chain, key } = authority.issue({ hosts: ['inner.invalid'] });
  const path = await listen((_, response) => response.end('secure'), { cert: chain, key });
  const transport = open(path, { tls: { caCert: authority.cert } });
  expect(await textOf((await transport.send({ url: 'https://inner.invalid/' })).body)).toBe('secure');
  const other = await failureOf(transport.send({ url: 'https://other.invalid/' }));
  expect(other.code).toBe('TLS_HOST_MISMATCH');
});

test('no socket is used unless the egress policy names it', async () => {
  let requests = 0;
  const path = await listen((_, response) => {
    requests += 1;
    response.end();
  });
  for (const egress of [{}, { allowUnixSockets: ['/run/other.sock'] }]) {
    const failure = await failureOf(open(path, { egress }).send({ url: 'http://localhost/' }));
    expect(failure.code).toBe('EGRESS_REFUSED');
    expect(failure.hint).toContain('egress.allowUnixSockets');
  }
  expect(requests).toBe(0);
});

test('a redirect to another origin leaves the socket', async () => {
  await using network = await startHttpServer((_, response) => response.end('network'));
  const path = await listen((_, response) => response.writeHead(302, { location: network.origin }).end());
  const transport = open(path, { redirect: { maxRedirects: 1 } });
  expect(await textOf((await transport.send({ url: 'http://localhost/' })).body)).toBe('network');
});

test('what is wrong with a socket is told with its path', async () => {
  const missing = newPath();
  const file = newPath();
  writeFileSync(file, '');
  const dead = newPath();
  await new Promise<void>(resolve => {
    // Left behind by a server that went without closing.
    const server = http.createServer().listen(dead, () => {
      resolve();
    });
    onTestFinished(() => void server.close());
  });
  const cases: [string, string, string][] = [
    [missing, 'CONNECTION_FAILED', 'there is no such file'],
    [file, 'CONNECTION_FAILED', 'it is not a socket'],
    [`${file}/a`, 'CONNECTION_FAILED', 'there is no such file'],
  ];
  if (process.getuid?.() !== 0) {
    chmodSync(dead, 0);
    cases.push([dead, 'CONNECTION_FAILED', 'this process may not use it']);
  }
  for (const [path, code, reason] of cases) {
    const failure = await failureOf(open(path).send({ url: 'http://localhost/' }));
    expect([failure.code, failure.summary]).toEqual([code, `UNIX socket ${path}: ${reason}`]);
    expect(failure.details).toMatchObject({ socketPath: path, requestSent: false });
  }
});

test.each(['run/a.sock', '/run/./a.sock', '/run/../a.sock', '/run/', '', `/${'a'.repeat(120)}`])(
  'the path "%s" is refused',
  async path => {
    const failure = await failureOf(open(path).send({ url: 'http://localhost/' }));
    expect([failure.code, failure.pointer]).toEqual(['OPTIONS_INVALID', '/socketPath']);
  },
);

test('an aborted request closes the socket', async () => {
  let closed: () => void = () => undefined;
  const gone = new Promise<void>(resolve => {
    closed = resolve;
  });
  const abort = new AbortController();
  const path = await listen(request => {
    request.socket.once('close', closed);
    abort.abort();
  });
  const sent = failureOf(open(path).send({ url: 'http://localhost/', signal: abort.signal }));
  expect((await sent).code).toBe('ABORTED');
  await gone;
});

test('a connection talks to the socket of its definition, where the engine allows it', async () => {
  const path = await listen((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify({ host: request.headers.host, url: request.url }));
  });
  const definition = {
    name: 'Docker',
    config: { baseUrl: 'http://localhost/v1.45', socketPath: path },
    operations: [
      {
        name: 'Get',
        config: { method: 'GET' as const, path: '/info' },
        outputs: { Url: { value: 'body.url' } },
      },
    ],
  };
  await using engine = createEngine({ egress: { allowUnixSockets: [path] } });
  const { outputs } = await engine.connection(definition).execute('Get');
  expect(outputs['Url']).toBe('/v1.45/info');
  expect(
    (await engine.connection(definition).test()).stages.map(({ name, status }) => `${name} ${status}`),
  ).toEqual([
    'dns skipped',
    'connect passed',
    'tls skipped',
    'token skipped',
    'request passed',
    'assertion passed',
  ]);
  await using closed = createEngine();
  const failure = await failureOf(closed.connection(definition).execute('Get'));
  expect(failure.code).toBe('EGRESS_REFUSED');
});
