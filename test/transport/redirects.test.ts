import { expect, onTestFinished, test } from 'vitest';
import { createEgressPolicy } from '../../src/transport/egress/egress-policy.ts';
import { withRedirects } from '../../src/transport/redirects/redirects.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { httpRequest, sendContext, textOf } from '../support/send-context.ts';

const open = (): Transport => {
  const transport = withRedirects(createUndiciTransport());
  onTestFinished(() => transport.close());
  return transport;
};

/** Counts down in the path: /3 leads to /2, and /0 answers. */
const startCountdown = (bodyLength = 10) =>
  startHttpServer((request, response) => {
    const left = Number(request.url?.slice(1));
    if (left > 0) response.writeHead(302, { location: `/${left - 1}` }).end('x'.repeat(bodyLength));
    else response.end('arrived');
  });

test('without redirects allowed the 3xx is the answer', async () => {
  await using server = await startCountdown();
  const response = await open().send(httpRequest(`${server.origin}/1`), sendContext());
  expect([response.statusCode, response.redirects, await textOf(response.body)]).toEqual([
    302,
    [],
    'x'.repeat(10),
  ]);
});

test('the hops are listed, the last URL answers, and one socket serves them all', async () => {
  await using server = await startCountdown();
  const context = sendContext({ maxRedirects: 3 });
  const response = await open().send(httpRequest(`${server.origin}/2`), context);
  expect(await textOf(response.body)).toBe('arrived');
  expect(response.url).toBe(`${server.origin}/0`);
  expect(response.redirects).toEqual([
    { statusCode: 302, from: `${server.origin}/2`, to: `${server.origin}/1`, credentialsDropped: false },
    { statusCode: 302, from: `${server.origin}/1`, to: `${server.origin}/0`, credentialsDropped: false },
  ]);
  expect(server.connectionCount).toBe(1);
});

test('exactly the allowed number is followed, one more is REDIRECT_LIMIT', async () => {
  await using server = await startCountdown();
  const transport = open();
  const go = (hops: number) =>
    transport.send(httpRequest(`${server.origin}/${hops}`), sendContext({ maxRedirects: 3 }));
  expect(await textOf((await go(3)).body)).toBe('arrived');
  const error = await failureOf(go(4));
  expect([error.code, error.details['value']]).toEqual(['REDIRECT_LIMIT', 3]);
});

test('a large body of a redirect is not downloaded', async () => {
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/end') response.end('arrived');
    else {
      response.writeHead(302, { location: '/end' });
      response.write('x'.repeat(100_000));
    }
  });
  const context = sendContext({ maxRedirects: 1 });
  const { body } = await open().send(httpRequest(server.origin), context);
  expect(await textOf(body)).toBe('arrived');
  await server.whenOpen(1);
  expect(server.openSockets).toBe(1);
});

test('a redirect without Location, and a 300 or 304, is an answer', async () => {
  for (const status of [301, 302, 303, 307, 308]) {
    await using server = await startHttpServer((_, response) => response.writeHead(status).end());
    const response = await open().send(httpRequest(server.origin), sendContext({ maxRedirects: 5 }));
    expect(response.statusCode).toBe(status);
  }
  await using server = await startHttpServer((_, response) =>
    response.writeHead(300, { location: '/x' }).end(),
  );
  const response = await open().send(httpRequest(server.origin), sendContext({ maxRedirects: 5 }));
  expect(response.statusCode).toBe(300);
});

test('two different Locations are refused, the same one twice is not', async () => {
  for (const [second, outcome] of [
    ['/b', 'REDIRECT_REFUSED'],
    ['/a', 'arrived'],
  ]) {
    await using server = await startFaultServer((socket, received) => {
      socket.end(
        received.startsWith('GET / ')
          ? `HTTP/1.1 302 Found\r\nLocation: /a\r\nlocation: ${second}\r\ncontent-length: 0\r\n\r\n`
          : 'HTTP/1.1 200 OK\r\ncontent-length: 7\r\n\r\narrived',
      );
    });
    const sending = open().send(httpRequest(server.origin), sendContext({ maxRedirects: 5 }));
    const found = await sending.then(({ body }) => textOf(body)).catch(error => error.code);
    expect(found).toBe(outcome);
  }
});

test('what the second server sees holds no credential', async () => {
  await using second = await startHttpServer((request, response) =>
    response.end(JSON.stringify(request.headers)),
  );
  await using first = await startHttpServer((_, response) =>
    response.writeHead(307, { location: `${second.origin}/x`, 'set-cookie': 'a=b' }).end(),
  );
  const request = httpRequest(first.origin, {
    headers: [
      ['Authorization', 'Bearer t0ken'],
      ['X-Key', 't0ken'],
      ['Accept', 'application/json'],
    ],
    credentials: { headers: ['x-key'], query: [], body: false },
  });
  const response = await open().send(request, sendContext({ maxRedirects: 5 }));
  const seen = await textOf(response.body);
  expect(seen).not.toContain('t0ken');
  expect(JSON.parse(seen)).toMatchObject({ accept: 'application/json', host: second.origin.slice(7) });
  expect(response.redirects[0]?.credentialsDropped).toBe(true);
});

test('the egress policy judges every hop', async () => {
  await using server = await startHttpServer((_, response) =>
    response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data' }).end(),
  );
  const error = await failureOf(open().send(httpRequest(server.origin), sendContext({ maxRedirects: 5 })));
  expect(error.code).toBe('EGRESS_REFUSED');
  const egress = createEgressPolicy({ onlyHosts: ['127.0.0.1'] });
  await using other = await startHttpServer((_, response) =>
    response.writeHead(302, { location: `http://[::1]:${other.port}/` }).end(),
  );
  const context = sendContext({ maxRedirects: 5, channel: { egress } });
  expect((await failureOf(open().send(httpRequest(other.origin), context))).code).toBe('EGRESS_REFUSED');
});

test('one deadline holds for all hops, and the message names the configured time', async () => {
  const clock = createFakeClock();
  await using server = await startHttpServer((_, response) => {
    clock.advance(400);
    response.writeHead(302, { location: '/again' }).end();
  });
  const context = sendContext({ maxRedirects: 100, clock, timeouts: { totalMs: 1000 } });
  const error = await failureOf(open().send(httpRequest(server.origin), context));
  expect(error.code).toBe('DEADLINE_EXCEEDED');
  expect(error.message).toContain('timeouts.totalMs (1000 ms)');
});

test('an abort between hops ends the call', async () => {
  const controller = new AbortController();
  await using server = await startHttpServer((request, response) => {
    if (request.url === '/1') controller.abort('enough');
    else response.writeHead(302, { location: '/1' }).end();
  });
  const context = sendContext({ maxRedirects: 5, signal: controller.signal });
  expect((await failureOf(open().send(httpRequest(server.origin), context))).code).toBe('ABORTED');
});
