import type { Socket } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../../src/transport/transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer, startHttpServer, startTcpServer, unusedPort } from '../support/loopback-server.ts';
import { httpRequest, sendContext, textOf } from '../support/send-context.ts';

const head = 'HTTP/1.1 200 OK\r\n';

/** What a server does after the head of a request came, and the codes that may come of it. */
const faults: readonly (readonly [string, (socket: Socket) => void, readonly string[]])[] = [
  ['resets before the head', socket => socket.resetAndDestroy(), ['CONNECTION_LOST']],
  ['closes before the head', socket => socket.end(), ['CONNECTION_LOST']],
  [
    'closes in the head',
    socket => socket.end('HTTP/1.1 200 OK\r\nx-a: b'),
    ['CONNECTION_LOST', 'PROTOCOL_ERROR'],
  ],
  [
    'sends less than announced',
    socket => socket.end(`${head}content-length: 10\r\n\r\nshort`),
    ['BODY_TRUNCATED'],
  ],
  [
    'sends less than announced and says close',
    socket => socket.end(`${head}connection: close\r\ncontent-length: 10\r\n\r\nshort`),
    ['BODY_TRUNCATED'],
  ],
  [
    'resets in the body',
    socket =>
      socket.write(`${head}content-length: 10\r\n\r\nshort`, () =>
        setImmediate(() => socket.resetAndDestroy()),
      ),
    ['CONNECTION_LOST', 'BODY_TRUNCATED'],
  ],
  [
    'ends in a chunk',
    socket => socket.end(`${head}transfer-encoding: chunked\r\n\r\n8\r\nshort`),
    ['BODY_TRUNCATED'],
  ],
  [
    'ends in a chunk and says close',
    socket => socket.end(`${head}connection: close\r\ntransfer-encoding: chunked\r\n\r\n8\r\nshort`),
    ['BODY_TRUNCATED'],
  ],
  [
    'sends a bad chunk size',
    socket => socket.end(`${head}transfer-encoding: chunked\r\n\r\nzz\r\nshort\r\n`),
    ['PROTOCOL_ERROR'],
  ],
  ['sends garbage', socket => socket.end('SSH-2.0-OpenSSH_9.2p1\r\n'), ['PROTOCOL_ERROR']],
  ['sends a negative length', socket => socket.end(`${head}content-length: -1\r\n\r\n`), ['PROTOCOL_ERROR']],
  [
    'sends two lengths',
    socket => socket.end(`${head}content-length: 1\r\ncontent-length: 2\r\n\r\nab`),
    ['PROTOCOL_ERROR', 'BODY_TRUNCATED'],
  ],
  [
    'sends a length and chunks',
    socket => socket.end(`${head}content-length: 4\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`),
    ['PROTOCOL_ERROR', 'BODY_TRUNCATED'],
  ],
  [
    'switches protocols unasked',
    socket => socket.end('HTTP/1.1 101 Switching\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n'),
    ['PROTOCOL_ERROR'],
  ],
  ['sends a header with NUL', socket => socket.end(`${head}x: a\0b\r\n\r\n`), ['PROTOCOL_ERROR']],
];

export function contractOfFaults(create: () => Transport): void {
  const open = (): Transport => {
    const transport = create();
    onTestFinished(() => transport.close());
    return transport;
  };

  test.each(faults)('a server that %s gives a typed error', async (_, misbehave, codes) => {
    let requests = 0;
    await using server = await startFaultServer(socket => {
      requests += 1;
      misbehave(socket);
    });
    const request = httpRequest(server.origin, { method: 'POST', body: 'once' });
    const error = await failureOf(
      open()
        .send(request, sendContext())
        .then(({ body }) => body.bytes()),
    );
    expect(codes).toContain(error.code);
    expect(error.message).toContain(`127.0.0.1:${server.port}`);
    // Absent where the adapter itself noticed.
    if (error.cause !== undefined) expect(error.cause).toBeInstanceOf(Error);
    expect(requests).toBe(1);
    await server.whenOpen(0);
  });

  test('a body without length or chunks ends when the server closes', async () => {
    await using server = await startFaultServer(socket => {
      socket.end(`${head}\r\nto the end`);
    });
    expect(await textOf((await open().send(httpRequest(server.origin), sendContext())).body)).toBe(
      'to the end',
    );
  });

  test('a refused connection is CONNECT_REFUSED', async () => {
    const port = await unusedPort();
    const error = await failureOf(open().send(httpRequest(`http://127.0.0.1:${port}/`), sendContext()));
    expect([error.code, error.retryable]).toEqual(['CONNECT_REFUSED', true]);
    expect(error.details).toMatchObject({ host: '127.0.0.1', port, requestSent: false });
  });

  test('TLS against a port that speaks http says so', async () => {
    await using server = await startHttpServer((_, response) => response.end());
    const url = server.origin.replace('http:', 'https:');
    const error = await failureOf(open().send(httpRequest(url), sendContext()));
    expect(error.code).toBe('TLS_FAILED');
    expect(error.message).toContain('does not speak TLS');
  });

  test('a connection closed in the TLS handshake is CONNECTION_FAILED', async () => {
    await using server = await startTcpServer(
      socket => void socket.once('data', () => socket.end()),
      'https',
    );
    expect((await failureOf(open().send(httpRequest(server.origin), sendContext()))).code).toBe(
      'CONNECTION_FAILED',
    );
  });

  test('after any fault the next request gets a fresh socket and succeeds', async () => {
    let nth = 0;
    await using server = await startFaultServer(socket => {
      nth += 1;
      const fault = faults[nth - 1];
      if (fault === undefined) socket.end(`${head}content-length: 2\r\n\r\nok`);
      else fault[1](socket);
    });
    const transport = open();
    const context = sendContext({ channel: { connectionsPerOrigin: 1 } });
    for (const _ of faults) {
      await failureOf(transport.send(httpRequest(server.origin), context).then(({ body }) => body.bytes()));
    }
    expect(await textOf((await transport.send(httpRequest(server.origin), context)).body)).toBe('ok');
  });

  test('a GET that meets a socket closed by the server is sent once more, and only once', async () => {
    const closeOn = new Set([2]);
    await using server = await startFaultServer((socket, _received, nth) => {
      if (closeOn.has(nth)) socket.resetAndDestroy();
      else socket.write(`${head}content-length: 2\r\n\r\nok`);
    });
    const transport = open();
    const context = sendContext({ channel: { connectionsPerOrigin: 1 } });
    const get = async () => textOf((await transport.send(httpRequest(server.origin), context)).body);
    expect([await get(), await get()]).toEqual(['ok', 'ok']);
    expect(server.connectionCount).toBe(2);
    closeOn.add(4).add(5);
    expect((await failureOf(get())).code).toBe('CONNECTION_LOST');
    expect(await get()).toBe('ok');
  });

  test('a POST that meets a socket closed by the server is not sent twice', async () => {
    const seen: string[] = [];
    await using server = await startFaultServer((socket, received) => {
      seen.push(received.slice(0, received.indexOf(' ')));
      if (seen.length === 1) socket.write(`${head}content-length: 2\r\n\r\nok`);
      // The second request finds the door closed after it was read.
      else socket.resetAndDestroy();
    });
    const transport = open();
    const context = sendContext({ channel: { connectionsPerOrigin: 1 } });
    const post = () => transport.send(httpRequest(server.origin, { method: 'POST', body: 'x' }), context);
    await textOf((await post()).body);
    const error = await failureOf(post());
    expect([error.code, error.details['requestSent']]).toEqual(['CONNECTION_LOST', true]);
    expect(seen).toEqual(['POST', 'POST']);
  });

  test('an answer that comes before the request is not taken for an answer', async () => {
    await using server = await startFaultServer((socket, _received, nth) => {
      const answer = (text: string) => `${head}content-length: ${text.length}\r\n\r\n${text}`;
      socket.write(answer(`real ${nth}`) + (nth === 1 ? answer('forged') : ''));
    });
    const transport = open();
    const context = sendContext({ channel: { connectionsPerOrigin: 1 } });
    const get = async () => textOf((await transport.send(httpRequest(server.origin), context)).body);
    expect(await get()).toBe('real 1');
    expect(await get()).toBe('real 2');
  });
}
