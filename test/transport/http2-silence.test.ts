import { EventEmitter, once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { createTrust } from '../../src/transport/trust/trust.ts';
import { DEAD_MS, QUIET_MS, SILENT_MS } from '../../src/transport/wire/pulse.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { type FrameConnection, type FrameServerOptions, startFrameServer } from '../support/http2-frames.ts';
import { httpRequest, sendContext, textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const authority = createTestAuthority();
const issued = authority.issue({ hosts: ['127.0.0.1'] });

const HEADERS_MS = 1000;
const LONG_MS = 100_000;

/** A connection, one at a time unless told otherwise, that has carried one request to its end. */
async function start(options: FrameServerOptions & { connections?: number } = {}) {
  const { connections = 1, ...serverOptions } = options;
  const clock = createFakeClock();
  const heads: string[] = [];
  const seen: FrameConnection[] = [];
  const arrival = new EventEmitter();
  let answering = true;
  const onRequest = (connection: FrameConnection, streamId: number) => {
    seen.push(connection);
    heads.push(`${connection.nth}:${streamId}`);
    if (answering) connection.answer(streamId, `by ${connection.nth}`);
    arrival.emit('request');
  };
  const server = await startFrameServer(issued, onRequest, serverOptions);
  onTestFinished(() => server.close());
  const transport = createUndiciTransport();
  onTestFinished(() => transport.close());
  const { channel } = sendContext({
    channel: {
      http2: true,
      connectionsPerOrigin: connections,
      trust: createTrust({ caCert: authority.cert }),
    },
  });
  const send = (headersMs = HEADERS_MS, signal?: AbortSignal) => {
    const timeouts = { headersMs, totalMs: 1e6 };
    const rest = signal === undefined ? {} : { signal };
    return transport.send(
      httpRequest(`${server.origin}/`),
      sendContext({ clock, channel, timeouts, ...rest }),
    );
  };
  const text = async () => textOf((await send()).body);
  const arrived = async (count: number) => {
    while (heads.length < count) await once(arrival, 'request');
  };
  expect(await text()).toBe('by 1');
  const [connection] = seen;
  if (connection === undefined) throw new Error('unreachable');
  const answer = (whether: boolean) => {
    answering = whether;
  };
  return { clock, heads, arrived, send, text, transport, connection, answer };
}

test('a connection on which a request timed out is passed over until it answers a PING, and a new one is opened', async () => {
  const { clock, send, text, heads, connection } = await start();
  connection.fallSilent();
  const failure = failureOf(send());
  clock.advance(HEADERS_MS);
  expect((await failure).code).toBe('HEADERS_TIMEOUT');
  const next = text();
  clock.advance(SILENT_MS);
  expect(await next).toBe('by 2');
  expect(heads).toEqual(['1:1', '2:1']);
});

test('the same holds when the caller gives up before any timeout', async () => {
  const { clock, send, text, connection } = await start();
  connection.fallSilent();
  const leaving = new AbortController();
  const failure = failureOf(send(HEADERS_MS, leaving.signal));
  leaving.abort();
  expect((await failure).code).toBe('ABORTED');
  const next = text();
  clock.advance(SILENT_MS);
  expect(await next).toBe('by 2');
});

test('what else waits on such a connection has longer to be answered, and when it is, the connection is used again', async () => {
  const { clock, send, text, heads, connection, answer } = await start();
  connection.fallSilent();
  const other = send(LONG_MS);
  const failure = failureOf(send());
  clock.advance(HEADERS_MS);
  expect((await failure).code).toBe('HEADERS_TIMEOUT');
  clock.advance(SILENT_MS);
  expect(await text()).toBe('by 2');
  answer(false);
  connection.wakeUp();
  connection.answer(3, 'at last');
  expect(await textOf((await other).body)).toBe('at last');
  clock.advance(DEAD_MS);
  answer(true);
  expect(await text()).toBe('by 1');
  expect(heads).toEqual(['1:1', '2:1', '1:3', '1:5', '1:7']);
});

test('a connection that answers nothing for long is closed, and what waits on it is lost', async () => {
  const { clock, send, text, connection } = await start();
  connection.fallSilent();
  const failure = failureOf(send(LONG_MS));
  clock.advance(2 * QUIET_MS);
  clock.advance(SILENT_MS);
  expect(await text()).toBe('by 2');
  clock.advance(DEAD_MS - SILENT_MS);
  const { code, retryable, details } = await failure;
  expect([code, retryable, details['requestSent']]).toEqual(['CONNECTION_LOST', true, true]);
});

test('a connection whose server is only slow is kept, and what waits on it goes on waiting', async () => {
  const { clock, send, text, heads, answer, arrived, connection } = await start();
  answer(false);
  const slow = send(LONG_MS);
  await arrived(2);
  clock.advance(2 * QUIET_MS);
  const failure = failureOf(send());
  await arrived(3);
  clock.advance(HEADERS_MS);
  expect((await failure).code).toBe('HEADERS_TIMEOUT');
  answer(true);
  expect(await text()).toBe('by 1');
  clock.advance(DEAD_MS);
  connection.answer(3, 'at last');
  expect(await textOf((await slow).body)).toBe('at last');
  expect(heads).toEqual(['1:1', '1:3', '1:5', '1:7']);
});

test('closing ends while a server is being asked whether it is still there', async () => {
  const { clock, send, transport, connection } = await start();
  connection.fallSilent();
  const failures = [failureOf(send()), failureOf(send(LONG_MS))];
  clock.advance(HEADERS_MS);
  clock.advance(SILENT_MS);
  await transport.close();
  expect((await Promise.all(failures)).map(({ code }) => code)).toEqual(['HEADERS_TIMEOUT', 'ENGINE_CLOSED']);
  expect(clock.pendingTimers).toBe(0);
});

test('no more requests at once are given to a connection than its server allows', async () => {
  const { send, heads, answer, arrived, connection } = await start({ maxStreams: 2, connections: 2 });
  answer(false);
  const waiting = Array.from({ length: 4 }, async () => textOf((await send()).body));
  await arrived(5);
  expect(heads.toSorted()).toEqual(['1:1', '1:3', '1:5', '2:1', '2:3']);
  for (const streamId of [3, 5]) connection.answer(streamId, 'done');
  expect(await Promise.race(waiting)).toBe('done');
});
