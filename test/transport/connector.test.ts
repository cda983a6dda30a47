import { X509Certificate } from 'node:crypto';
import { getEventListeners } from 'node:events';
import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { closedEgress, createEgressPolicy } from '../../src/transport/egress/egress-policy.ts';
import type { ConnectPhases } from '../../src/transport/transport.ts';
import { createTrust } from '../../src/transport/trust/trust.ts';
import {
  createUndiciTransport,
  type UndiciTransportOptions,
} from '../../src/transport/wire/undici-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startHttpServer } from '../support/loopback-server.ts';
import { type ContextOptions, httpRequest, sendContext, textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const authority = createTestAuthority();
const trust = createTrust({ caCert: authority.cert });

const open = (options: UndiciTransportOptions = {}) => {
  const transport = createUndiciTransport(options);
  onTestFinished(() => transport.close());
  return transport;
};
/** A resolver that knows one name, which is good enough. */
const resolving = (...addresses: string[]): UndiciTransportOptions => ({
  lookup: (_, done) =>
    setImmediate(() =>
      done(
        null,
        addresses.map(address => ({ address, family: address.includes(':') ? 6 : 4 })),
      ),
    ),
});
const startTls = (hosts: string[], options = {}) => {
  const { chain, key } = authority.issue({ hosts });
  return startHttpServer((_, response) => response.end('ok'), { cert: chain, key, ...options });
};
const fetchText = async (url: string, context: ContextOptions = {}, options: UndiciTransportOptions = {}) =>
  textOf((await open(options).send(httpRequest(url), sendContext(context))).body);

test('a name that resolves to a refused address is refused, and nothing connects', async () => {
  await using server = await startHttpServer((_, response) => response.end());
  const error = await failureOf(
    fetchText(
      `http://innocent.example:${server.port}/`,
      { channel: { egress: createEgressPolicy(closedEgress) } },
      resolving('127.0.0.1'),
    ),
  );
  expect(error.code).toBe('EGRESS_REFUSED');
  expect(error.message).toContain('innocent.example (address 127.0.0.1) may not be reached');
  expect(server.connectionCount).toBe(0);
});

test('refused addresses among permitted ones are passed over', async () => {
  await using server = await startHttpServer((_, response) => response.end('ok'));
  const url = `http://mixed.example:${server.port}/`;
  expect(await fetchText(url, {}, resolving('169.254.169.254', 'fe80::1', '127.0.0.1'))).toBe('ok');
});

test.each([
  '127.0.0.1',
  '[::1]',
  '2130706433',
  '0x7f.1',
  '0177.0.0.1',
  '127.1',
  '[::ffff:127.0.0.1]',
  '１２７.0.0.1',
])('the literal %s is judged as the address it means', async host => {
  await using server = await startHttpServer((_, response) => response.end());
  const egress = createEgressPolicy(closedEgress);
  const error = await failureOf(fetchText(`http://${host}:${server.port}/`, { channel: { egress } }));
  expect([error.code, server.connectionCount]).toEqual(['EGRESS_REFUSED', 0]);
});

test('a host without answering address is tried at the next one', async () => {
  await using server = await startHttpServer((_, response) => response.end('second'));
  expect(await fetchText(`http://two.example:${server.port}/`, {}, resolving('::1', '127.0.0.1'))).toBe(
    'second',
  );
});

test('a name without addresses, and one that does not exist, are DNS_FAILED', async () => {
  const none = await failureOf(fetchText('http://none.example/', {}, resolving()));
  expect([none.code, none.retryable]).toEqual(['DNS_FAILED', false]);
  const lookup: UndiciTransportOptions['lookup'] = (_, done) =>
    done(Object.assign(new Error('getaddrinfo'), { code: 'EAI_AGAIN' }), []);
  const later = await failureOf(fetchText('http://later.example/', {}, { lookup }));
  expect([later.code, later.retryable]).toEqual(['DNS_FAILED', true]);
  expect(later.message).toContain('later.example:80');
});

test('a resolver that hangs ends in CONNECT_TIMEOUT, or at once by an abort', async () => {
  const clock = createFakeClock();
  const options = { lookup: () => undefined };
  const failing = failureOf(
    fetchText('http://slow.example/', { clock, channel: { connectTimeoutMs: 700 } }, options),
  );
  clock.advance(700);
  expect((await failing).message).toContain('DNS was not complete within timeouts.connectMs (700 ms)');
  const controller = new AbortController();
  const aborted = failureOf(fetchText('http://slow.example/', { signal: controller.signal, clock }, options));
  controller.abort();
  expect((await aborted).code).toBe('ABORTED');
  expect(clock.pendingTimers).toBe(0);
});

test('the phases of a connection are told, once per connection', async () => {
  await using server = await startTls(['phases.example']);
  const phases: ConnectPhases[] = [];
  const context = sendContext({ channel: { trust, onConnect: each => phases.push(each) } });
  const transport = open(resolving('127.0.0.1'));
  const url = `https://phases.example:${server.port}/`;
  for (let count = 0; count < 2; count += 1) {
    await textOf((await transport.send(httpRequest(url), context)).body);
  }
  expect(phases).toEqual([
    {
      host: 'phases.example',
      address: '127.0.0.1',
      dnsMs: expect.any(Number),
      connectMs: expect.any(Number),
      tlsMs: expect.any(Number),
      tlsVersion: 'TLSv1.3',
    },
  ]);
});

test('a probe tells the phases and leaves no socket and no listener', async () => {
  await using server = await startTls(['127.0.0.1']);
  const { signal } = new AbortController();
  const transport = open();
  const context = sendContext({ channel: { trust }, signal });
  expect(await transport.probe(`${server.origin}/x`, context)).toMatchObject({
    host: '127.0.0.1',
    tlsVersion: 'TLSv1.3',
  });
  await server.whenOpen(0);
  expect((await failureOf(transport.probe('http://169.254.169.254/', context))).code).toBe('EGRESS_REFUSED');
  expect(getEventListeners(signal, 'abort')).toHaveLength(0);
});

test('the server name is asked for and checked instead of the host', async () => {
  let asked: string | undefined;
  await using server = await startTls(['internal.example'], {
    SNICallback: (name: string, done: (error: null) => void) => {
      asked = name;
      done(null);
    },
  });
  const named = createTrust({ caCert: authority.cert, serverName: 'internal.example' });
  expect(await fetchText(server.origin, { channel: { trust: named } })).toBe('ok');
  expect(asked).toBe('internal.example');
  expect((await failureOf(fetchText(server.origin, { channel: { trust } }))).code).toBe('TLS_HOST_MISMATCH');
});

test('a second connection resumes the TLS session', async () => {
  await using server = await startHttpServer(
    (request, response) => {
      const { socket } = request as unknown as { readonly socket: { isSessionReused(): boolean } };
      response.setHeader('connection', 'close').end(String(socket.isSessionReused()));
    },
    (() => {
      const { chain, key } = authority.issue();
      return { cert: chain, key };
    })(),
  );
  const transport = open();
  const context = sendContext({ channel: { trust } });
  const get = async () => textOf((await transport.send(httpRequest(server.origin), context)).body);
  expect(await get()).toBe('false');
  await server.whenOpen(0);
  expect(await get()).toBe('true');
});

test('a pinned certificate is looked at anew on every connection', async () => {
  const { chain, key } = authority.issue();
  await using server = await startHttpServer(
    (_, response) => response.setHeader('connection', 'close').end('ok'),
    { cert: chain, key },
  );
  const transport = open();
  const pinned = createTrust({ fingerprint256: new X509Certificate(chain).fingerprint256 });
  const context = sendContext({ channel: { trust: pinned } });
  for (let count = 0; count < 3; count += 1) {
    const { body } = await transport.send(httpRequest(server.origin), context);
    expect(await textOf(body)).toBe('ok');
    await server.whenOpen(0);
  }
});

test('caMode replace distrusts every other authority', async () => {
  await using server = await startTls(['127.0.0.1']);
  const only = createTrust({ caCert: authority.cert, caMode: 'replace' });
  expect(await fetchText(server.origin, { channel: { trust: only } })).toBe('ok');
  const other = createTrust({ caCert: createTestAuthority({ commonName: 'Other' }).cert, caMode: 'replace' });
  expect((await failureOf(fetchText(server.origin, { channel: { trust: other } }))).code).toBe(
    'TLS_CERTIFICATE_UNTRUSTED',
  );
});

test('an intermediate authority is enough, and a chain without it fails', async () => {
  const intermediate = authority.issueAuthority();
  const { cert, chain, key } = intermediate.issue();
  await using bare = await startHttpServer((_, response) => response.end('ok'), { cert, key });
  await using full = await startHttpServer((_, response) => response.end('ok'), { cert: chain, key });
  const below = createTrust({ caCert: intermediate.cert });
  expect(await fetchText(bare.origin, { channel: { trust: below } })).toBe('ok');
  expect(await fetchText(full.origin, { channel: { trust } })).toBe('ok');
  expect((await failureOf(fetchText(bare.origin, { channel: { trust } }))).code).toBe(
    'TLS_CERTIFICATE_UNTRUSTED',
  );
});

test('HTTP/2 is spoken when the channel offers it, several requests on one socket, and not otherwise', async () => {
  const { chain, key } = authority.issue();
  const server = http2.createSecureServer({ cert: chain, key, allowHTTP1: true }, (request, response) => {
    response.setHeader('x-kind', ['a', 'b']);
    response.end(`${request.httpVersion} ${request.url}`);
  });
  let connections = 0;
  server.on('secureConnection', () => {
    connections += 1;
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const origin = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const transport = open();
  const context = sendContext({ channel: { trust, http2: true, connectionsPerOrigin: 1 } });
  const first = await transport.send(httpRequest(`${origin}/a`), context);
  expect(await textOf(first.body)).toBe('2.0 /a');
  expect(first.headers).toContainEqual(['x-kind', 'a, b']);
  const paths = ['/b', '/c', '/d'];
  const rest = paths.map(async path =>
    textOf((await transport.send(httpRequest(origin + path), context)).body),
  );
  expect(await Promise.all(rest)).toEqual(['2.0 /b', '2.0 /c', '2.0 /d']);
  expect(connections).toBe(1);
  expect(await fetchText(`${origin}/e`, { channel: { trust } })).toBe('1.1 /e');
});

test('pools that are used no more give way to others, and are closed', async () => {
  await using one = await startHttpServer((_, response) => response.end('one'));
  await using two = await startHttpServer((_, response) => response.end('two'));
  const transport = open({ maxOriginsPerChannel: 1, maxChannels: 1 });
  const context = sendContext();
  expect(await textOf((await transport.send(httpRequest(one.origin), context)).body)).toBe('one');
  expect(await textOf((await transport.send(httpRequest(two.origin), context)).body)).toBe('two');
  await one.whenOpen(0);
  expect(await textOf((await transport.send(httpRequest(one.origin), sendContext())).body)).toBe('one');
  await two.whenOpen(0);
});

test('a closed transport leaves no handle behind', async () => {
  const handles = () => process.getActiveResourcesInfo().filter(each => /TCP|TLS|GETADDR/.test(each));
  await expect.poll(handles).toEqual([]);
  const server = await startTls(['127.0.0.1']);
  const transport = createUndiciTransport();
  const context = sendContext({ channel: { trust } });
  await Promise.all(
    Array.from({ length: 6 }, async () =>
      textOf((await transport.send(httpRequest(server.origin), context)).body),
    ),
  );
  expect(handles()).not.toEqual([]);
  await transport.close();
  await server.whenOpen(0);
  await server.close();
  await expect.poll(handles).toEqual([]);
});
