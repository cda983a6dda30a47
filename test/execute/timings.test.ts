import { expect, onTestFinished, test } from 'vitest';
import { type Clock, type ConnectionInput, createEngine } from '../../src/index.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { type Answerer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

/** A connection to a host whose name takes 30 ms to resolve, under a clock that only the test moves. */
const open = async (
  answer: (clock: FakeClock) => Answerer,
  config: Partial<ConnectionInput['config']> = {},
) => {
  const clock = createFakeClock();
  const server = await startEchoServer(answer(clock));
  // A wait that keeps the process alive is one between two attempts; it is over as soon as it has begun.
  const impatient: Clock = {
    ...clock,
    after: (delayMs, callback, keepAlive) => {
      if (keepAlive) setImmediate(() => clock.advance(delayMs));
      return clock.after(delayMs, callback);
    },
  };
  const transport = createUndiciTransport({
    lookup: (_host, done) => {
      clock.advance(30);
      done(null, [{ address: '127.0.0.1', family: 4 }]);
    },
  });
  const engine = createEngine({ clock: impatient, transport });
  onTestFinished(async () => {
    await engine.close();
    await transport.close();
    await server.close();
  });
  const connection = engine.connection({
    name: 'Desk',
    config: { baseUrl: `http://desk.example:${server.port}`, ...config },
    operations: [{ name: 'Get', config: { method: 'GET', path: 'get' } }],
  });
  return { connection };
};

const after =
  (waitMs: number) =>
  (clock: FakeClock): Answerer =>
  () => {
    clock.advance(waitMs);
    return false;
  };

test('the report tells for each attempt and in sum where the time went', async () => {
  const { connection } = await open(after(12));
  const { attempts, timings } = await connection.execute('Get');
  expect(attempts).toEqual([
    {
      statusCode: 200,
      reason: 'first',
      firstByteMs: 42,
      connectionReused: false,
      blockedMs: 0,
      dnsMs: 30,
      connectMs: 0,
      bodyMs: 0,
    },
  ]);
  expect(timings).toEqual({
    totalMs: 42,
    renderMs: 0,
    authenticateMs: 0,
    dnsMs: 30,
    connectMs: 0,
    firstByteMs: 42,
    bodyMs: 0,
    mapMs: 0,
  });
});

test('of a connection that was open already the report has no time of opening', async () => {
  const { connection } = await open(after(12));
  await connection.execute('Get');
  const { attempts, timings } = await connection.execute('Get');
  expect(attempts[0]).toMatchObject({ connectionReused: true, firstByteMs: 12 });
  expect(
    ['dnsMs', 'connectMs', 'tlsMs'].filter(phase => phase in timings || phase in { ...attempts[0] }),
  ).toEqual([]);
});

test('the waits between attempts stand beside what the attempts took', async () => {
  let requests = 0;
  const answer =
    (clock: FakeClock): Answerer =>
    (_request, response) => {
      requests += 1;
      clock.advance(10);
      if (requests > 1) return false;
      response.writeHead(503, { 'retry-after': '2' }).end();
      // The timer of the wait is set by then.
      setTimeout(() => clock.advance(2_000), 50);
      return true;
    };
  const { connection } = await open(answer, { retry: {} });
  const { attempts, timings } = await connection.execute('Get');
  expect(attempts).toMatchObject([
    { statusCode: 503, firstByteMs: 40, dnsMs: 30 },
    { statusCode: 200, firstByteMs: 10, wait: { waitMs: 2_000 } },
  ]);
  expect(timings).toMatchObject({ dnsMs: 30, waitMs: 2_000, firstByteMs: 2_050 });
});

test('a failed execution tells how far its last attempt came', async () => {
  const { connection } = await open(clock => (_request, response) => {
    clock.advance(9);
    response.socket?.destroy();
    return true;
  });
  const error = await failureOf(connection.execute('Get'));
  expect(JSON.parse(JSON.stringify(error.report))).toMatchObject({
    attempts: [
      { error: 'CONNECTION_LOST', connectionReused: false, dnsMs: 30, connectMs: 0, firstByteMs: 39 },
    ],
    timings: { dnsMs: 30, connectMs: 0, firstByteMs: 0, totalMs: 39 },
  });
});
