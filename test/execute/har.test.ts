import { expect, onTestFinished, test } from 'vitest';
import { type ConnectionInput, createEngine } from '../../src/index.ts';
import { MAX_WITNESSED_BYTES } from '../../src/transport/observation/witness.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer, startHttpServer } from '../support/loopback-server.ts';

const SECRET = 'sec/ret+5f2c81"d0';

const connect = (baseUrl: string, config: Partial<ConnectionInput['config']> = {}) => {
  const engine = createEngine();
  onTestFinished(() => engine.close());
  return engine.connection({
    name: 'c',
    config: { baseUrl, ...config },
    secrets: { Key: SECRET },
    operations: [
      {
        name: 'Ask',
        config: {
          method: 'POST',
          path: 'ask',
          params: { key: '<<Key>>', q: 'tea' },
          headers: { 'X-Key': '<<Key>>', 'Content-Type': 'application/json' },
          body: { raw: '{"key":"<<Key>>"}' },
          followRedirect: true,
        },
      },
      { name: 'Watch', config: { method: 'GET', path: 'watch', streamResponse: true } },
    ],
  });
};

const startEcho = () =>
  startHttpServer((request, response) => {
    if (request.url === '/end') {
      response.setHeader('set-cookie', 'session=abc123');
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ seen: SECRET }));
    } else response.writeHead(303, { location: '/end' }).end();
  });

test('an execution that asks for it reports every request and answer as an HTTP Archive', async () => {
  await using server = await startEcho();
  const { har } = await connect(server.origin).execute('Ask', {}, { har: true });
  expect([har?.log.version, har?.log.creator.name]).toEqual(['1.2', 'ferrule']);
  expect(har?.log.entries.map(({ request, response }) => [request.method, response.status])).toEqual([
    ['POST', 303],
    ['GET', 200],
  ]);
  const [first, second] = har?.log.entries ?? [];
  expect(first?.request).toMatchObject({
    url: `${server.origin}/ask?key=[secret]&q=tea`,
    queryString: [
      { name: 'key', value: '[secret]' },
      { name: 'q', value: 'tea' },
    ],
    postData: { mimeType: 'application/json', text: '{"key":"[secret]"}' },
  });
  expect(first?.response.redirectURL).toBe('/end');
  expect(second?.response.content).toEqual({
    size: Buffer.byteLength(JSON.stringify({ seen: SECRET })),
    mimeType: 'application/json',
    text: '{"seen":"[secret]"}',
  });
  expect(Number.isNaN(Date.parse(first?.startedDateTime ?? ''))).toBe(false);
});

test('no secret is in the archive, and no session that the server opened', async () => {
  await using server = await startEcho();
  const text = JSON.stringify(await connect(server.origin).execute('Ask', {}, { har: true }));
  expect(text).toContain('set-cookie');
  const forms = ['abc123', '5f2c81', Buffer.from(SECRET).toString('base64').slice(2, -4)];
  expect(forms.filter(form => text.includes(form))).toEqual([]);
});

test('retries stand in it one by one', async () => {
  let requests = 0;
  await using server = await startHttpServer((_request, response) => {
    requests += 1;
    response.writeHead(requests === 1 ? 503 : 200, { 'retry-after': '0' }).end();
  });
  const { har } = await connect(server.origin, { retry: {} }).execute('Ask', {}, { har: true });
  expect(har?.log.entries.map(({ response }) => response.status)).toEqual([503, 200]);
});

test('a request without an answer stands in the report of the failure, with its reason', async () => {
  await using server = await startFaultServer(socket => socket.destroy());
  const error = await failureOf(connect(server.origin).execute('Ask', {}, { har: true }));
  const har = JSON.parse(JSON.stringify(error.report)).har;
  expect(har.log.entries).toMatchObject([{ response: { status: 0, _error: 'CONNECTION_LOST' } }]);
});

test('a stream is counted whole and kept in part', async () => {
  const piece = Buffer.alloc(1024 * 1024, 'x');
  await using server = await startHttpServer((_request, response) => {
    response.setHeader('content-type', 'text/plain');
    for (let sent = 0; sent < 6; sent++) response.write(piece);
    response.end();
  });
  const stream = connect(server.origin).stream('Watch', {}, { har: true });
  for await (const _ of stream);
  const { har } = await stream.report;
  const content = har?.log.entries[0]?.response.content;
  expect([content?.size, content?.text?.length]).toEqual([6 * piece.length, MAX_WITNESSED_BYTES]);
});

test('an execution that does not ask has no archive', async () => {
  await using server = await startEcho();
  expect(await connect(server.origin).execute('Ask')).not.toHaveProperty('har');
});
