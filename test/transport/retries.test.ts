import { describe, expect, test } from 'vitest';
import type { RetryOptions } from '../../src/transport/pacing/retries.ts';
import { withRedirects } from '../../src/transport/redirects/redirects.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startFaultServer, unusedPort } from '../support/loopback-server.ts';
import { httpRequest, sendContext, textOf } from '../support/send-context.ts';
import { busyUntil, follow, open, startCounter } from './retry-support.ts';

describe('an answer that says "not now"', () => {
  test('is followed by another attempt after exactly the wait it names', async () => {
    const { origin, seen, server } = await startCounter(busyUntil(2, { 'retry-after': '7' }));
    const { notes, observer, clock } = follow(createFakeClock());
    const response = await open().send(httpRequest(origin), sendContext({ clock, observer }));
    expect([response.statusCode, await textOf(response.body), seen.length]).toEqual([200, 'done', 2]);
    expect(notes).toEqual([[503, 'retry-after', 7_000]]);
    expect([clock.monotonicNow(), clock.pendingTimers]).toEqual([7_000, 0]);
    expect(server.connectionCount).toBe(1);
  });

  test('may name it in its body', async () => {
    const { origin } = await startCounter((response, nth) =>
      nth === 1 ? response.writeHead(429, { 'retry-after': '1' }).end('{"wait":42}') : response.end('done'),
    );
    const { notes, observer, clock } = follow(createFakeClock());
    const waitFrom: RetryOptions['waitFrom'] = async answer => JSON.parse(await textOf(answer.body)).wait;
    const transport = open({}, { waitFrom });
    await transport.send(httpRequest(origin), sendContext({ clock, observer }));
    expect(notes).toEqual([[429, 'body', 42_000]]);
  });

  test.each([
    ['looked into', { 'content-length': '10' }, 'body'],
    ['left alone, because it may never end,', {}, 'retry-after'],
  ])('to a request for a stream is %s when it announces %o', async (_name, length, source) => {
    const { origin } = await startCounter((response, nth) => {
      const headers = { 'retry-after': '1', ...length };
      if (nth === 1) response.writeHead(429, headers).end('{"wait":4}');
      else response.end('done');
    });
    const { notes, observer, clock } = follow(createFakeClock());
    const waitFrom: RetryOptions['waitFrom'] = async answer => JSON.parse(await textOf(answer.body)).wait;
    const context = sendContext({ clock, observer, streaming: true });
    const { body } = await open({}, { waitFrom }).send(httpRequest(origin), context);
    expect([await textOf(body), notes]).toEqual(['done', [[429, source, source === 'body' ? 4_000 : 1_000]]]);
  });

  test('and names no time is given the backoff, doubled each time up to its limit', async () => {
    const { origin, seen } = await startCounter(busyUntil(6, { 'retry-after': '0' }));
    const { notes, observer, clock } = follow(createFakeClock());
    const transport = open({ maxAttempts: 6, baseDelayMs: 100, maxDelayMs: 500 });
    await transport.send(httpRequest(origin), sendContext({ clock, observer }));
    expect(notes).toEqual([50, 100, 200, 250, 250].map(waitMs => [503, 'backoff', waitMs]));
    expect(seen).toHaveLength(6);
  });

  test('is the answer, body and all, when the last attempt ends in it', async () => {
    const { origin, seen } = await startCounter(busyUntil(9));
    const { notes, observer, clock } = follow(createFakeClock());
    const response = await open().send(httpRequest(origin), sendContext({ clock, observer }));
    expect([response.statusCode, await textOf(response.body), seen.length]).toEqual([503, 'busy', 3]);
    expect(notes.at(-1)).toBe('attempts');
  });

  test.each([
    ['the time for attempts', { maxElapsedMs: 10_000 }, 120_000],
    ['the total time', {}, 10_000],
  ])('is the answer at once when the wait would end after %s', async (_name, rules, totalMs) => {
    const { origin, seen } = await startCounter(busyUntil(9, { 'retry-after': '10' }));
    const { notes, observer, clock } = follow(createFakeClock());
    const context = sendContext({ clock, observer, timeouts: { totalMs } });
    const response = await open(rules).send(httpRequest(origin), context);
    expect([response.statusCode, seen.length, notes]).toEqual([503, 1, ['time']]);
    expect(clock.monotonicNow()).toBe(0);
    response.body.cancel();
  });

  test('is an answer like any other when its status is not one of those named', async () => {
    const { origin, seen } = await startCounter(busyUntil(2));
    const { notes, observer, clock } = follow(createFakeClock());
    const context = sendContext({ clock, observer });
    const response = await open({ onStatus: [429] }).send(httpRequest(origin), context);
    expect([response.statusCode, seen.length, notes]).toEqual([503, 1, []]);
    response.body.cancel();
  });
});

describe('a request that may have been processed', () => {
  const post = (origin: string) => httpRequest(origin, { method: 'POST', body: 'once' });

  test.each([
    [502, {}],
    [503, {}],
    [503, { 'x-ratelimit-reset': '1' }],
    [504, { 'retry-after': '1' }],
  ])('is not repeated after %i %o', async (status, headers: Record<string, string>) => {
    const { origin, seen } = await startCounter(response => response.writeHead(status, headers).end());
    const { notes, observer, clock } = follow(createFakeClock());
    const response = await open().send(post(origin), sendContext({ clock, observer }));
    expect([response.statusCode, seen.length, notes]).toEqual([status, 1, ['not-repeatable']]);
  });

  test.each([429, 503])('is repeated after a %i that says when to come back', async status => {
    const { origin, seen } = await startCounter((response, nth) =>
      nth === 1 ? response.writeHead(status, { 'retry-after': '3' }).end() : response.end('done'),
    );
    const { observer, clock } = follow(createFakeClock());
    const response = await open().send(post(origin), sendContext({ clock, observer }));
    expect([response.statusCode, seen]).toEqual([200, ['POST /', 'POST /']]);
  });

  test('is repeated where the definition says that its method may be', async () => {
    const { origin, seen } = await startCounter(busyUntil(2));
    const { observer, clock } = follow(createFakeClock());
    await open({ methods: ['POST'] }).send(post(origin), sendContext({ clock, observer }));
    expect(seen).toHaveLength(2);
  });

  test('is repeated when no byte of it has left', async () => {
    const { notes, observer, clock } = follow(createFakeClock());
    const origin = `http://127.0.0.1:${await unusedPort()}`;
    const error = await failureOf(open().send(post(origin), sendContext({ clock, observer })));
    expect(error.code).toBe('CONNECT_REFUSED');
    expect(notes.map(note => [note].flat()[0])).toEqual(['CONNECT_REFUSED', 'CONNECT_REFUSED', 'attempts']);
  });

  test.each([
    ['POST', 1],
    ['PATCH', 1],
    ['PUT', 3],
    ['DELETE', 3],
  ])('and met a closed socket is sent as often as its method allows: %s', async (method, times) => {
    let requests = 0;
    await using server = await startFaultServer(socket => {
      requests += 1;
      socket.destroy();
    });
    const { observer, clock } = follow(createFakeClock());
    const sending = open().send(httpRequest(server.origin, { method }), sendContext({ clock, observer }));
    expect([(await failureOf(sending)).code, requests]).toEqual(['CONNECTION_LOST', times]);
  });

  test('is not repeated for the failure of a later hop', async () => {
    const { origin, seen } = await startCounter((response, _nth, request) => {
      if (request.url === '/start') response.writeHead(303, { location: '/result' }).end();
      else if (seen.length < 4) response.writeHead(503).end();
      else response.end('done');
    });
    const { observer, clock } = follow(createFakeClock());
    const transport = withRedirects(open());
    const request = httpRequest(`${origin}/start`, { method: 'POST', body: 'once' });
    const response = await transport.send(request, sendContext({ clock, observer, maxRedirects: 3 }));
    expect(response.statusCode).toBe(200);
    expect(seen).toEqual(['POST /start', 'GET /result', 'GET /result', 'GET /result']);
  });
});

describe('a body that breaks off', () => {
  const startBreaking = (times: number) =>
    startFaultServer((socket, _received, nth) => {
      const body = nth <= times ? 'half' : 'halfwhole';
      socket.end(`HTTP/1.1 200 OK\r\ncontent-length: 9\r\nconnection: close\r\n\r\n${body}`);
    });

  test('is asked for again while nothing of it was handed out', async () => {
    await using server = await startBreaking(1);
    const { notes, observer, clock } = follow(createFakeClock());
    const response = await open().send(httpRequest(server.origin), sendContext({ clock, observer }));
    expect(await textOf(response.body)).toBe('halfwhole');
    expect(notes).toEqual([['BODY_TRUNCATED', 'backoff', 125]]);
  });

  test('stays broken when it is streamed', async () => {
    await using server = await startBreaking(1);
    const { notes, observer, clock } = follow(createFakeClock());
    const context = sendContext({ clock, observer, streaming: true });
    const response = await open().send(httpRequest(server.origin), context);
    expect((await failureOf(response.body.bytes())).code).toBe('BODY_TRUNCATED');
    expect([server.connectionCount, notes]).toEqual([1, []]);
  });

  test('stays broken when the request may not be repeated', async () => {
    await using server = await startBreaking(1);
    const { observer, clock } = follow(createFakeClock());
    const request = httpRequest(server.origin, { method: 'POST' });
    const response = await open().send(request, sendContext({ clock, observer }));
    expect((await failureOf(response.body.bytes())).code).toBe('BODY_TRUNCATED');
    expect(server.connectionCount).toBe(1);
  });
});

describe('a request with credentials', () => {
  const authorized = (origin: string, nth: number) =>
    httpRequest(origin, { headers: [['authorization', `Signature ${nth}`]] });

  test('is made anew for each attempt, because a signature may serve only once', async () => {
    const signatures: unknown[] = [];
    const { origin } = await startCounter((response, nth, { headers }) => {
      signatures.push(headers.authorization);
      response.writeHead(nth < 3 ? 503 : 200).end();
    });
    const { observer, clock } = follow(createFakeClock());
    let made = 1;
    const renewRequest = async () => authorized(origin, ++made);
    await open().send(authorized(origin, 1), sendContext({ clock, observer, renewRequest }));
    expect(signatures).toEqual(['Signature 1', 'Signature 2', 'Signature 3']);
  });

  test('is not made anew for an origin that a redirect led to', async () => {
    const seen: unknown[] = [];
    const elsewhere = await startCounter((response, nth, { headers }) => {
      seen.push(headers.authorization);
      response.writeHead(nth < 3 ? 503 : 200).end();
    });
    const { origin } = await startCounter(response =>
      response.writeHead(302, { location: `${elsewhere.origin}/` }).end(),
    );
    const { observer, clock } = follow(createFakeClock());
    const renewRequest = async () => authorized(elsewhere.origin, 2);
    const context = sendContext({ clock, observer, renewRequest, maxRedirects: 2 });
    const response = await withRedirects(open()).send(authorized(origin, 1), context);
    expect([response.statusCode, seen]).toEqual([200, [undefined, undefined, undefined]]);
  });
});
