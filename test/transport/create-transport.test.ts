import { expect, onTestFinished, test } from 'vitest';
import { createTransport, type TransportOptions } from '../../src/transport/create-transport.ts';
import { startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startHttpServer, startTcpServer } from '../support/loopback-server.ts';
import { collect, textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const open = (options: TransportOptions = {}) => {
  const transport = createTransport(options);
  onTestFinished(() => transport.close());
  return transport;
};

const authority = createTestAuthority();

test('a request goes out as it is written, order and repetition of headers kept', async () => {
  await using server = await startEchoServer();
  const response = await open().send({
    method: 'put',
    url: `${server.origin}/a?b=c#d`,
    headers: [
      ['X-One', '1'],
      ['x-two', '2'],
      ['X-One', '3'],
    ],
    body: 'hello',
  });
  expect([response.statusCode, response.url]).toEqual([200, `${server.origin}/a?b=c`]);
  const [received] = server.received;
  expect([received?.method, received?.url, received?.body]).toEqual(['PUT', '/a?b=c', 'hello']);
  expect(received?.rawHeaders.join(' ')).toContain('X-One 1 x-two 2 X-One 3');
  response.body.cancel();
});

test('an answer has its headers as received and its body as a stream', async () => {
  await using server = await startHttpServer((_request, response) => {
    response.writeHead(207, ['Set-Cookie', 'a=1', 'X-Odd', 'yes', 'set-cookie', 'b=2']);
    response.write('one ');
    response.end('two');
  });
  const response = await open().send({ url: new URL(server.origin), streaming: true });
  expect(response.headers.slice(0, 3)).toEqual([
    ['Set-Cookie', 'a=1'],
    ['X-Odd', 'yes'],
    ['set-cookie', 'b=2'],
  ]);
  expect(Buffer.concat(await collect(response.body)).toString()).toBe('one two');
});

test('redirects are followed only when asked for, and listed', async () => {
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/end') response.end('arrived');
    else response.writeHead(302, { location: '/end' }).end();
  });
  const transport = open();
  const stays = await transport.send({ url: server.origin });
  const goes = await transport.send({ url: server.origin, redirect: { maxRedirects: 1 } });
  expect([stays.statusCode, stays.redirects.length]).toEqual([302, 0]);
  expect([goes.url, goes.redirects.length, await textOf(goes.body)]).toEqual([
    `${server.origin}/end`,
    1,
    'arrived',
  ]);
  stays.body.cancel();
});

test('a header that nobody called harmless stays behind when the origin changes', async () => {
  await using there = await startEchoServer();
  await using here = await startHttpServer((_request, response) => {
    response.writeHead(307, { location: there.origin }).end();
  });
  const headers = [
    ['X-Api-Key', 'tk_5f2c81d0'],
    ['Accept', 'text/plain'],
    ['X-Trace', 'abc'],
  ] as const;
  const transport = open({ redirect: { maxRedirects: 1 } });
  const first = await transport.send({ url: here.origin, headers });
  const second = await transport.send({ url: here.origin, headers, credentials: { headers: ['X-API-key'] } });
  const kept = there.received.map(({ headers: all }) => [all['x-api-key'], all.accept, all['x-trace']]);
  expect(kept).toEqual([
    [undefined, 'text/plain', undefined],
    [undefined, 'text/plain', 'abc'],
  ]);
  first.body.cancel();
  second.body.cancel();
});

test('a redirect that would carry the token to another origin in its address is refused', async () => {
  await using there = await startEchoServer();
  await using here = await startHttpServer((request, response) => {
    const token = String(request.headers.authorization).slice('Bearer '.length);
    response.writeHead(302, { location: `${there.origin}/?t=${encodeURIComponent(token)}` }).end();
  });
  const error = await failureOf(
    open().send({
      url: here.origin,
      headers: [['Authorization', 'Bearer tk/5f2c81+d0']],
      redirect: { maxRedirects: 1 },
    }),
  );
  expect([error.code, there.received.length]).toEqual(['REDIRECT_REFUSED', 0]);
});

test('the deadline of a request ends it, and so does its signal', async () => {
  await using server = await startTcpServer(() => undefined);
  const clock = createFakeClock();
  const transport = open({ clock });
  const late = failureOf(transport.send({ url: server.origin, deadlineMs: 500 }));
  await server.whenAccepted(1);
  clock.advance(500);
  expect((await late).code).toBe('DEADLINE_EXCEEDED');
  const aborted = transport.send({ url: server.origin, signal: AbortSignal.abort() });
  expect((await failureOf(aborted)).code).toBe('ABORTED');
});

test('a limit of the request goes before that of the transport', async () => {
  await using server = await startHttpServer((_request, response) => response.end('x'.repeat(2000)));
  const transport = open({ limits: { maxResponseBytes: 1000 } });
  const error = await failureOf(transport.send({ url: server.origin }));
  expect([error.code, error.details['value']]).toEqual(['LIMIT_EXCEEDED', 1000]);
  const response = await transport.send({ url: server.origin, limits: { maxResponseBytes: 3000 } });
  expect(await textOf(response.body)).toHaveLength(2000);
});

test('a socket of one egress policy is not lent to a request under another', async () => {
  await using server = await startEchoServer();
  const transport = open();
  const response = await transport.send({ url: server.origin });
  await response.body.bytes();
  const error = await failureOf(transport.send({ url: server.origin, egress: { allowLoopback: false } }));
  expect([error.code, server.received.length]).toEqual(['EGRESS_REFUSED', 1]);
});

test('trust is given per request, and a socket of one trust is not lent to another', async () => {
  const { cert, key } = authority.issue();
  await using server = await startEchoServer(() => false, { cert, key });
  const transport = open();
  const tls = { caCert: authority.cert };
  const url = server.origin;
  await (await transport.send({ url, tls })).body.bytes();
  await (await transport.send({ url, tls })).body.bytes();
  expect(server.connectionCount).toBe(1);
  expect((await failureOf(transport.send({ url }))).code).toBe('TLS_CERTIFICATE_UNTRUSTED');
});

test('a certificate that cannot be used is named by its place in the options', async () => {
  const error = await failureOf(open().send({ url: 'https://localhost', tls: { caCert: 'garbage' } }));
  expect([error.code, error.pointer]).toEqual(['CERTIFICATE_INVALID', '/tls/caCert']);
});

test.each([
  ['limits.maxResponseBytes', { limits: { maxResponseBytes: Number.NaN } }],
  ['limits.maxBytes', { limits: { maxBytes: 1 } as object }],
  ['timeouts.totalMs', { deadlineMs: 0 }],
  ['timeouts.connectMs', { timeouts: { connectMs: Number.POSITIVE_INFINITY } }],
  ['redirect.maxRedirects', { redirect: { maxRedirects: -1 } }],
  ['method', { method: 'CONNECT' }],
  ['method', { method: 'GET /' }],
])('an option that would not do what it says is refused: %s', async (name, options) => {
  const error = await failureOf(open().send({ url: 'http://localhost', ...options }));
  expect([error.code, error.message.includes(name)]).toEqual(['OPTIONS_INVALID', true]);
});

test.each(['/relative', 'ftp://a.example.com', 'https://jo:secret-1@a.example.com/'])(
  'a URL that cannot be sent to is refused: %s',
  async url => {
    const error = await failureOf(open().send({ url }));
    expect([error.code, error.message.includes('secret-1')]).toEqual(['URL_INVALID', false]);
  },
);

test('a header that would break the request is refused, and its value not told', async () => {
  const error = await failureOf(
    open().send({ url: 'http://127.0.0.1:9', headers: [['X-Key', 'tk_5f2c81\r\nX-More: 1']] }),
  );
  expect([error.code, JSON.stringify(error).includes('tk_5f2c81')]).toEqual(['HEADER_INVALID', false]);
});

test('a closed transport sends nothing', async () => {
  const transport = open();
  await transport.close();
  await transport.close();
  expect((await failureOf(transport.send({ url: 'http://localhost' }))).code).toBe('ENGINE_CLOSED');
});
