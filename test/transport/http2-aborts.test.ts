import { expect, onTestFinished, test } from 'vitest';
import { createTransport } from '../../src/transport/create-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { type FrameConnection, startFrameServer } from '../support/http2-frames.ts';
import { textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const authority = createTestAuthority();
const issued = authority.issue({ hosts: ['127.0.0.1'] });

const CANCEL = 8;

/** A server that answers a GET and lets a POST wait. The client may send 65,535 bytes of a body at first. */
async function start() {
  const begun = Promise.withResolvers<FrameConnection>();
  const reset = Promise.withResolvers<[streamId: number, code: number]>();
  const server = await startFrameServer(
    issued,
    (connection, streamId) => {
      if (posting) begun.resolve(connection);
      else connection.answer(streamId, 'here');
    },
    { onReset: (_connection, streamId, code) => reset.resolve([streamId, code]) },
  );
  onTestFinished(() => server.close());
  const transport = createTransport({ http2: true, tls: { caCert: authority.cert } });
  onTestFinished(() => transport.close());
  let posting = false;
  const get = async () => {
    posting = false;
    return textOf((await transport.send({ url: server.origin })).body);
  };
  const post = (body: string, signal: AbortSignal) => {
    posting = true;
    return transport.send({ url: server.origin, method: 'POST', body, signal });
  };
  await get();
  return { get, post, begun: begun.promise, reset: reset.promise };
}

// Node would otherwise keep the stream, which counts against the server's limit, and fill the memory with empty frames
// for it, in a loop that nothing can leave, once the server allows the rest of the body.
test('a request that is aborted while its body is on its way has its stream reset, and its connection goes on', async () => {
  const { get, post, begun, reset } = await start();
  const leaving = new AbortController();
  const failure = failureOf(post('x'.repeat(200_000), leaving.signal));
  const connection = await begun;
  leaving.abort();
  expect((await failure).code).toBe('ABORTED');
  expect(await reset).toEqual([3, CANCEL]);
  connection.openWindow(3, 1_000_000);
  expect(await get()).toBe('here');
});

test('a request with a body that is aborted before it has left has its stream reset as well', async () => {
  const { get, post, reset } = await start();
  const leaving = new AbortController();
  const failure = failureOf(post('x', leaving.signal));
  leaving.abort();
  expect((await failure).code).toBe('ABORTED');
  expect(await get()).toBe('here');
  expect(await reset).toEqual([3, CANCEL]);
});
