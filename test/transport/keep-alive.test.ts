import { setImmediate as tick } from 'node:timers/promises';
import { describe, expect, onTestFinished, test } from 'vitest';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { createTransport } from '../../src/transport/create-transport.ts';
import { createGotTransport } from '../../src/transport/got/got-transport.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer } from '../support/loopback-server.ts';
import { textOf } from '../support/send-context.ts';

const OK = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

describe.each([
  ['undici', createUndiciTransport],
  ['got', createGotTransport],
])('over %s,', (_adapter, create) => {
  const open = () => {
    const adapter = create();
    const transport = createTransport({ adapter, connectionsPerOrigin: 1 });
    onTestFinished(() => adapter.close());
    return transport;
  };

  test.each(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'])(
    'a %s that meets a connection closed by the server is sent once more',
    async method => {
      const seen: string[] = [];
      await using server = await startFaultServer((socket, received) => {
        seen.push(received.slice(0, received.indexOf(' ')));
        // The connection has been used by then, and closes as its second request arrives.
        if (seen.length === 2) socket.resetAndDestroy();
        else socket.write(seen.length === 1 || method !== 'HEAD' ? OK : OK.slice(0, -2));
      });
      const transport = open();
      await textOf((await transport.send({ url: server.origin })).body);
      const body = method === 'PUT' ? { body: 'x' } : {};
      const response = await transport.send({ method, url: server.origin, ...body });
      expect([response.statusCode, await textOf(response.body)]).toEqual([
        200,
        method === 'HEAD' ? '' : 'ok',
      ]);
      expect(seen).toEqual(['GET', method, method]);
      expect(response.timings?.connectionReused).toBe(false);
    },
  );

  test.each(['POST', 'PATCH'])('a %s that meets a connection closed by the server is not', async method => {
    let requests = 0;
    await using server = await startFaultServer(socket => {
      requests += 1;
      if (requests === 1) socket.write(OK);
      else socket.resetAndDestroy();
    });
    const transport = open();
    await textOf((await transport.send({ url: server.origin })).body);
    const error = await failureOf(transport.send({ method, url: server.origin, body: 'x' }));
    expect([error.code, requests]).toEqual(['CONNECTION_LOST', 2]);
    expect(error.details).toMatchObject({ requestSent: true, connectionReused: true });
  });

  /** Closes each connection a few turns of the event loop after its answer, when the next request is on its way. */
  const startClosing = async () => {
    const arrivals = new Map<string, number>();
    const server = await startFaultServer(async (socket, received, nth) => {
      const path = received.split(' ')[1] ?? '';
      arrivals.set(path, (arrivals.get(path) ?? 0) + 1);
      socket.write(OK);
      for (let turn = 0; turn < nth % 5; turn++) await tick();
      if (nth % 2 === 0) socket.end();
      else socket.resetAndDestroy();
    });
    onTestFinished(() => server.close());
    return { server, arrivals };
  };

  const ROUNDS = 300;

  test('while connections close all the time, no POST arrives twice, and one that fails says so', async () => {
    const { server, arrivals } = await startClosing();
    const transport = open();
    const unsent: string[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      const path = `/${round}`;
      for (let turn = 0; turn < round % 3; turn++) await tick();
      try {
        const response = await transport.send({ method: 'POST', url: server.origin + path, body: 'x' });
        await response.body.bytes();
      } catch (error) {
        if (!(error instanceof FerruleError)) throw error;
        expect(['CONNECTION_LOST', 'BODY_TRUNCATED']).toContain(error.code);
        if (error.details['requestSent'] === false) unsent.push(path);
      }
    }
    expect([...arrivals.values()].filter(count => count > 1)).toEqual([]);
    expect(unsent.filter(path => arrivals.has(path))).toEqual([]);
    // After a failure comes a fresh connection, on which nothing is lost.
    expect(arrivals.size).toBeGreaterThanOrEqual(ROUNDS / 2);
  });

  test('while connections close all the time, a PUT arrives at most twice', async () => {
    const { server, arrivals } = await startClosing();
    const transport = open();
    for (let round = 0; round < ROUNDS; round++) {
      for (let turn = 0; turn < round % 3; turn++) await tick();
      try {
        const url = `${server.origin}/${round}`;
        const response = await transport.send({ method: 'PUT', url, body: 'x' });
        await response.body.bytes();
      } catch (error) {
        // It was sent once more already: that is as far as the transport goes by itself.
        if (!(error instanceof FerruleError)) throw error;
        expect(['CONNECTION_LOST', 'BODY_TRUNCATED']).toContain(error.code);
      }
    }
    expect([...arrivals.values()].filter(count => count > 2)).toEqual([]);
    expect(arrivals.size).toBe(ROUNDS);
  });
});
