import { expect, onTestFinished, test } from 'vitest';
import { type ConnectionInput, createEngine, createReplayTransport, type Har } from '../../src/index.ts';
import { startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer } from '../support/loopback-server.ts';

const definition = (baseUrl: string, secret = 'first-5f2c81'): ConnectionInput => ({
  name: 'c',
  config: { baseUrl },
  secrets: { Key: secret },
  operations: [
    {
      name: 'Ask',
      config: {
        method: 'POST',
        path: 'ask',
        params: { key: '<<Key>>', q: '<<Q>>' },
        body: { raw: '{"q":"<<Q>>","key":"<<Key>>"}' },
        followRedirect: true,
      },
      outputs: { answer: { value: 'body?.body' } },
    },
  ],
});

const replaying = (document: ConnectionInput, ...recordings: readonly Har[]) => {
  const engine = createEngine({ transport: createReplayTransport(...recordings) });
  onTestFinished(() => engine.close());
  return engine.connection(document);
};

const record = async (baseUrl: string, q: string): Promise<Har> => {
  await using engine = createEngine();
  const { har } = await engine.connection(definition(baseUrl)).execute('Ask', { Q: q }, { har: true });
  if (har === undefined) throw new TypeError('expected an archive');
  return JSON.parse(JSON.stringify(har));
};

test('a recording answers the same request without a socket, also under another secret', async () => {
  await using server = await startEchoServer();
  const har = await record(server.origin, 'tea');
  await server.close();
  const connection = replaying(definition(server.origin, 'second-d06ba3'), har);
  const { outputs } = await connection.execute('Ask', { Q: 'tea' });
  expect(outputs).toEqual({ answer: '{"q":"tea","key":"[secret]"}' });
});

test('redirects are replayed step by step', async () => {
  await using server = await startEchoServer((request, response) => {
    if (!request.url.startsWith('/ask')) return false;
    response.writeHead(303, { location: '/end' }).end();
    return true;
  });
  const har = await record(server.origin, 'tea');
  const report = await replaying(definition(server.origin), har).execute('Ask', { Q: 'tea' });
  expect([report.statusCode, report.redirects.length]).toEqual([200, 1]);
});

test('equal requests get their answers in the order recorded, and then there is none left', async () => {
  let count = 0;
  await using server = await startEchoServer((_request, response) => {
    count += 1;
    response.writeHead(200, { 'content-type': 'application/json' }).end(`{"body":${count}}`);
    return true;
  });
  const recordings = [await record(server.origin, 'tea'), await record(server.origin, 'tea')];
  const connection = replaying(definition(server.origin), ...recordings);
  const first = await connection.execute('Ask', { Q: 'tea' });
  const second = await connection.execute('Ask', { Q: 'tea' });
  expect([first.outputs, second.outputs]).toEqual([{ answer: 1 }, { answer: 2 }]);
  expect((await failureOf(connection.execute('Ask', { Q: 'tea' }))).code).toBe('REPLAY_MISSED');
});

test('a request with another body or URL is not answered, and its secret not told', async () => {
  await using server = await startEchoServer();
  const har = await record(server.origin, 'tea');
  const error = await failureOf(replaying(definition(server.origin), har).execute('Ask', { Q: 'milk' }));
  expect([error.code, error.details['recordedLeft']]).toEqual(['REPLAY_MISSED', 1]);
  expect(JSON.stringify(error)).not.toContain('5f2c81');
});

test('a request that had no answer has none again', async () => {
  await using server = await startFaultServer(socket => socket.destroy());
  await using engine = createEngine();
  const connection = engine.connection(definition(server.origin));
  const { report } = await failureOf(connection.execute('Ask', { Q: 'tea' }, { har: true }));
  const { har } = report as { readonly har: Har };
  const error = await failureOf(replaying(definition(server.origin), har).execute('Ask', { Q: 'tea' }));
  expect([error.code, error.details['recorded']]).toEqual(['CONNECTION_LOST', 'CONNECTION_LOST']);
});

test('an answer whose body the recording does not hold is missed, not replayed as empty', async () => {
  await using server = await startEchoServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'image/png' }).end(Buffer.from([137, 80, 78, 71]));
    return true;
  });
  const har = await record(server.origin, 'tea');
  const error = await failureOf(replaying(definition(server.origin), har).execute('Ask', { Q: 'tea' }));
  expect(error.code).toBe('REPLAY_MISSED');
});
