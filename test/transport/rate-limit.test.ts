import type { ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type RateLimitOptions, withRateLimit } from '../../src/transport/pacing/rate-limit.ts';
import type { RateLimit } from '../../src/transport/pacing/sending-queue.ts';
import type { HttpResponse, SendContext, Transport } from '../../src/transport/transport.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';
import { type ContextOptions, httpRequest, sendContext, textOf } from '../support/send-context.ts';

const unlimited: RateLimit = {
  requests: null,
  perMs: 1_000,
  concurrency: null,
  maxQueue: 100,
  maxWaitMs: 60_000,
};

/** A transport under a limit, and a server that keeps its answers until they are asked for. */
const open = async (limit: Partial<RateLimit>, options: Partial<RateLimitOptions> = {}) => {
  const clock = createFakeClock();
  const wire = createUndiciTransport();
  const transport: Transport = withRateLimit(wire, { ...unlimited, ...limit }, { clock, ...options });
  const arrived: string[] = [];
  const held: ServerResponse[] = [];
  const watchers = new Set<() => void>();
  const server = await startHttpServer((request, response) => {
    arrived.push(request.url ?? '');
    held.push(response);
    for (const watcher of [...watchers]) watcher();
  });
  onTestFinished(async () => {
    await wire.close();
    await server.close();
  });
  const channel = { key: 'one', connectionsPerOrigin: 100 };
  const send = (path: string, context: ContextOptions = {}): Promise<HttpResponse> =>
    transport.send(httpRequest(server.origin + path), sendContext({ clock, channel, ...context }));
  const whenArrived = (count: number) =>
    new Promise<void>(resolve => {
      const watcher = () => {
        if (arrived.length < count) return;
        watchers.delete(watcher);
        resolve();
      };
      watchers.add(watcher);
      watcher();
    });
  const answerNext = (body = 'x') => held.shift()?.end(body);
  return { clock, send, arrived, whenArrived, answerNext, server };
};

const read = async (sending: Promise<HttpResponse>) => textOf((await sending).body);

describe('a rate', () => {
  test('lets as many through as it allows, and the others when their time has come, in order', async () => {
    const { clock, send, arrived, whenArrived } = await open({ requests: 2, perMs: 1_000 });
    const answers = ['/1', '/2', '/3', '/4', '/5'].map(path => failureOf(send(path)));
    await whenArrived(2);
    clock.advance(999);
    expect(clock.pendingTimers).toBeGreaterThan(0);
    expect(arrived).toHaveLength(2);
    clock.advance(1);
    await whenArrived(4);
    expect(arrived.slice(0, 2).sort()).toEqual(['/1', '/2']);
    expect(arrived.slice(2).sort()).toEqual(['/3', '/4']);
    clock.advance(1_000);
    await whenArrived(5);
    expect(arrived[4]).toBe('/5');
    clock.advance(1_000_000);
    await Promise.all(answers);
    expect(clock.pendingTimers).toBe(0);
  });

  test('tells how long a request waited, and counts that as part of its total time', async () => {
    const { clock, send, whenArrived } = await open({ requests: 1, perMs: 1_000 });
    const waits: number[] = [];
    const observer: SendContext['observer'] = {
      queued: waitMs => waits.push(waitMs),
      retrying: () => undefined,
      retryRefused: () => undefined,
    };
    const timeouts = { totalMs: 1_500 };
    const first = failureOf(send('/1', { observer, timeouts }));
    const second = failureOf(send('/2', { observer, timeouts }));
    await whenArrived(1);
    clock.advance(1_000);
    await whenArrived(2);
    expect(waits).toEqual([1_000]);
    clock.advance(500);
    expect([(await first).code, (await second).code]).toEqual(['DEADLINE_EXCEEDED', 'DEADLINE_EXCEEDED']);
  });

  test('refuses at once whoever could not be served in time', async () => {
    const { send, whenArrived, answerNext } = await open({ requests: 1, perMs: 1_000, maxWaitMs: 2_500 });
    const first = read(send('/1'));
    const waiting = [send('/2'), send('/3')].map(sending => sending.catch(error => error.code));
    expect(await failureOf(send('/4'))).toMatchObject({
      code: 'QUEUE_TIMEOUT',
      retryable: true,
      details: { limit: 'maxWaitMs', value: 2_500, waitMs: 3_000, requestSent: false },
    });
    expect(await failureOf(send('/5', { timeouts: { totalMs: 900 } }))).toMatchObject({
      code: 'QUEUE_TIMEOUT',
      details: { limit: 'totalMs', value: 900 },
    });
    await whenArrived(1);
    answerNext();
    expect(await first).toBe('x');
    expect(waiting).toHaveLength(2);
  });
});

describe('a bound on concurrency', () => {
  test('serves whoever waits, in the order they came, as answers are read', async () => {
    const { send, arrived, whenArrived, answerNext, clock } = await open({ concurrency: 1 });
    const answers = ['/1', '/2', '/3'].map(path => read(send(path)));
    for (const count of [1, 2, 3]) {
      await whenArrived(count);
      expect(arrived).toHaveLength(count);
      answerNext();
    }
    expect([await Promise.all(answers), arrived]).toEqual([
      ['x', 'x', 'x'],
      ['/1', '/2', '/3'],
    ]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('never lets more run than it allows', async () => {
    const running = new Set<ServerResponse>();
    let most = 0;
    await using server = await startHttpServer((_, response) => {
      running.add(response);
      most = Math.max(most, running.size);
      if (running.size < 3) return;
      for (const each of running) each.end('x');
      running.clear();
    });
    const wire = createUndiciTransport();
    onTestFinished(() => wire.close());
    const context = sendContext({ channel: { connectionsPerOrigin: 100 } });
    const transport = withRateLimit(wire, { ...unlimited, concurrency: 3 }, { clock: context.clock });
    const sendings = Array.from({ length: 60 }, () =>
      read(transport.send(httpRequest(server.origin), context)),
    );
    expect(new Set(await Promise.all(sendings))).toEqual(new Set(['x']));
    expect(most).toBe(3);
  });

  test('counts an answer until it has been read, dropped, left or broken', async () => {
    const { send, whenArrived, answerNext } = await open({ concurrency: 1 });
    const next = async (count: number) => {
      const sending = send(`/${count}`);
      await whenArrived(count);
      answerNext();
      return (await sending).body;
    };
    await textOf(await next(1));
    (await next(2)).cancel();
    for await (const _piece of await next(3)) break;
    for await (const piece of await next(4)) expect(piece).toHaveLength(1);
    expect(await textOf(await next(5))).toBe('x');
  });

  test('counts a failed request no longer', async () => {
    await using server = await startFaultServer((socket, _received, nth) => {
      if (nth === 1) socket.destroy();
      else if (nth === 2) socket.end('HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nhalf');
      else socket.end('HTTP/1.1 200 OK\r\ncontent-length: 1\r\n\r\nx');
    });
    const wire = createUndiciTransport();
    onTestFinished(() => wire.close());
    const context = sendContext();
    const transport = withRateLimit(wire, { ...unlimited, concurrency: 1 }, { clock: context.clock });
    const send = () => transport.send(httpRequest(server.origin, { method: 'POST' }), context);
    expect((await failureOf(send())).code).toBe('CONNECTION_LOST');
    expect((await failureOf((await send()).body.bytes())).code).toBe('BODY_TRUNCATED');
    expect(await read(send())).toBe('x');
  });
});

describe('the queue', () => {
  test('refuses whoever comes when it is full', async () => {
    const { send, whenArrived, answerNext } = await open({ concurrency: 1, maxQueue: 2 });
    const answers = [read(send('/1')), read(send('/2')), read(send('/3'))];
    expect(await failureOf(send('/4'))).toMatchObject({
      code: 'QUEUE_FULL',
      category: 'policy',
      details: { limit: 'maxQueue', value: 2, requestSent: false },
    });
    for (const count of [1, 2, 3]) {
      await whenArrived(count);
      answerNext();
    }
    expect(await Promise.all(answers)).toEqual(['x', 'x', 'x']);
  });

  test.each([
    ['QUEUE_TIMEOUT', 300, 1_000],
    ['DEADLINE_EXCEEDED', 1_000, 300],
  ])('keeps nobody longer than allowed: %s', async (code, maxWaitMs, totalMs) => {
    const { clock, send, whenArrived, answerNext } = await open({ concurrency: 1, maxWaitMs });
    const first = read(send('/1'));
    const second = failureOf(send('/2', { timeouts: { totalMs } }));
    await whenArrived(1);
    clock.advance(300);
    expect((await second).code).toBe(code);
    answerNext();
    expect(await first).toBe('x');
    expect(clock.pendingTimers).toBe(0);
  });

  test('lets a caller leave, and the others keep their places', async () => {
    const { clock, send, arrived, whenArrived, answerNext } = await open({ concurrency: 1 });
    const caller = new AbortController();
    const first = read(send('/1'));
    const second = failureOf(send('/2', { signal: caller.signal }));
    const third = read(send('/3'));
    caller.abort('enough');
    expect((await second).code).toBe('ABORTED');
    await whenArrived(1);
    answerNext();
    await whenArrived(2);
    answerNext();
    expect([await first, await third, arrived]).toEqual(['x', 'x', ['/1', '/3']]);
    expect(clock.pendingTimers).toBe(0);
  });

  test('is left by all when the engine closes', async () => {
    const engine = new AbortController();
    const { send, whenArrived, answerNext } = await open({ concurrency: 1 }, { closing: engine.signal });
    const first = read(send('/1'));
    const waiting = [failureOf(send('/2')), failureOf(send('/3'))];
    await whenArrived(1);
    engine.abort();
    expect((await Promise.all(waiting)).map(({ code }) => code)).toEqual(['ENGINE_CLOSED', 'ENGINE_CLOSED']);
    answerNext();
    await first;
  });
});
