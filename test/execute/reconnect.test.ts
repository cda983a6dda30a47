import { afterEach, describe, expect, it } from 'vitest';
import { type Clock, createEngine, type Engine, type StreamEvent, systemClock } from '../../src/index.ts';
import { type EchoServer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

async function connect(
  answer: Parameters<typeof startEchoServer>[0],
  method: 'GET' | 'POST' = 'GET',
  clock: Clock = systemClock,
) {
  const server: EchoServer = await startEchoServer(answer);
  const engine: Engine = createEngine({ clock });
  open.push(engine, server);
  const connection = engine.connection({
    name: 'Acme',
    config: { baseUrl: server.origin },
    operations: [{ name: 'Watch', config: { method, path: 'watch', streamResponse: true } }],
  });
  return { server, engine, connection };
}

const EVENTS = { 'content-type': 'text/event-stream' };
const idsSeen = (server: EchoServer) => server.received.map(({ headers }) => headers['last-event-id']);

async function take(events: AsyncIterable<StreamEvent>, count: number): Promise<unknown[]> {
  const taken: unknown[] = [];
  for await (const { data } of events) {
    taken.push(data);
    if (taken.length === count) break;
  }
  return taken;
}

describe('a stream that may reconnect', () => {
  it('goes on behind the last whole event when the server ends it or breaks it off', async () => {
    const { server, connection } = await connect((_request, response, nth) => {
      response.writeHead(200, EVENTS);
      // The second event is cut off, so that its id does not count.
      response.write(`retry: 1\nid: ${nth}é\ndata: "n${nth}"\n\nid: lost\ndata: x\n`, () => {
        if (nth === 1) response.destroy();
        else response.end();
      });
      return true;
    });
    const stream = connection.stream('Watch', {}, { reconnect: true, lastEventId: '0' });
    expect(await take(stream, 3)).toEqual(['n1', 'n2', 'n3']);
    const utf8 = (text: string) => Buffer.from(text).toString('latin1');
    expect(idsSeen(server)).toEqual(['0', utf8('1é'), utf8('2é')]);
    expect(await stream.report).toMatchObject({ ok: true });
  });

  it('ends when the server answers 204, and when the answer is no stream of events', async () => {
    for (const [status, type] of [
      [204, 'text/event-stream'],
      [200, 'text/plain'],
    ] as const) {
      const { server, connection } = await connect((_request, response, nth) => {
        response.writeHead(nth === 1 ? 200 : status, nth === 1 ? EVENTS : { 'content-type': type });
        response.end(nth === 1 ? 'retry: 1\ndata: 1\n\n' : undefined);
        return true;
      });
      const stream = connection.stream('Watch', {}, { reconnect: true });
      expect((await take(stream, 9))[0]).toBe(1);
      expect(server.received).toHaveLength(2);
      expect(await stream.report).toMatchObject({ statusCode: status });
    }
  });

  it('ends with the error that another try would not mend', async () => {
    const { connection } = await connect((_request, response, nth) => {
      response.writeHead(200, nth === 1 ? EVENTS : { 'content-type': 'application/x-ndjson' });
      response.end(nth === 1 ? 'retry: 1\ndata: 1\n\n' : 'not JSON\n');
      return true;
    });
    const stream = connection.stream('Watch', {}, { reconnect: true });
    expect((await failureOf(take(stream, 9))).code).toBe('BODY_MALFORMED');
    expect(await stream.report).toMatchObject({ ok: false, error: { code: 'BODY_MALFORMED' } });
  });

  it('is left at once when the caller aborts', async () => {
    const { server, connection } = await connect((_request, response) => {
      response.writeHead(200, EVENTS).end('retry: 1\n\n');
      return true;
    });
    const controller = new AbortController();
    const stream = connection.stream('Watch', {}, { reconnect: true, signal: controller.signal });
    const reading = take(stream, 1).catch((error: unknown) => error);
    await server.whenAccepted(1);
    controller.abort();
    expect(await reading).toMatchObject({ code: 'ABORTED' });
    expect(await stream.report).toMatchObject({ ok: false, error: { code: 'ABORTED' } });
  });

  it('is given up when ten connections in a row bring nothing, after longer and longer waits', async () => {
    const clock = createFakeClock();
    const { server, connection } = await connect(
      (_request, response) => {
        response.writeHead(200, EVENTS).end(': nothing to tell\n\n');
        return true;
      },
      'GET',
      clock,
    );
    let ended = false;
    const reading = take(connection.stream('Watch', {}, { reconnect: true }), 1).finally(() => {
      ended = true;
    });
    while (!ended) {
      await new Promise(resolve => setImmediate(resolve));
      clock.advance(200);
    }
    expect(await reading).toEqual([]);
    expect(server.received).toHaveLength(11);
    // 3 s, 6 s, 12 s, 24 s and 30 s from then on.
    expect(clock.monotonicNow()).toBeGreaterThan(45_000 + 6 * 30_000);
  });

  it('is left at once when the engine closes while it waits', async () => {
    const { engine, connection } = await connect((_request, response) => {
      response.writeHead(200, EVENTS).end('retry: 60000\ndata: 1\n\n');
      return true;
    });
    const failure = failureOf(async () => {
      for await (const _ of connection.stream('Watch', {}, { reconnect: true })) {
        setImmediate(() => void engine.close());
      }
    });
    expect((await failure).code).toBe('ENGINE_CLOSED');
  });

  it('is asked for by GET only, and by an option only', async () => {
    const { connection } = await connect(() => false, 'POST');
    expect((await failureOf(() => connection.stream('Watch', {}, { reconnect: true }))).code).toBe(
      'OPTIONS_INVALID',
    );
    const { server, connection: plain } = await connect((_request, response) => {
      response.writeHead(200, EVENTS).end('retry: 1\ndata: 1\n\n');
      return true;
    });
    expect(await take(plain.stream('Watch'), 9)).toEqual([1]);
    expect(server.received).toHaveLength(1);
  });
});
