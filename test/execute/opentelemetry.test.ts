import { context, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import {
  InMemorySpanExporter,
  NodeTracerProvider,
  type ReadableSpan,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-node';
import { afterAll, beforeEach, expect, onTestFinished, test } from 'vitest';
import { type ConnectionInput, createEngine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { unusedPort } from '../support/loopback-server.ts';
import { type Answer, type RecordedRequest, startRecordingServer } from '../support/recording-server.ts';

/** The real SDK, as a host program would set it up. */
const exporter = new InMemorySpanExporter();
const provider = new NodeTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
provider.register();
const tracer = trace.getTracer('ferrule-test');

const server = await startRecordingServer();
afterAll(async () => {
  await server.close();
  await provider.shutdown();
  trace.disable();
  context.disable();
});

beforeEach(() => {
  exporter.reset();
  server.reset();
});

const SECRET = 's3cr3t-d06ba3';

const connect = (config: Partial<ConnectionInput['config']> = {}) => {
  const engine = createEngine({ tracer });
  onTestFinished(() => engine.close());
  return engine.connection({
    name: 'Desk',
    config: { baseUrl: server.origin, ...config },
    secrets: { Key: SECRET },
    operations: [
      {
        name: 'Get',
        config: {
          method: 'GET',
          path: 'items/7',
          params: { key: '<<Key>>' },
          headers: { 'X-Key': '<<Key>>' },
          followRedirect: true,
        },
      },
      { name: 'Post', config: { method: 'POST', path: 'items', body: { raw: '{}' } } },
      { name: 'Watch', config: { method: 'GET', path: 'watch', streamResponse: true } },
    ],
  });
};

/** Spans that have ended, in the order in which they began. */
const spans = (): readonly ReadableSpan[] =>
  exporter.getFinishedSpans().toSorted((one, other) => startOf(one) - startOf(other));
const startOf = ({ startTime: [seconds, nanoseconds] }: ReadableSpan) => seconds * 1e9 + nanoseconds;

const traceparentOf = (request: RecordedRequest | undefined) => request?.header['traceparent'];
const toTraceparent = (span: ReadableSpan | undefined) =>
  `00-${span?.spanContext().traceId}-${span?.spanContext().spanId}-01`;

test('a request is a client span by the semantic conventions, a child of the caller, and carries its trace', async () => {
  const connection = connect();
  let parent: Span | undefined;
  await tracer.startActiveSpan('work', async span => {
    parent = span;
    await connection.execute('Get');
    span.end();
  });
  const span = spans().find(({ kind }) => kind === SpanKind.CLIENT);
  expect(span?.name).toBe('GET');
  expect(span?.status.code).toBe(SpanStatusCode.UNSET);
  expect(span?.attributes).toEqual({
    'http.request.method': 'GET',
    'url.full': `${server.origin}/items/7?REDACTED`,
    'server.address': '127.0.0.1',
    'server.port': server.port,
    'http.response.status_code': 200,
    'network.protocol.version': '1.1',
    'ferrule.connection.reused': false,
    'ferrule.connect.duration_ms': expect.any(Number),
  });
  expect(span?.parentSpanContext?.spanId).toBe(parent?.spanContext().spanId);
  expect(span?.spanContext().traceId).toBe(parent?.spanContext().traceId);
  expect(traceparentOf(server.last)).toBe(toTraceparent(span));
});

test('each hop of a redirect chain has a span of its own, numbered', async () => {
  server.answerWith(request =>
    request.url === '/end' ? { body: {} } : { status: 303, headers: { location: '/end' } },
  );
  await connect().execute('Get');
  expect(spans().map(({ attributes }) => attributes['http.response.status_code'])).toEqual([303, 200]);
  expect(spans().map(({ attributes }) => attributes['http.request.resend_count'])).toEqual([undefined, 1]);
  expect(server.requests.map(traceparentOf)).toEqual(spans().map(toTraceparent));
});

test('each attempt has a span of its own, numbered, and one that failed says why', async () => {
  const answers: Answer[] = [
    { status: 503, headers: { 'retry-after': '0' } },
    { status: 429, headers: { 'retry-after': '0' } },
    { body: {} },
  ];
  server.answerWith(() => answers.shift());
  await connect({ retry: { baseDelayMs: 1, maxDelayMs: 2 } }).execute('Get');
  expect(
    spans().map(({ attributes, status }) => [
      attributes['http.request.resend_count'],
      attributes['error.type'],
      status.code,
    ]),
  ).toEqual([
    [undefined, '503', SpanStatusCode.ERROR],
    [1, '429', SpanStatusCode.ERROR],
    [2, undefined, SpanStatusCode.UNSET],
  ]);
});

test('the request for a token is a span too, in the trace of the call that waited for it', async () => {
  server.answerWith(request =>
    request.url === '/token' ? { body: { access_token: 'at-5f2c81', token_type: 'Bearer' } } : { body: {} },
  );
  const auth = {
    authType: 'client_credentials',
    tokenUrl: `${server.origin}/token`,
    clientId: 'id',
    clientSecret: '<<Key>>',
  } as const;
  const connection = connect({ auth });
  await tracer.startActiveSpan('work', async span => {
    await connection.execute('Get');
    span.end();
  });
  const [work, token, get] = spans();
  expect([work?.name, token?.name, get?.name]).toEqual(['work', 'POST', 'GET']);
  expect(new Set(spans().map(span => span.spanContext().traceId)).size).toBe(1);
  expect(get?.attributes).not.toHaveProperty('http.request.resend_count');
});

test('a failure ends the span with the code of the error', async () => {
  await failureOf(connect({ baseUrl: `http://127.0.0.1:${await unusedPort()}` }).execute('Get'));
  expect(spans().map(({ attributes, status }) => [attributes['error.type'], status.code])).toEqual([
    ['CONNECT_REFUSED', SpanStatusCode.ERROR],
  ]);
});

test('an abort before the answer ends the span', async () => {
  const leaving = new AbortController();
  server.answerWith(() => {
    leaving.abort();
    return undefined;
  });
  const error = await failureOf(connect().execute('Get', {}, { signal: leaving.signal }));
  expect(error.code).toBe('ABORTED');
  expect(spans().map(({ attributes }) => attributes['error.type'])).toEqual(['ABORTED']);
});

test('a body that breaks off is an error of the span that had its head', async () => {
  server.answerWith((_request, response) => {
    response.writeHead(200, { 'content-length': '100' });
    response.write('part', () => response.socket?.destroy());
    return undefined;
  });
  const error = await failureOf(connect().execute('Post'));
  const [span] = spans();
  expect(span?.attributes).toMatchObject({ 'http.response.status_code': 200, 'error.type': error.code });
  expect(span?.status.code).toBe(SpanStatusCode.ERROR);
});

test('a stream that is left early ends its span, without an error', async () => {
  server.answerWith((_request, response) => {
    response.write('piece');
    return undefined;
  });
  for await (const _ of connect().stream('Watch')) {
    expect(spans()).toEqual([]);
    break;
  }
  expect(spans().map(({ status }) => status.code)).toEqual([SpanStatusCode.UNSET]);
});

test('a stream that is read to its end ends its span then', async () => {
  server.answerWith({ body: 'one\ntwo', headers: { 'content-type': 'text/plain' } });
  for await (const _ of connect().stream('Watch')) expect(spans()).toEqual([]);
  expect(spans().length).toBe(1);
});

test('no secret is in a span', async () => {
  await connect().execute('Get');
  const [span] = spans();
  expect(JSON.stringify([span?.name, span?.attributes, span?.events, span?.status])).not.toContain('d06ba3');
});
