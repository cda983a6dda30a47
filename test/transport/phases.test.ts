import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { setImmediate as tick } from 'node:timers/promises';
import tls from 'node:tls';
import { expect, onTestFinished, test } from 'vitest';
import { createTransport, type TransportOptions } from '../../src/transport/create-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

/** A transport under a clock that only the test moves, so that every time is exact. */
const open = (options: TransportOptions = {}) => {
  // Certificates are valid now.
  const clock = createFakeClock(Date.now());
  const transport = createTransport({ clock, ...options });
  onTestFinished(() => transport.close());
  return { clock, transport };
};

/** Shows each socket as it is made, before anybody listens to it. */
const onSocket = (look: (socket: Socket) => void) => {
  const listener = (message: unknown) => look((message as { readonly socket: Socket }).socket);
  subscribe('net.client.socket', listener);
  onTestFinished(() => void unsubscribe('net.client.socket', listener));
};

test('DNS, connect, first byte and body are timed one by one', async () => {
  let held: ServerResponse | undefined;
  await using server = await startHttpServer((_request, response) => {
    clock.advance(50);
    response.write('first ');
    held = response;
  });
  const { clock, transport } = open({
    lookup: (_host, done) => {
      clock.advance(30);
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  onSocket(socket => socket.on('connect', () => clock.advance(7)));
  const response = await transport.send({ url: `http://desk.example:${server.port}/` });
  const { timings } = response;
  const phases = { connectionReused: false, blockedMs: 0, dnsMs: 30, connectMs: 7, firstByteMs: 87 };
  expect(timings).toEqual({ ...phases, bodyMs: undefined });
  expect(timings).not.toHaveProperty('tlsMs');
  clock.advance(60);
  held?.end('last');
  expect(await textOf(response.body)).toBe('first last');
  expect(timings).toEqual({ ...phases, bodyMs: 60 });
});

test('a head and a body that come in drips count to their last byte', async () => {
  let held: Socket | undefined;
  await using server = await startFaultServer(async socket => {
    held = socket;
    for (const piece of ['HTTP/1.1 200 OK\r\n', 'content-length: 3\r\n', '\r\n']) {
      clock.advance(10);
      socket.write(piece);
      await tick();
    }
  });
  const { clock, transport } = open();
  const { body, timings } = await transport.send({ url: server.origin });
  const pieces = body[Symbol.asyncIterator]();
  for (const piece of ['a', 'b', 'c']) {
    clock.advance(5);
    held?.write(piece);
    await pieces.next();
  }
  await pieces.next();
  expect(timings).toMatchObject({ firstByteMs: 30, bodyMs: 15 });
});

test('the TLS handshake is timed, and an address needs no DNS', async () => {
  const authority = createTestAuthority();
  const { chain, key } = authority.issue({ hosts: ['127.0.0.1', 'desk.example'] });
  await using server = await startHttpServer((_request, response) => response.end(), {
    SNICallback: (_name, done) => {
      clock.advance(40);
      done(null, tls.createSecureContext({ cert: chain, key }));
    },
  });
  const { clock, transport } = open({ tls: { caCert: authority.cert, serverName: 'desk.example' } });
  const { body, timings } = await transport.send({ url: server.origin });
  await body.bytes();
  expect(timings).toMatchObject({ connectionReused: false, connectMs: 0, tlsMs: 40, firstByteMs: 40 });
  expect(timings).not.toHaveProperty('dnsMs');
});

test('a connection that was open already has no phases of opening', async () => {
  await using server = await startHttpServer((_request, response) => {
    clock.advance(5);
    response.end();
  });
  const { clock, transport } = open();
  await (await transport.send({ url: server.origin })).body.bytes();
  const { body, timings } = await transport.send({ url: server.origin });
  await body.bytes();
  expect(timings).toEqual({ connectionReused: true, blockedMs: 0, firstByteMs: 5, bodyMs: 0 });
  expect(server.connectionCount).toBe(1);
});

test('waiting for a free connection is told apart from waiting for the server', async () => {
  const held: ServerResponse[] = [];
  let arrived = () => {};
  await using server = await startHttpServer((_request, response) => {
    held.push(response);
    arrived();
  });
  const next = () =>
    new Promise<void>(resolve => {
      arrived = resolve;
    });
  const { clock, transport } = open({ connectionsPerOrigin: 1 });
  const first = next();
  const sent = [transport.send({ url: server.origin }), transport.send({ url: server.origin })];
  await first;
  clock.advance(90);
  const second = next();
  held[0]?.end();
  await second;
  clock.advance(10);
  held[1]?.end();
  const [one, other] = await Promise.all(sent);
  expect(one?.timings).toMatchObject({ connectionReused: false, blockedMs: 0, firstByteMs: 90 });
  expect(other?.timings).toMatchObject({ connectionReused: true, blockedMs: 90, firstByteMs: 100 });
  await Promise.all([one?.body.bytes(), other?.body.bytes()]);
});

test('of several addresses the attempt that succeeds is timed; the others count as blocked', async () => {
  await using server = await startHttpServer((_request, response) => response.end());
  const { clock, transport } = open({
    lookup: (_host, done) =>
      done(null, [
        { address: '::1', family: 6 },
        { address: '127.0.0.1', family: 4 },
      ]),
  });
  onSocket(socket => {
    socket.on('connectionAttemptFailed', () => clock.advance(100));
    socket.on('connect', () => clock.advance(7));
  });
  const { body, timings } = await transport.send({ url: `http://desk.example:${server.port}/` });
  await body.bytes();
  expect(timings).toMatchObject({ dnsMs: 0, connectMs: 7, blockedMs: 100, firstByteMs: 107 });
});

test('the times of a chain of redirects are those of all its requests', async () => {
  await using server = await startHttpServer((request, response) => {
    clock.advance(20);
    if (request.url === '/end') response.end();
    else response.writeHead(302, { location: '/end' }).end();
  });
  const { clock, transport } = open();
  onSocket(socket => socket.on('connect', () => clock.advance(7)));
  const { body, timings } = await transport.send({ url: server.origin, redirect: { maxRedirects: 1 } });
  await body.bytes();
  expect(timings).toEqual({
    connectionReused: false,
    blockedMs: 0,
    connectMs: 7,
    firstByteMs: 47,
    bodyMs: 0,
  });
});

test('a failure tells how far it came and how long that took', async () => {
  await using server = await startFaultServer(socket => socket.destroy());
  const { clock, transport } = open();
  onSocket(socket => socket.on('connect', () => clock.advance(7)));
  const error = await failureOf(transport.send({ method: 'POST', url: server.origin }));
  expect(error.code).toBe('CONNECTION_LOST');
  expect(error.details).toMatchObject({ requestSent: true, connectionReused: false, connectMs: 7 });
});
