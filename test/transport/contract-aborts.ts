import { getEventListeners } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../../src/transport/transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer, startHttpServer, startTcpServer } from '../support/loopback-server.ts';
import { httpRequest, sendContext, textOf } from '../support/send-context.ts';

export function contractOfAborts(create: () => Transport): void {
  const open = (): Transport => {
    const transport = create();
    onTestFinished(() => transport.close());
    return transport;
  };
  const begin = (origin: string, transport = open(), connectionsPerOrigin = 4) => {
    const controller = new AbortController();
    const context = sendContext({
      signal: controller.signal,
      channel: { key: 'shared', connectionsPerOrigin },
    });
    const answer = transport.send(httpRequest(origin), context);
    // Each test looks at the outcome in its own time.
    answer.catch(() => undefined);
    return { controller, answer };
  };

  test('a signal that has fired already sends nothing', async () => {
    await using server = await startHttpServer((_, response) => response.end());
    const error = await failureOf(
      open().send(httpRequest(server.origin), sendContext({ signal: AbortSignal.abort('enough') })),
    );
    expect([error.code, error.cause, server.connectionCount]).toEqual(['ABORTED', 'enough', 0]);
  });

  test('an abort in the TLS handshake closes the socket', async () => {
    await using server = await startTcpServer(() => undefined, 'https');
    const { controller, answer } = begin(server.origin);
    await server.whenAccepted(1);
    controller.abort('enough');
    const error = await failureOf(answer);
    expect([error.code, error.cause]).toEqual(['ABORTED', 'enough']);
    await server.whenOpen(0);
  });

  test('an abort before and in the middle of the head closes the socket', async () => {
    for (const part of ['', 'HTTP/1.1 200 OK\r\nx-a']) {
      let asked: () => void = () => undefined;
      const request = new Promise<void>(resolve => {
        asked = resolve;
      });
      await using server = await startFaultServer(socket => {
        socket.write(part);
        asked();
      });
      const { controller, answer } = begin(server.origin);
      await request;
      controller.abort();
      expect((await failureOf(answer)).code).toBe('ABORTED');
      await server.whenOpen(0);
    }
  });

  test('an abort in the body ends the reading and closes the socket', async () => {
    await using server = await startHttpServer((_, response) => void response.write('begin'));
    for (const how of ['bytes', 'stream'] as const) {
      const { controller, answer } = begin(server.origin);
      const { body } = await answer;
      const pieces = how === 'stream' ? body[Symbol.asyncIterator]() : undefined;
      await pieces?.next();
      const reading = failureOf(pieces === undefined ? body.bytes() : pieces.next());
      controller.abort('enough');
      const error = await reading;
      expect([error.code, error.cause]).toEqual(['ABORTED', 'enough']);
      await server.whenOpen(0);
    }
  });

  test('an abort of a body nobody reads closes the socket', async () => {
    await using server = await startHttpServer((_, response) => void response.write('begin'));
    const { controller, answer } = begin(server.origin);
    const { body } = await answer;
    controller.abort();
    await server.whenOpen(0);
    expect((await failureOf(body.bytes())).code).toBe('ABORTED');
  });

  test('an exchange aborted in the queue is never sent, and those behind it are', async () => {
    const seen: string[] = [];
    const answers: (() => void)[] = [];
    await using server = await startHttpServer((request, response) => {
      seen.push(request.url ?? '');
      answers.push(() => response.end('ok'));
    });
    const transport = open();
    const first = begin(`${server.origin}/1`, transport, 1);
    await server.whenAccepted(1);
    const second = begin(`${server.origin}/2`, transport, 1);
    const third = begin(`${server.origin}/3`, transport, 1);
    second.controller.abort();
    expect((await failureOf(second.answer)).code).toBe('ABORTED');
    await expect.poll(() => answers.length).toBe(1);
    answers[0]?.();
    expect(await textOf((await first.answer).body)).toBe('ok');
    await expect.poll(() => answers.length).toBe(2);
    answers[1]?.();
    expect(await textOf((await third.answer).body)).toBe('ok');
    expect(seen).toEqual(['/1', '/3']);
  });

  test('an abort while connecting lets the exchanges behind it connect', async () => {
    let stall = true;
    await using server = await startTcpServer(socket => {
      if (stall) return;
      socket.once('data', () => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok'));
    });
    const transport = open();
    const first = begin(server.origin, transport, 1);
    const second = begin(server.origin, transport, 1);
    await server.whenAccepted(1);
    stall = false;
    first.controller.abort();
    expect((await failureOf(first.answer)).code).toBe('ABORTED');
    expect(await textOf((await second.answer).body)).toBe('ok');
  });

  test('a signal used for many calls keeps no listener', async () => {
    await using server = await startHttpServer((_, response) => response.end('ok'));
    const transport = open();
    const { signal } = new AbortController();
    const context = sendContext({ signal });
    for (let count = 0; count < 20; count += 1) {
      await textOf((await transport.send(httpRequest(server.origin), context)).body);
      await failureOf(transport.send({ ...httpRequest(server.origin), method: 'G E T' }, context));
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
}
