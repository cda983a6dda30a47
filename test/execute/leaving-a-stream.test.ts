import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type OperationStream } from '../../src/index.ts';
import { startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

/** A server that answers with one event and then keeps silent, or does not answer at all. */
async function watch({ answers = true, signal }: { answers?: boolean; signal?: AbortSignal } = {}) {
  const server = await startEchoServer((_request, response) => {
    if (answers) {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"n":1}\n\n');
    }
    return true;
  });
  const engine = createEngine();
  open.push(engine, server);
  const connection = engine.connection({
    name: 'Acme',
    config: { baseUrl: server.origin },
    operations: [{ name: 'Watch', config: { method: 'GET', path: 'watch', streamResponse: true } }],
  });
  const stream: OperationStream = connection.stream('Watch', {}, signal === undefined ? {} : { signal });
  return { server, stream, events: stream[Symbol.asyncIterator]() };
}

describe('leaving a stream', () => {
  it('ends a wait for the next event at once and closes the socket', async () => {
    const { server, stream, events } = await watch();
    expect((await events.next()).done).toBe(false);
    const waiting = events.next();
    await events.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await server.whenOpen(0);
    expect(await stream.report).toMatchObject({ ok: true, statusCode: 200 });
  });

  it('ends a wait for the answer', async () => {
    const { server, stream, events } = await watch({ answers: false, signal: new AbortController().signal });
    const waiting = events.next();
    await server.whenAccepted(1);
    await events.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await server.whenOpen(0);
    expect(await stream.report).toMatchObject({ ok: false, statusCode: 0 });
  });

  it('before it began sends nothing and settles the report', async () => {
    const { server, stream, events } = await watch();
    await events.return?.();
    expect(await stream.report).toMatchObject({ ok: false });
    expect(server.connectionCount).toBe(0);
    expect(await events.next()).toEqual({ done: true, value: undefined });
  });

  it('still tells who aborts by a signal of his own that he did', async () => {
    const controller = new AbortController();
    const { events } = await watch({ signal: controller.signal });
    await events.next();
    const waiting = failureOf(events.next());
    controller.abort();
    expect((await waiting).code).toBe('ABORTED');
  });
});
