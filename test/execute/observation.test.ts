import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect, onTestFinished, test } from 'vitest';
import { type ConnectionInput, createEngine, type EngineOptions, type SpanLike } from '../../src/index.ts';
import { type Answerer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { unusedPort } from '../support/loopback-server.ts';

const SECRET = 'sec/ret+5f2c81"d0';

const open = async (
  answer: Answerer = () => false,
  options: EngineOptions = {},
  config: Partial<ConnectionInput['config']> = {},
) => {
  const server = await startEchoServer(answer);
  const engine = createEngine(options);
  onTestFinished(async () => {
    await engine.close();
    await server.close();
  });
  const connection = engine.connection({
    name: 'Directory',
    config: { baseUrl: server.origin, ...config },
    secrets: { Key: SECRET },
    operations: [
      {
        name: 'Ask',
        config: { method: 'GET', path: 'ask/<<Key>>', params: { k: '<<Key>>' }, headers: { k: '<<Key>>' } },
      },
      { name: 'Plain', config: { method: 'GET', path: 'plain', params: { a: 'b' }, followRedirect: true } },
      { name: 'Watch', config: { method: 'GET', path: 'watch', streamResponse: true } },
    ],
  });
  return { connection, server };
};

/** Everything published on the channels of `subject`, in order. */
const listen = (subject: 'execution' | 'request') => {
  const heard: { readonly name: string; readonly message: object }[] = [];
  for (const name of ['start', 'end', 'error']) {
    const channel = `ferrule:${subject}:${name}`;
    const listener = (message: unknown) => void heard.push({ name, message: message as object });
    subscribe(channel, listener);
    onTestFinished(() => void unsubscribe(channel, listener));
  }
  return heard;
};

test('an execution is published when it begins and when it ends, as one object with its report', async () => {
  const { connection } = await open();
  const heard = listen('execution');
  const report = await connection.execute('Ask');
  expect(heard.map(({ name }) => name)).toEqual(['start', 'end']);
  expect(heard[0]?.message).toBe(heard[1]?.message);
  expect(heard[1]?.message).toEqual({ connection: 'Directory', operation: 'Ask', report });
});

test('an execution that fails is published with its error, no secret in it', async () => {
  const { connection } = await open(() => false, {}, { baseUrl: `http://127.0.0.1:${await unusedPort()}` });
  const heard = listen('execution');
  const error = await failureOf(connection.execute('Ask'));
  expect(heard.map(({ name }) => name)).toEqual(['start', 'error']);
  expect(heard[1]?.message).toMatchObject({ operation: 'Ask', error: { code: 'CONNECT_REFUSED' } });
  expect(heard[1]?.message).toHaveProperty('report', error.report);
  expect(JSON.stringify(heard)).not.toContain('5f2c81');
});

test('a stream is published once, also when it is left early', async () => {
  const { connection } = await open((_request, response) => {
    response.write('piece');
    return true;
  });
  const heard = listen('execution');
  for await (const _ of connection.stream('Watch')) break;
  expect(heard.map(({ name }) => name)).toEqual(['start', 'end']);
});

test('every request on the wire is published without path, query and headers', async () => {
  const { connection, server } = await open((request, response) => {
    if (request.url !== '/plain?a=b') return false;
    response.writeHead(302, { location: '/end' }).end();
    return true;
  });
  const heard = listen('request');
  await connection.execute('Plain');
  await connection.execute('Ask');
  expect(heard.map(({ name }) => name)).toEqual(['start', 'end', 'start', 'end', 'start', 'end']);
  expect(heard.filter(({ name }) => name === 'end').map(({ message }) => message)).toEqual(
    [302, 200, 200].map((statusCode, nth) => ({
      method: 'GET',
      origin: server.origin,
      statusCode,
      durationMs: expect.any(Number),
      timings: expect.objectContaining({ connectionReused: nth > 0, firstByteMs: expect.any(Number) }),
    })),
  );
});

test('a request without an answer is published with the code of its error', async () => {
  const { connection } = await open(() => false, {}, { baseUrl: `http://127.0.0.1:${await unusedPort()}` });
  const heard = listen('request');
  await failureOf(connection.execute('Plain'));
  expect(heard[1]).toMatchObject({ name: 'error', message: { error: 'CONNECT_REFUSED' } });
});

interface Span {
  readonly name: string;
  readonly attributes: Record<string, string | number | boolean>;
  status?: number;
  ended: number;
}

/** A tracer that writes down its spans; the nth has the number n as its id. */
const createTracer = (traceId = 'a'.repeat(32)) => {
  const spans: Span[] = [];
  const startSpan = (
    name: string,
    { attributes }: { attributes: Record<string, string | number | boolean> },
  ): SpanLike => {
    const span: Span = { name, attributes, ended: 0 };
    spans.push(span);
    const spanId = String(spans.length).padStart(16, '0');
    return {
      spanContext: () => ({ traceId, spanId, traceFlags: 1, traceState: { serialize: () => 'v=1' } }),
      setAttribute: (key, value) => Object.assign(attributes, { [key]: value }),
      setStatus: ({ code }) => Object.assign(span, { status: code }),
      end: () => {
        span.ended += 1;
      },
    };
  };
  return { spans, startSpan };
};

test('each request is a client span by the conventions of OpenTelemetry, and carries its trace', async () => {
  const tracer = createTracer();
  const { connection, server } = await open(() => false, { tracer });
  await connection.execute('Plain');
  await connection.execute('Ask');
  const { headers } = server.received[0] ?? {};
  expect(headers?.['traceparent']).toBe(`00-${'a'.repeat(32)}-0000000000000001-01`);
  expect(headers?.['tracestate']).toBe('v=1');
  const common = {
    'http.request.method': 'GET',
    'server.address': '127.0.0.1',
    'server.port': server.port,
    'http.response.status_code': 200,
    'network.protocol.version': '1.1',
  };
  const opened = { 'ferrule.connection.reused': false, 'ferrule.connect.duration_ms': expect.any(Number) };
  const reused = { 'ferrule.connection.reused': true };
  expect(tracer.spans).toEqual([
    {
      name: 'GET',
      ended: 1,
      attributes: { ...common, ...opened, 'url.full': `${server.origin}/plain?REDACTED` },
    },
    {
      name: 'GET',
      ended: 1,
      attributes: { ...common, ...reused, 'url.full': `${server.origin}/REDACTED?REDACTED` },
    },
  ]);
});

test('an answer of 4xx or 5xx, and an error, mark their spans', async () => {
  const tracer = createTracer();
  const { connection } = await open(
    (_request, response) => {
      response.writeHead(503).end();
      return true;
    },
    { tracer },
  );
  await connection.execute('Plain');
  const port = await unusedPort();
  const other = await open(() => false, { tracer }, { baseUrl: `http://127.0.0.1:${port}` });
  await failureOf(other.connection.execute('Plain'));
  expect(
    tracer.spans.map(({ status, ended, attributes }) => [status, ended, attributes['error.type']]),
  ).toEqual([
    [2, 1, '503'],
    [2, 1, 'CONNECT_REFUSED'],
  ]);
});

test('a tracer that does nothing adds no header', async () => {
  const { connection, server } = await open(() => false, { tracer: createTracer('0'.repeat(32)) });
  await connection.execute('Plain');
  expect(server.received[0]?.headers).not.toHaveProperty('traceparent');
});
