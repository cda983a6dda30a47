import http2 from 'node:http2';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import type { FerruleError } from '../../src/errors/ferrule-error.ts';
import { createTransport } from '../../src/transport/create-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { type FrameConnection, startFrameServer } from '../support/http2-frames.ts';
import { textOf } from '../support/send-context.ts';
import { createTestAuthority } from '../support/test-authority.ts';

const authority = createTestAuthority();
const issued = authority.issue({ hosts: ['127.0.0.1'] });

const open = () => {
  const transport = createTransport({ http2: true, tls: { caCert: authority.cert } });
  onTestFinished(() => transport.close());
  return transport;
};

/** Answers the first request, and gives every later one to `misbehave` with its number, from 2 on. */
const startServer = async (
  misbehave: (connection: FrameConnection, streamId: number, nth: number) => void,
) => {
  const heads: string[] = [];
  const server = await startFrameServer(issued, (connection, streamId) => {
    heads.push(`${connection.nth}:${streamId}`);
    if (heads.length === 1) connection.answer(streamId, 'first');
    else misbehave(connection, streamId, heads.length);
  });
  onTestFinished(() => server.close());
  const transport = open();
  await textOf((await transport.send({ url: server.origin })).body);
  const send = (method: string) =>
    transport.send({ method, url: server.origin, ...(method === 'GET' ? {} : { body: 'x' }) });
  return { send, heads };
};

const NO_ERROR = 0;
const PROTOCOL_ERROR = 1;
const INTERNAL_ERROR = 2;
const REFUSED_STREAM = 7;
const CANCEL = 8;
const ENHANCE_YOUR_CALM = 11;

test.each(['GET', 'POST', 'PATCH'])(
  'a %s that a GOAWAY declares unprocessed goes out again on a new connection',
  async method => {
    const { send, heads } = await startServer((connection, streamId, nth) => {
      if (nth === 2) connection.goAway(1);
      else connection.answer(streamId, 'again');
    });
    const { body, timings } = await send(method);
    expect(await textOf(body)).toBe('again');
    expect(heads).toEqual(['1:1', '1:3', '2:1']);
    expect(timings?.connectionReused).toBe(false);
  },
);

test('of many requests under way, a GOAWAY repeats those it takes back, each once, and no other', async () => {
  const { send, heads } = await startServer((connection, streamId, nth) => {
    if (connection.nth > 1) connection.answer(streamId, 'new');
    // Streams 3 to 11 have begun.
    if (nth !== 6) return;
    connection.goAway(5);
    connection.answer(3, 'old');
    connection.answer(5, 'old');
  });
  const answers = await Promise.all(Array.from({ length: 5 }, async () => textOf((await send('POST')).body)));
  expect(answers).toEqual(['old', 'old', 'new', 'new', 'new']);
  expect(heads).toEqual(['1:1', '1:3', '1:5', '1:7', '1:9', '1:11', '2:1', '2:3', '2:5']);
});

test('when a connection ends after its GOAWAY, what it took back goes out again nevertheless', async () => {
  const old = Promise.withResolvers<FrameConnection>();
  const { send } = await startServer((connection, streamId, nth) => {
    if (connection.nth > 1) connection.answer(streamId, 'repeated');
    // Streams 3, 5 and 7 have begun.
    if (nth !== 4) return;
    connection.goAway(5);
    connection.answer(3, 'kept');
    old.resolve(connection);
  });
  const endings = Array.from({ length: 3 }, () =>
    send('GET').then(
      ({ body }) => textOf(body),
      (error: FerruleError) => error.code,
    ),
  );
  await endings[0];
  (await old.promise).close();
  expect(await Promise.all(endings)).toEqual(['kept', 'CONNECTION_LOST', 'repeated']);
});

test.each(['GET', 'POST', 'PATCH'])('a %s whose stream is refused goes out again', async method => {
  const { send, heads } = await startServer((connection, streamId, nth) => {
    if (nth === 2) connection.reset(streamId, REFUSED_STREAM);
    else connection.answer(streamId, 'again');
  });
  const { body, timings } = await send(method);
  expect(await textOf(body)).toBe('again');
  expect(heads).toEqual(['1:1', '1:3', '1:5']);
  expect(timings?.connectionReused).toBe(true);
});

test.each([
  ['GOAWAY', (connection: FrameConnection) => connection.goAway(0)],
  ['REFUSED_STREAM', (connection: FrameConnection, id: number) => connection.reset(id, REFUSED_STREAM)],
])(
  'a server that refuses by %s again is left alone, and the error says that nothing was processed',
  async (_, refuse) => {
    const { send, heads } = await startServer(refuse);
    const error = await failureOf(send('POST'));
    expect([error.code, error.retryable, error.details['requestSent']]).toEqual([
      'CONNECTION_LOST',
      true,
      false,
    ]);
    expect(heads.length).toBe(3);
  },
);

test('what a GOAWAY does not take back is answered on the old connection', async () => {
  const { send, heads } = await startServer((connection, streamId) => {
    connection.goAway(streamId);
    connection.answer(streamId, 'still here');
  });
  expect(await textOf((await send('POST')).body)).toBe('still here');
  expect(await textOf((await send('POST')).body)).toBe('still here');
  expect(heads).toEqual(['1:1', '1:3', '2:1']);
});

test.each([
  [INTERNAL_ERROR, 'CONNECTION_LOST', true],
  [CANCEL, 'CONNECTION_LOST', true],
  [ENHANCE_YOUR_CALM, 'CONNECTION_LOST', true],
  [PROTOCOL_ERROR, 'PROTOCOL_ERROR', false],
])('a stream that ends with code %i before its answer is %s', async (code, expected, retryable) => {
  const { send, heads } = await startServer((connection, streamId) => connection.reset(streamId, code));
  const error = await failureOf(send('POST'));
  expect([error.code, error.retryable, error.details['requestSent']]).toEqual([expected, retryable, true]);
  expect(heads).toEqual(['1:1', '1:3']);
});

test('a stream that is reset in the middle of its body is no whole body', async () => {
  const { send } = await startServer((connection, streamId) => {
    connection.answer(streamId, 'part', false);
    connection.reset(streamId, INTERNAL_ERROR);
  });
  const error = await failureOf(send('GET').then(({ body }) => body.bytes()));
  expect([error.code, error.stage]).toEqual(['CONNECTION_LOST', 'read']);
});

test.each([NO_ERROR, CANCEL])(
  'a stream that is reset with code %i in the middle of its body is noticed by the announced length',
  async code => {
    const { send } = await startServer((connection, streamId) => {
      connection.answer(streamId, 'part', false, 100);
      connection.reset(streamId, code);
    });
    const error = await failureOf(send('GET').then(({ body }) => body.bytes()));
    expect([error.code, error.stage]).toEqual(['BODY_TRUNCATED', 'read']);
  },
);

// Node ends such a stream like a whole one, and undici does not ask why. The documentation names this limit.
test.each([NO_ERROR, CANCEL])(
  'a stream that is reset with code %i in the middle of a body of unknown length passes for whole',
  async code => {
    const { send } = await startServer((connection, streamId) => {
      connection.answer(streamId, 'part', false);
      connection.reset(streamId, code);
    });
    expect(await textOf((await send('GET')).body)).toBe('part');
  },
);

test('a connection that closes in the middle of a body is no whole body', async () => {
  const { send } = await startServer((connection, streamId) => {
    connection.answer(streamId, 'part', false);
    connection.close();
  });
  const error = await failureOf(send('GET').then(({ body }) => body.bytes()));
  expect(['CONNECTION_LOST', 'BODY_TRUNCATED']).toContain(error.code);
});

test('informational answers are passed over, a 100 Continue that nobody asked for too', async () => {
  const { send } = await startServer((connection, streamId) => {
    connection.inform(streamId, 100);
    connection.inform(streamId, 103);
    connection.answer(streamId, 'real');
  });
  expect(await textOf((await send('POST')).body)).toBe('real');
});

test('repeated headers come joined or one by one, in the place of the first', async () => {
  const server = http2.createSecureServer({ cert: issued.chain, key: issued.key });
  server.on('stream', stream => {
    stream.respond({ ':status': 200, 'x-b': ['1', '2'], 'x-a': 'z', 'set-cookie': ['a=1', 'b=2'] });
    stream.end();
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => new Promise<void>(resolve => void server.close(() => resolve())));
  const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  const { headers, body, httpVersion } = await open().send({ url });
  await body.bytes();
  expect(headers.slice(0, 4)).toEqual([
    ['x-b', '1, 2'],
    ['x-a', 'z'],
    ['set-cookie', 'a=1'],
    ['set-cookie', 'b=2'],
  ]);
  expect(httpVersion).toBe('2');
});
