import { expect, onTestFinished, test } from 'vitest';
import type { Transport } from '../../src/transport/transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { startFaultServer, startHttpServer, startTcpServer } from '../support/loopback-server.ts';
import { type ContextOptions, httpRequest, sendContext, textOf } from '../support/send-context.ts';

const KIB = 1024;

export function contractOfLimits(create: () => Transport): void {
  const open = (): Transport => {
    const transport = create();
    onTestFinished(() => transport.close());
    return transport;
  };
  const get = (origin: string, options: ContextOptions) =>
    open().send(httpRequest(origin), sendContext(options));

  test('a head larger than maxHeaderBytes is refused and the limit named', async () => {
    await using server = await startHttpServer((_, response) =>
      response.setHeader('x-large', 'x'.repeat(10 * KIB)).end(),
    );
    const error = await failureOf(get(server.origin, { channel: { maxHeaderBytes: 4 * KIB } }));
    expect(error.code).toBe('LIMIT_EXCEEDED');
    expect(error.details).toMatchObject({ limit: 'maxHeaderBytes', value: 4 * KIB });
    expect(error.message).toContain('limits.maxHeaderBytes (4096 bytes)');
    expect((await get(server.origin, { channel: { maxHeaderBytes: 64 * KIB } })).statusCode).toBe(200);
  });

  test('an announced length over the limit is refused at the head', async () => {
    await using server = await startFaultServer(socket => {
      socket.write('HTTP/1.1 200 OK\r\ncontent-length: 1000000000\r\n\r\n');
    });
    const error = await failureOf(get(server.origin, {}));
    expect(error.details).toMatchObject({ limit: 'maxResponseBytes', value: 64 * KIB * KIB });
    await server.whenOpen(0);
  });

  test('an unannounced length is counted, and exactly the limit is allowed', async () => {
    await using server = await startHttpServer((_, response) => {
      response.write('x'.repeat(500));
      response.end('x'.repeat(500));
    });
    const { body } = await get(server.origin, { limits: { maxResponseBytes: 1000 } });
    expect(await body.bytes()).toHaveLength(1000);
    const error = await failureOf(
      get(server.origin, { limits: { maxResponseBytes: 999 } }).then(response => response.body.bytes()),
    );
    expect([error.code, error.details['limit'], error.details['value']]).toEqual([
      'LIMIT_EXCEEDED',
      'maxResponseBytes',
      999,
    ]);
  });

  test('no answer within headersMs is HEADERS_TIMEOUT, also when the head comes in drips', async () => {
    for (const drip of ['', 'HTTP/1.1 200 OK\r\nx-slow: ']) {
      const clock = createFakeClock();
      let asked: () => void = () => undefined;
      const request = new Promise<void>(resolve => {
        asked = resolve;
      });
      await using server = await startFaultServer(socket => {
        if (drip !== '') socket.write(drip);
        asked();
      });
      const failing = failureOf(get(server.origin, { clock, timeouts: { headersMs: 5000 } }));
      await request;
      clock.advance(5000);
      const error = await failing;
      expect([error.code, error.retryable, error.details['limit']]).toEqual([
        'HEADERS_TIMEOUT',
        true,
        'headersMs',
      ]);
      await server.whenOpen(0);
      expect(clock.pendingTimers).toBe(0);
    }
  });

  test('informational answers do not prolong the wait for the real one', async () => {
    const clock = createFakeClock();
    let asked: () => void = () => undefined;
    const request = new Promise<void>(resolve => {
      asked = resolve;
    });
    await using server = await startFaultServer(socket => {
      socket.write('HTTP/1.1 103 Early Hints\r\n\r\n', () => asked());
    });
    const failing = failureOf(get(server.origin, { clock, timeouts: { headersMs: 5000 } }));
    await request;
    clock.advance(4999);
    clock.advance(1);
    expect((await failing).code).toBe('HEADERS_TIMEOUT');
  });

  test('an endless series of informational answers is a protocol error', async () => {
    await using server = await startFaultServer(socket => {
      const flood = (error?: Error | null) => {
        if (!error) socket.write('HTTP/1.1 103 Early Hints\r\n\r\n'.repeat(50), flood);
      };
      flood();
    });
    expect((await failureOf(get(server.origin, {}))).code).toBe('PROTOCOL_ERROR');
    await server.whenOpen(0);
  });

  test('a body that stalls longer than bodyIdleMs is BODY_TIMEOUT, and steady drips are not', async () => {
    const clock = createFakeClock();
    let drip: () => void = () => undefined;
    await using server = await startHttpServer((_, response) => {
      drip = () => response.write('.');
      drip();
    });
    const { body } = await get(server.origin, { clock, timeouts: { bodyIdleMs: 5000 } });
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    for (let count = 0; count < 4; count += 1) {
      clock.advance(4000);
      drip();
      expect((await pieces.next()).done).toBe(false);
    }
    const failing = failureOf(pieces.next());
    clock.advance(5000);
    const error = await failing;
    expect([error.code, error.stage, error.details['value']]).toEqual(['BODY_TIMEOUT', 'read', 5000]);
    await server.whenOpen(0);
  });

  test('a reader who pauses is not a server that stalls', async () => {
    const clock = createFakeClock();
    const size = 4 * KIB * KIB;
    await using server = await startHttpServer((_, response) => response.end(Buffer.alloc(size)));
    const { body } = await get(server.origin, {
      clock,
      streaming: true,
      timeouts: { bodyIdleMs: 5000, totalMs: 8000 },
    });
    const pieces = body[Symbol.asyncIterator]();
    let bytes = (await pieces.next()).value?.length ?? 0;
    // By then the socket is paused: the body is larger than what is kept for a reader.
    await new Promise(resolve => setTimeout(resolve, 50));
    clock.advance(60_000);
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) bytes += next.value.length;
    expect(bytes).toBe(size);
  });

  test('the total time ends a call that waits for the answer', async () => {
    const clock = createFakeClock();
    let asked: () => void = () => undefined;
    const request = new Promise<void>(resolve => {
      asked = resolve;
    });
    await using server = await startHttpServer(() => asked());
    const failing = failureOf(get(server.origin, { clock, timeouts: { totalMs: 9000 } }));
    await request;
    clock.advance(9000);
    const error = await failing;
    expect([error.code, error.details['limit'], error.stage]).toEqual([
      'DEADLINE_EXCEEDED',
      'totalMs',
      'send',
    ]);
    await server.whenOpen(0);
  });

  test('the total time ends a call in the middle of the body', async () => {
    const clock = createFakeClock();
    await using server = await startHttpServer((_, response) => void response.write('begin'));
    const { body } = await get(server.origin, { clock, timeouts: { totalMs: 9000 } });
    clock.advance(9000);
    const error = await failureOf(body.bytes());
    expect([error.code, error.stage]).toEqual(['DEADLINE_EXCEEDED', 'read']);
    await server.whenOpen(0);
  });

  test('the total time ends at the head of a stream, and the idle time goes on', async () => {
    const clock = createFakeClock();
    let drip: () => void = () => undefined;
    await using server = await startHttpServer((_, response) => {
      drip = () => response.write('.');
      drip();
    });
    const timeouts = { totalMs: 1000, bodyIdleMs: 5000 };
    const { body } = await get(server.origin, { clock, timeouts, streaming: true });
    const pieces = body[Symbol.asyncIterator]();
    await pieces.next();
    clock.advance(4000);
    drip();
    expect((await pieces.next()).done).toBe(false);
    const failing = failureOf(pieces.next());
    clock.advance(5000);
    expect((await failing).code).toBe('BODY_TIMEOUT');
  });

  test('a TLS handshake that stalls is CONNECT_TIMEOUT and says what was pending', async () => {
    const clock = createFakeClock();
    let greeted: () => void = () => undefined;
    const greeting = new Promise<void>(resolve => {
      greeted = resolve;
    });
    await using server = await startTcpServer(socket => void socket.once('data', () => greeted()), 'https');
    const failing = failureOf(get(server.origin, { clock, channel: { connectTimeoutMs: 3000 } }));
    await greeting;
    clock.advance(3000);
    const error = await failing;
    expect(error.code).toBe('CONNECT_TIMEOUT');
    expect(error.message).toContain('the TLS handshake was not complete within timeouts.connectMs (3000 ms)');
    await server.whenOpen(0);
    expect(clock.pendingTimers).toBe(0);
  });

  test('a finished exchange leaves no timer behind', async () => {
    const clock = createFakeClock();
    await using server = await startHttpServer((_, response) => response.end('ok'));
    const { body } = await get(server.origin, { clock });
    await textOf(body);
    expect(clock.pendingTimers).toBe(0);
  });
}
