import { expect, onTestFinished, test } from 'vitest';
import { createTransport } from '../../src/transport/create-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { textOf } from '../support/send-context.ts';

const open = () => {
  const transport = createTransport();
  onTestFinished(() => transport.close());
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
