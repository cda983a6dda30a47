import { createSecureContext } from 'node:tls';
import { describe, expect, onTestFinished, test } from 'vitest';
import { createTransport } from '../../src/transport/create-transport.ts';
import { createGotTransport } from '../../src/transport/got/got-transport.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

describe.each([
  ['undici', createUndiciTransport],
  ['got', createGotTransport],
])('over %s,', (_adapter, create) => {
  const open = () => {
    const adapter = create();
    const transport = createTransport({ adapter });
    onTestFinished(() => adapter.close());
    return transport;
  };

  test('a Host header of the sender goes out instead of the host of the URL', async () => {
    await using server = await startHttpServer((request, response) => response.end(request.headers.host));
    const headers = [['Host', 'tenant.example.com']] as const;
    const { body } = await open().send({ url: server.origin, headers });
    expect(await textOf(body)).toBe('tenant.example.com');
  });

  test('an answer that comes before the body of the request has been sent is the answer', async () => {
    await using server = await startHttpServer((request, response) => {
      response.writeHead(413).end('too much');
      request.resume();
    });
    const response = await open().send({
      method: 'POST',
      url: server.origin,
      body: Buffer.alloc(8 * 1024 * 1024),
    });
    expect([response.statusCode, await textOf(response.body)]).toEqual([413, 'too much']);
  });

  test('informational answers are passed over', async () => {
    await using server = await startFaultServer(socket =>
      socket.end(
        'HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nhi',
      ),
    );
    const response = await open().send({ url: server.origin });
    expect([response.statusCode, await textOf(response.body)]).toEqual([200, 'hi']);
  });

  test('a 100 Continue that nobody asked for is an error of the protocol', async () => {
    await using server = await startFaultServer(socket =>
      socket.end('HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'),
    );
    expect((await failureOf(open().send({ url: server.origin }))).code).toBe('PROTOCOL_ERROR');
  });

  test.each(['HTTP/1.1 299 \r\n', 'HTTP/1.1 299 Caf\u00e9 au lait\r\n', 'HTTP/1.1 299\r\n'])(
    'a reason phrase that is odd or missing changes nothing: %j',
    async line => {
      await using server = await startFaultServer(socket =>
        socket.end(Buffer.from(`${line}content-length: 2\r\n\r\nhi`, 'latin1')),
      );
      const response = await open().send({ url: server.origin });
      expect([response.statusCode, await textOf(response.body)]).toEqual([299, 'hi']);
    },
  );

  test.each([
    ['I\'m a teapot (short & stout) "☕"', 'I\'m a teapot (short & stout) "☕"'],
    ['', ''],
    // undici reads the phrase as UTF-8, and bytes that are none as U+FFFD.
    [Buffer.from('Caf\u00e9', 'latin1'), 'Caf\ufffd'],
  ])('the reason phrase is given as received: %s', async (phrase, expected) => {
    await using server = await startFaultServer(socket =>
      socket.end(
        Buffer.concat([
          Buffer.from('HTTP/1.1 299 '),
          Buffer.from(phrase),
          Buffer.from('\r\ncontent-length: 0\r\n\r\n'),
        ]),
      ),
    );
    const { statusText, httpVersion, body } = await open().send({ url: server.origin });
    await body.bytes();
    expect([statusText, httpVersion]).toEqual([expected, '1.1']);
  });

  test('an answer of HTTP/1.0 is read, and reported as 1.1', async () => {
    await using server = await startFaultServer(socket =>
      socket.end('HTTP/1.0 200 OK\r\ncontent-length: 2\r\n\r\nhi'),
    );
    const { httpVersion, body } = await open().send({ url: server.origin });
    expect([httpVersion, await textOf(body)]).toEqual(['1.1', 'hi']);
  });

  test.each([
    ['a folded header (obs-fold)', 'x-a: one\r\n two\r\n'],
    ['a header folded by a tab', 'x-a: one\r\n\ttwo\r\n'],
    ['a space before the colon', 'x-a : one\r\n'],
    ['a header without a name', ': one\r\n'],
    ['a bare line feed', 'x-a: one\n'],
  ])('an answer with %s is refused', async (_, header) => {
    await using server = await startFaultServer(socket =>
      socket.end(`HTTP/1.1 200 OK\r\n${header}content-length: 0\r\n\r\n`),
    );
    const error = await failureOf(open().send({ url: server.origin }));
    expect([error.code, error.stage, error.retryable]).toEqual(['PROTOCOL_ERROR', 'send', false]);
  });

  test.each([
    ['a 204', 'GET', 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['a 204 with a length', 'GET', 'HTTP/1.1 204 No Content\r\ncontent-length: 40\r\n\r\n'],
    ['a 304', 'GET', 'HTTP/1.1 304 Not Modified\r\ncontent-length: 40\r\n\r\n'],
    ['the answer to a HEAD', 'HEAD', 'HTTP/1.1 200 OK\r\ncontent-length: 40\r\n\r\n'],
    ['a whole answer', 'GET', 'HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n'],
  ])('bytes behind %s are neither a body nor the next answer', async (_, method, head) => {
    await using server = await startFaultServer((socket, _received, nth) => {
      const answer = (text: string) => `HTTP/1.1 200 OK\r\ncontent-length: ${text.length}\r\n\r\n${text}`;
      socket.write(nth === 1 ? head + answer('smuggled') : answer('own'));
    });
    const transport = open();
    const first = await transport.send({ method, url: server.origin });
    expect(await textOf(first.body)).toBe('');
    expect(await textOf((await transport.send({ url: server.origin })).body)).toBe('own');
    expect(server.connectionCount).toBe(2);
  });

  test('switching protocols is an error of the protocol', async () => {
    await using server = await startFaultServer(socket =>
      socket.write('HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: chat\r\n\r\n'),
    );
    expect((await failureOf(open().send({ url: server.origin }))).code).toBe('PROTOCOL_ERROR');
  });

  test('host of the URL, Host header and name in TLS may all differ', async () => {
    const authority = createTestAuthority();
    const { chain, key } = authority.issue({ hosts: ['desk.example'] });
    const asked: string[] = [];
    await using server = await startHttpServer((request, response) => response.end(request.headers.host), {
      SNICallback: (name, done) => {
        asked.push(name);
        done(null, createSecureContext({ cert: chain, key }));
      },
    });
    const { body } = await open().send({
      url: server.origin,
      headers: [['Host', 'tenant.example']],
      tls: { caCert: authority.cert, serverName: 'desk.example' },
    });
    expect([await textOf(body), asked]).toEqual(['tenant.example', ['desk.example']]);
  });

  test.each([204, 304])('an answer of %i has no body, whatever its length says', async status => {
    await using server = await startFaultServer(socket =>
      socket.write(`HTTP/1.1 ${status} X\r\ncontent-length: 9\r\n\r\n`),
    );
    const response = await open().send({ url: server.origin, limits: { maxResponseBytes: 1 } });
    expect([response.statusCode, await textOf(response.body)]).toEqual([status, '']);
  });

  test('a request that asks for 100 Continue is refused before it is sent', async () => {
    await using server = await startHttpServer((_request, response) => response.end());
    const headers = [['Expect', '100-continue']] as const;
    const error = await failureOf(open().send({ method: 'POST', url: server.origin, headers, body: 'x' }));
    expect([error.code, server.connectionCount]).toEqual(['HEADER_INVALID', 0]);
  });

  test('cookies are neither kept nor sent back', async () => {
    await using server = await startHttpServer((request, response) => {
      response.setHeader('set-cookie', 'session=1');
      response.end(request.headers.cookie ?? 'none');
    });
    const transport = open();
    await (await transport.send({ url: server.origin })).body.bytes();
    expect(await textOf((await transport.send({ url: server.origin })).body)).toBe('none');
  });
});
