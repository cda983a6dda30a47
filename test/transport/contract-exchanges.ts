import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../../src/transport/transport.ts';
import { createTrust } from '../../src/transport/trust/trust.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { httpRequest, sendContext, textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import type { Differences } from './transport-contract.ts';

export function contractOfExchanges(create: () => Transport, differences: Differences = {}): void {
  const open = (): Transport => {
    const transport = create();
    onTestFinished(() => transport.close());
    return transport;
  };

  test('method, path, query, headers and body arrive as given, repeated headers too', async () => {
    let head = '';
    await using server = await startFaultServer((socket, received) => {
      head = received;
      socket.end('HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n');
    });
    const request = httpRequest(`${server.origin}/a%20b?q=1&q=2`, {
      method: 'POST',
      headers: [
        ['X-One', 'a'],
        ['x-one', 'b'],
        ['Content-Type', 'text/plain'],
      ],
      body: 'grüße',
    });
    await open().send(request, sendContext());
    expect(head).toMatch(/^POST \/a%20b\?q=1&q=2 HTTP\/1\.1\r\n/);
    const second = differences.respellsHeaders === undefined ? 'x-one' : 'X-One';
    expect(head).toContain(`\r\nX-One: a\r\n${second}: b\r\nContent-Type: text/plain\r\n`);
    expect(head).toMatch(/\r\ncontent-length: 7\r\n/);
    expect(Buffer.from(head.split('\r\n\r\n')[1] ?? '', 'latin1').toString()).toBe('grüße');
  });

  test('the answer keeps order, letter case and repetition of its headers', async () => {
    await using server = await startFaultServer(socket => {
      socket.end(
        'HTTP/1.1 201 Created\r\nSet-Cookie: a=1\r\nX-Other: \xe9\r\nset-cookie: b=2\r\ncontent-length: 2\r\n\r\nok',
        'latin1',
      );
    });
    const response = await open().send(httpRequest(server.origin), sendContext());
    expect(response.statusCode).toBe(201);
    expect(response.url).toBe(`${server.origin}/`);
    expect(response.headers).toEqual([
      ['Set-Cookie', 'a=1'],
      ['X-Other', 'é'],
      ['set-cookie', 'b=2'],
      ['content-length', '2'],
    ]);
    expect(await textOf(response.body)).toBe('ok');
  });

  test.each([400, 404, 500, 503])('an answer of status %d is an answer', async status => {
    await using server = await startHttpServer((_, response) => response.writeHead(status).end('sorry'));
    const response = await open().send(httpRequest(server.origin), sendContext());
    expect([response.statusCode, await textOf(response.body)]).toEqual([status, 'sorry']);
  });

  test.each([
    ['HEAD', 200],
    ['GET', 204],
    ['GET', 304],
  ])('%s answered with %d has an empty body, whatever its headers announce', async (method, status) => {
    await using server = await startFaultServer(socket => {
      const length = method === 'HEAD' ? 'content-length: 1000000000\r\ncontent-encoding: gzip\r\n' : '';
      socket.write(`HTTP/1.1 ${status} X\r\n${length}\r\n`);
    });
    const response = await open().send(httpRequest(server.origin, { method }), sendContext());
    expect(await textOf(response.body)).toBe('');
  });

  test('one socket serves one request after the other, and several serve several at once', async () => {
    await using server = await startHttpServer((_, response) => response.end('ok'));
    const transport = open();
    const context = sendContext({ channel: { connectionsPerOrigin: 2 } });
    const get = async () => textOf((await transport.send(httpRequest(server.origin), context)).body);
    for (let count = 0; count < 5; count += 1) await get();
    expect(server.connectionCount).toBe(1);
    expect(await Promise.all(Array.from({ length: 20 }, get))).toHaveLength(20);
    expect(server.connectionCount).toBe(2);
  });

  test('the answer tells how it came: protocol, reason phrase, and where the time went', async () => {
    await using server = await startFaultServer(socket =>
      socket.write('HTTP/1.1 200 Here You Are\r\ncontent-length: 2\r\n\r\nok'),
    );
    const transport = open();
    const response = await transport.send(httpRequest(server.origin), sendContext());
    await response.body.bytes();
    expect([response.httpVersion, response.statusText]).toEqual(['1.1', 'Here You Are']);
    const { timings } = response;
    expect(timings).toMatchObject({ connectionReused: false, firstByteMs: response.firstByteMs });
    expect(timings?.connectMs).toBeGreaterThanOrEqual(0);
    expect(timings?.bodyMs).toBeGreaterThanOrEqual(0);
    expect(timings?.firstByteMs).toBeGreaterThanOrEqual(
      (timings?.blockedMs ?? 0) + (timings?.connectMs ?? 0),
    );
    expect(Object.keys({ ...timings }).filter(phase => phase === 'dnsMs' || phase === 'tlsMs')).toEqual([]);
  });

  test('channels with different keys never share a socket', async ({ skip }) => {
    if (differences.sharesSockets !== undefined) skip(differences.sharesSockets);
    await using server = await startHttpServer((_, response) => response.end('ok'));
    const transport = open();
    for (const key of ['one', 'two', 'one']) {
      await textOf(
        (await transport.send(httpRequest(server.origin), sendContext({ channel: { key } }))).body,
      );
    }
    expect(server.connectionCount).toBe(2);
  });

  test('release closes the idle sockets of its channel only', async () => {
    await using server = await startHttpServer((_, response) => response.end('ok'));
    const transport = open();
    for (const key of ['one', 'two']) {
      await textOf(
        (await transport.send(httpRequest(server.origin), sendContext({ channel: { key } }))).body,
      );
    }
    await transport.release('one');
    await server.whenOpen(1);
    expect(server.openSockets).toBe(1);
  });

  test('release lets running requests finish', async () => {
    let finish: (() => void) | undefined;
    await using server = await startHttpServer((_, response) => {
      response.write('begin ');
      finish = () => response.end('end');
    });
    const transport = open();
    const response = await transport.send(
      httpRequest(server.origin),
      sendContext({ channel: { key: 'one' } }),
    );
    await transport.release('one');
    finish?.();
    expect(await textOf(response.body)).toBe('begin end');
    await server.whenOpen(0);
  });

  test('close ends running requests with an error and leaves no socket', async () => {
    await using server = await startHttpServer(() => undefined);
    const transport = create();
    const context = sendContext({ channel: { connectionsPerOrigin: 1 } });
    const running = failureOf(transport.send(httpRequest(server.origin), context));
    const waiting = failureOf(transport.send(httpRequest(server.origin), context));
    await server.whenAccepted(1);
    await transport.close();
    expect([(await running).code, (await waiting).code]).toEqual(['ENGINE_CLOSED', 'ENGINE_CLOSED']);
    await server.whenOpen(0);
    expect((await failureOf(transport.send(httpRequest(server.origin), context))).code).toBe('ENGINE_CLOSED');
  });

  test('compression is asked for unless the request decides, streams, or wants a part', async () => {
    await using server = await startHttpServer((request, response) =>
      response.end(String(request.headers['accept-encoding'])),
    );
    const transport = open();
    const asked = async (headers: [string, string][], streaming = false) =>
      textOf(
        (await transport.send(httpRequest(server.origin, { headers }), sendContext({ streaming }))).body,
      );
    expect(await asked([])).toBe('gzip, deflate, br, zstd');
    expect(await asked([['Accept-Encoding', 'identity']])).toBe('identity');
    expect(await asked([['Range', 'bytes=0-9']])).toBe('undefined');
    expect(await asked([], true)).toBe('undefined');
  });

  test('over TLS the certificate is checked against the trust of the channel', async () => {
    const authority = createTestAuthority();
    const { chain, key } = authority.issue();
    await using server = await startHttpServer((_, response) => response.end('ok'), { cert: chain, key });
    const transport = open();
    const trusted = sendContext({ channel: { trust: createTrust({ caCert: authority.cert }) } });
    const byName = httpRequest(server.origin.replace('127.0.0.1', 'localhost'));
    expect(await textOf((await transport.send(byName, trusted)).body)).toBe('ok');
    expect(await textOf((await transport.send(httpRequest(server.origin), trusted)).body)).toBe('ok');
    const error = await failureOf(transport.send(byName, sendContext()));
    expect(error.code).toBe('TLS_CERTIFICATE_UNTRUSTED');
  });

  test('IPv6 literals work', async () => {
    await using server = await startHttpServer((_, response) => response.end('six'), undefined, '::1');
    expect(await textOf((await open().send(httpRequest(server.origin), sendContext())).body)).toBe('six');
  });

  test.each([
    ['a header with a line break', { headers: [['x-a', 'b\r\nx-c: d']] as const }, 'HEADER_INVALID'],
    ['a header name with a space', { headers: [['x a', 'b']] as const }, 'HEADER_INVALID'],
    [
      'a wrong content length',
      { method: 'POST', body: 'ab', headers: [['content-length', '5']] as const },
      'HEADER_INVALID',
    ],
    ['another scheme', { url: 'ftp://127.0.0.1/' }, 'URL_INVALID'],
    ['a URL without path', { url: 'http://127.0.0.1' }, 'URL_INVALID'],
    ['user info', { url: 'http://user:pass@127.0.0.1/' }, 'URL_INVALID'],
    ['a backslash before the host', { url: 'http://127.0.0.1\\@localhost/' }, 'URL_INVALID'],
    ['a space in the path', { url: 'http://127.0.0.1/a b' }, 'URL_INVALID'],
  ])('%s is refused and nothing is sent', async (_, change, code) => {
    await using server = await startHttpServer((_request, response) => response.end());
    const error = await failureOf(open().send({ ...httpRequest(server.origin), ...change }, sendContext()));
    expect(error.code).toBe(code);
    expect(error.message).not.toMatch(/x-c|pass/);
  });
}
