import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { inspect } from 'node:util';
import { expect, onTestFinished, test } from 'vitest';
import { createGotTransport } from '../../src/transport/got/got-transport.ts';
import { createTrust } from '../../src/transport/trust/trust.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { collect, httpRequest, sendContext, textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const open = () => {
  const transport = createGotTransport();
  onTestFinished(() => transport.close());
  return transport;
};
const head = 'HTTP/1.1 200 OK\r\n';

test('HTTP/2 is not spoken: a channel that offers it is served over HTTP/1.1', async () => {
  const authority = createTestAuthority();
  const { chain: cert, key } = authority.issue();
  await using server = await startHttpServer((request, response) => response.end(request.httpVersion), {
    cert,
    key,
    ALPNProtocols: ['h2', 'http/1.1'],
  });
  const context = sendContext({ channel: { http2: true, trust: createTrust({ caCert: authority.cert }) } });
  const response = await open().send(httpRequest(server.origin), context);
  expect([response.httpVersion, await textOf(response.body)]).toEqual(['1.1', '1.1']);
});

test('a head of more than 2000 fields keeps them all', async () => {
  const fields = Array.from({ length: 2500 }, (_, nth) => `x-${nth}: ${nth}\r\n`).join('');
  await using server = await startFaultServer(socket => {
    socket.end(`${head}${fields}content-length: 0\r\n\r\n`);
  });
  const { headers } = await open().send(httpRequest(server.origin), sendContext());
  expect([headers.length, headers[2499]?.[1]]).toEqual([2501, '2499']);
});

test('a reason phrase is told as received, an empty one too', async () => {
  for (const phrase of ['Ok-ish', '']) {
    await using server = await startFaultServer(socket => {
      socket.end(`HTTP/1.1 200 ${phrase}\r\ncontent-length: 0\r\n\r\n`);
    });
    expect((await open().send(httpRequest(server.origin), sendContext())).statusText).toBe(phrase);
  }
});

test('an unasked 100 Continue is a protocol error', async () => {
  await using server = await startFaultServer(socket => {
    socket.write(`HTTP/1.1 100 Continue\r\n\r\n${head}content-length: 0\r\n\r\n`);
  });
  const error = await failureOf(open().send(httpRequest(server.origin), sendContext()));
  expect(error.code).toBe('PROTOCOL_ERROR');
  await server.whenOpen(0);
});

test.each([
  ['GET', undefined, undefined],
  ['GET', 'body', '4'],
  ['DELETE', 'body', '4'],
  ['POST', undefined, '0'],
  ['PUT', '', '0'],
])('%s with the body %j announces its length as %j', async (method, body, length) => {
  await using server = await startHttpServer(async (request, response) => {
    const pieces = await collect(request);
    const { 'content-length': announced, 'transfer-encoding': coding } = request.headers;
    response.end(JSON.stringify([announced ?? null, coding ?? null, Buffer.concat(pieces).toString()]));
  });
  const request = httpRequest(server.origin, { method, ...(body === undefined ? {} : { body }) });
  const answer = await open().send(request, sendContext());
  expect(JSON.parse(await textOf(answer.body))).toEqual([length ?? null, null, body ?? '']);
});

test.each(['Transfer-Encoding', 'Expect', 'Upgrade', 'Keep-Alive', 'Connection'])(
  'the header %s of a request is refused and nothing is opened',
  async name => {
    await using server = await startHttpServer((_, response) => response.end());
    const request = httpRequest(server.origin, { headers: [[name, 'chunked']] });
    const error = await failureOf(open().send(request, sendContext()));
    expect([error.code, error.details['requestSent'], server.connectionCount]).toEqual([
      'HEADER_INVALID',
      false,
      0,
    ]);
  },
);

test('an answer that comes before a large body has been sent is the answer', async () => {
  await using server = await startHttpServer((request, response) => {
    // Read only as far as it had come, so that the rest is still on its way.
    request.once('data', () => response.writeHead(413).end('too much'));
  });
  const body = Buffer.alloc(8 * 1024 * 1024);
  const transport = open();
  const context = sendContext({ channel: { connectionsPerOrigin: 1 } });
  const response = await transport.send(httpRequest(server.origin, { method: 'POST', body }), context);
  expect([response.statusCode, await textOf(response.body)]).toEqual([413, 'too much']);
  const next = await transport.send(httpRequest(server.origin, { method: 'POST', body: 'x' }), context);
  expect([next.statusCode, server.connectionCount]).toEqual([413, 2]);
});

test('neither errors nor the diagnostics of got hold what a request carries', async () => {
  const secret = 'tk_5f2c81e0aa';
  const shown: string[] = [];
  const names = ['got:request:create', 'got:request:start', 'got:request:error', 'got:response:start'];
  const listen = (message: unknown) => shown.push(inspect(message));
  for (const name of names) subscribe(name, listen);
  onTestFinished(() => {
    for (const name of names) unsubscribe(name, listen);
  });
  let nth = 0;
  await using server = await startFaultServer(socket => {
    nth += 1;
    if (nth === 1) socket.end(`${head}content-length: 0\r\n\r\n`);
    else socket.resetAndDestroy();
  });
  const request = httpRequest(`${server.origin}/${secret}?key=${secret}`, {
    method: 'POST',
    headers: [['X-Key', secret]],
    body: secret,
  });
  const transport = open();
  await transport.send(request, sendContext());
  const error = await failureOf(transport.send(request, sendContext()));
  expect(error.code).toBe('CONNECTION_LOST');
  expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(secret);
  expect(shown.length).toBeGreaterThan(0);
  expect(shown.join('')).not.toContain(secret);
});
