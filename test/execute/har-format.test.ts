import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { Ajv } from 'ajv';
import { expect, onTestFinished, test } from 'vitest';
import { type ConnectionInput, createEngine, type Har, type HarEntry } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import { harSchema } from './har-schema.ts';

const isHar = new Ajv({ allErrors: true, strict: false }).compile(harSchema);

/** The entries of an archive, once it has been found to be one. */
const entriesOf = (har: Har | undefined): readonly HarEntry[] => {
  const written: Har = JSON.parse(JSON.stringify(har));
  isHar(written);
  expect(isHar.errors ?? []).toEqual([]);
  return written.log.entries;
};

const connect = (baseUrl: string, config: Partial<ConnectionInput['config']> = {}) => {
  const engine = createEngine();
  onTestFinished(() => engine.close());
  return engine.connection({
    name: 'c',
    config: { baseUrl, ...config },
    operations: [
      {
        name: 'Ask',
        config: {
          method: 'POST',
          path: 'ask',
          params: { q: 'tea & milk' },
          headers: { Cookie: 'session=s3ss10n; theme=dark', 'Content-Type': 'application/json' },
          body: { raw: '{"q":"tea"}' },
          followRedirect: true,
        },
      },
    ],
  });
};

const ask = async (baseUrl: string, config?: Partial<ConnectionInput['config']>) => {
  const { har } = await connect(baseUrl, config).execute('Ask', {}, { har: true });
  return entriesOf(har);
};

test('an archive is one by the specification: redirect, cookies, a compressed answer', async () => {
  const answer = JSON.stringify({ text: 'tea '.repeat(1000) });
  const compressed = gzipSync(answer);
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/end') {
      response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
      response.end(compressed);
      return;
    }
    response.writeHead(303, 'Look There', {
      location: '/end',
      'set-cookie': [
        'id=a1b2c3; Path=/; Domain=example.com; Expires=Wed, 21 Oct 2037 07:28:00 GMT; HttpOnly; Secure',
        'theme=dark; Max-Age=5; Expires=never',
      ],
    });
    response.end();
  });
  const [first, second] = await ask(server.origin);
  expect(first?.request).toMatchObject({
    httpVersion: 'HTTP/1.1',
    url: `${server.origin}/ask?q=tea%20%26%20milk`,
    queryString: [{ name: 'q', value: 'tea & milk' }],
    cookies: [
      { name: 'session', value: '[secret]' },
      { name: 'theme', value: '[secret]' },
    ],
    bodySize: '{"q":"tea"}'.length,
  });
  expect(first?.response).toMatchObject({
    status: 303,
    statusText: 'Look There',
    httpVersion: 'HTTP/1.1',
    redirectURL: '/end',
    cookies: [
      {
        name: 'id',
        value: '[secret]',
        path: '/',
        domain: 'example.com',
        expires: '2037-10-21T07:28:00.000Z',
        httpOnly: true,
        secure: true,
      },
      { name: 'theme', value: '[secret]' },
    ],
  });
  expect(second?.response).toMatchObject({
    statusText: 'OK',
    content: { size: answer.length, compression: answer.length - compressed.length, text: answer },
    bodySize: compressed.length,
  });
  expect(JSON.stringify([first, second])).not.toMatch(/s3ss10n|a1b2c3|dark/);
});

test('the phases add up to the time of the entry, -1 for what did not happen, TLS within connect', async () => {
  const authority = createTestAuthority();
  const { chain, key } = authority.issue({ hosts: ['127.0.0.1'] });
  await using server = await startHttpServer(
    (request, response) => {
      if (request.url === '/end') response.end('there');
      else response.writeHead(303, { location: '/end' }).end();
    },
    { cert: chain, key },
  );
  const [first, second] = await ask(server.origin, { caCert: authority.cert });
  const opened = first?.timings;
  expect(opened).toMatchObject({ dns: -1, send: 0 });
  expect(opened?.ssl).toBeGreaterThan(0);
  expect(opened?.connect).toBeGreaterThan(opened?.ssl ?? Number.POSITIVE_INFINITY);
  expect(second?.timings).toMatchObject({ dns: -1, connect: -1, ssl: -1 });
  for (const entry of [first, second]) {
    const { ssl: _, ...phases } = entry?.timings ?? {};
    const sum = Object.values(phases).reduce((total, phase) => total + Math.max(0, phase), 0);
    expect(entry?.time).toBeCloseTo(sum);
  }
});

test('HTTP/2 is named where it was spoken; it has no reason phrase', async () => {
  const authority = createTestAuthority();
  const { chain, key } = authority.issue({ hosts: ['127.0.0.1'] });
  const server = http2.createSecureServer({ cert: chain, key });
  server.on('request', (_request, response) => response.end('ok'));
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>(resolve => void server.close(() => resolve())));
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const [entry] = await ask(origin, { http2: true, caCert: authority.cert });
  expect(entry?.request.httpVersion).toBe('HTTP/2');
  expect(entry?.response).toMatchObject({ status: 200, statusText: '', httpVersion: 'HTTP/2' });
});

test('a failure is an entry by the specification too', async () => {
  await using server = await startFaultServer(socket => socket.destroy());
  const { report } = await failureOf(connect(server.origin).execute('Ask', {}, { har: true }));
  const [entry] = entriesOf((report as { readonly har: Har }).har);
  expect(entry?.response).toMatchObject({
    status: 0,
    httpVersion: 'unknown',
    bodySize: -1,
    _error: 'CONNECTION_LOST',
  });
  expect(entry?.timings.connect).toBeGreaterThanOrEqual(0);
});
