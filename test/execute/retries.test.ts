import { execFileSync } from 'node:child_process';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type ConnectionInput, createEngine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { startHttpServer, unusedPort } from '../support/loopback-server.ts';

type Config = Partial<ConnectionInput['config']>;
type Answer = (response: ServerResponse, nth: number, request: IncomingMessage) => void;

const open = async (config: Config, answer: Answer) => {
  const seen: IncomingMessage[] = [];
  const server = await startHttpServer((request, response) => {
    seen.push(request);
    request.resume().on('end', () => answer(response, seen.length, request));
  });
  const engine = createEngine();
  onTestFinished(async () => {
    await engine.close();
    await server.close();
  });
  const operations: ConnectionInput['operations'] = [
    { name: 'Get', config: { method: 'GET', path: '/get' }, outputs: { body: { value: 'body' } } },
    { name: 'Post', config: { method: 'POST', path: '/post', body: { raw: 'x' } } },
    { name: 'Watch', config: { method: 'GET', path: '/watch', streamResponse: true } },
  ];
  const document: ConnectionInput = { name: 'c', config: { baseUrl: server.origin, ...config }, operations };
  return { connection: engine.connection(document), engine, seen, server };
};

const busyOnce: Answer = (response, nth) =>
  nth === 1
    ? response.writeHead(429, { 'content-type': 'application/json' }).end('{"error":{"retry_in_ms":20}}')
    : response.end('done');

describe('a connection whose definition says nothing about retries', () => {
  test('sends nothing twice', async () => {
    const { connection, seen } = await open({}, response =>
      response.writeHead(503, { 'retry-after': '0' }).end(),
    );
    const report = await connection.execute('Get');
    expect([report.statusCode, seen.length]).toEqual([503, 1]);
    expect(report.attempts).toMatchObject([
      { statusCode: 503, reason: 'first', firstByteMs: expect.any(Number) },
    ]);
  });
});

describe('a connection that retries', () => {
  test('finds the wait in the answer, and reports every attempt', async () => {
    const retry = { waitFrom: 'body.error.retry_in_ms / 1000' };
    const { connection, seen } = await open({ retry }, busyOnce);
    const report = await connection.execute('Get');
    expect([report.outputs, seen.length]).toEqual([{ body: 'done' }, 2]);
    expect(report.attempts).toMatchObject([
      { statusCode: 429, reason: 'first', firstByteMs: expect.any(Number) },
      {
        statusCode: 200,
        reason: 'retry',
        wait: { source: 'body', waitMs: 20 },
        firstByteMs: expect.any(Number),
      },
    ]);
    expect(report.timings.totalMs).toBeGreaterThanOrEqual(20);
  });

  test('goes by the headers when the expression finds nothing', async () => {
    const retry = { waitFrom: 'body.no.such.field', baseDelayMs: 1 };
    const { connection } = await open({ retry }, busyOnce);
    const { attempts } = await connection.execute('Get');
    expect(attempts.map(({ wait }) => wait?.source)).toEqual([undefined, 'backoff']);
  });

  test('says why nothing followed', async () => {
    const { connection } = await open({ retry: { maxAttempts: 2, baseDelayMs: 1 } }, response =>
      response.writeHead(503).end(),
    );
    const [read, written] = [await connection.execute('Get'), await connection.execute('Post')];
    expect(read.attempts.map(({ notRetried }) => notRetried)).toEqual([undefined, 'attempts']);
    expect(written.attempts.map(({ notRetried }) => notRetried)).toEqual(['not-repeatable']);
  });

  test('reports the attempts of an execution that fails in the end', async () => {
    const { connection } = await open(
      { baseUrl: `http://127.0.0.1:${await unusedPort()}`, retry: { maxAttempts: 2, baseDelayMs: 1 } },
      response => response.end(),
    );
    expect((await failureOf(connection.execute('Post'))).report).toMatchObject({
      attempts: [
        { error: 'CONNECT_REFUSED', reason: 'first' },
        { error: 'CONNECT_REFUSED', reason: 'retry', wait: { source: 'backoff' }, notRetried: 'attempts' },
      ],
    });
  });

  test('retries a stream until it begins, and never after', async () => {
    const { connection, seen } = await open({ retry: { baseDelayMs: 1 } }, (response, nth) => {
      if (nth === 1) response.writeHead(503).end();
      else {
        response.write('piece');
        setImmediate(() => response.destroy());
      }
    });
    const stream = connection.stream('Watch');
    const events: unknown[] = [];
    const failure = await failureOf(async () => {
      for await (const event of stream) events.push(event);
    });
    expect([failure.stage, events.length, seen.length]).toEqual(['read', 1, 2]);
    expect((await stream.report).attempts.map(({ reason }) => reason)).toEqual(['first', 'retry']);
  });

  test('sends a token that is still valid after the wait', async () => {
    let tokens = 0;
    const auth: Config['auth'] = {
      authType: 'http_bearer_token',
      token: {
        operation: { method: 'POST', path: '/token' },
        tokenOutput: 'body.token',
        expirationOutput: '0.05',
      },
    };
    const { connection, seen } = await open(
      { auth, retry: { waitFrom: '0.1' } },
      (response, _nth, { url, headers }) => {
        response.setHeader('content-type', 'application/json');
        if (url === '/token') {
          tokens += 1;
          response.end(`{"token":"token-number-${tokens}"}`);
        } else if (headers.authorization?.endsWith('1')) response.writeHead(429).end('{}');
        else response.end('{}');
      },
    );
    const { attempts } = await connection.execute('Get');
    expect(seen.map(({ headers }) => headers.authorization)).toEqual([
      undefined,
      'Bearer token-number-1',
      undefined,
      'Bearer token-number-2',
    ]);
    expect(attempts.map(({ statusCode, reason }) => [statusCode, reason])).toEqual([
      [429, 'first'],
      [200, 'retry'],
    ]);
  });

  test('stops within 50 ms of the total time', async () => {
    const { connection } = await open({ retry: { baseDelayMs: 5 } }, (response, nth) => {
      // The second attempt is never answered.
      if (nth === 1) response.writeHead(503).end();
    });
    const startedAtMs = performance.now();
    const failure = await failureOf(connection.execute('Get', {}, { timeoutMs: 200 }));
    expect([failure.code, Math.max(0, performance.now() - startedAtMs - 250)]).toEqual([
      'DEADLINE_EXCEEDED',
      0,
    ]);
  });

  test('stops when the engine closes', async () => {
    const { connection, engine } = await open({ retry: {} }, response => {
      response.writeHead(503, { 'retry-after': '30' }).end();
      setImmediate(() => void engine.close());
    });
    expect((await failureOf(connection.execute('Get'))).code).toBe('ENGINE_CLOSED');
  });

  test('keeps the process alive while it waits, and not longer', async () => {
    const entry = new URL('../../src/index.ts', import.meta.url).href;
    const script = `
      const { createEngine } = await import('${entry}');
      const engine = createEngine();
      const connection = engine.connection({
        name: 'c',
        config: { baseUrl: 'http://127.0.0.1:${await unusedPort()}', retry: { maxAttempts: 3, baseDelayMs: 50 } },
        operations: [{ name: 'o', config: { method: 'GET', path: '/' } }],
      });
      const error = await connection.execute('o').catch(error => error);
      process.stdout.write(error.code + ' ' + error.report.attempts.length);`;
    const output = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
      encoding: 'utf8',
    });
    expect(output).toBe('CONNECT_REFUSED 3');
  });
});

describe('a wait in a definition', () => {
  test('is compiled with it', async () => {
    const failure = await failureOf(open({ retry: { waitFrom: 'body.' } }, () => undefined));
    expect(failure.issues.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['EXPRESSION_SYNTAX', '/config/retry/waitFrom'],
    ]);
  });
});
