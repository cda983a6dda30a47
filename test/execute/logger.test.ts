import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type ConnectionInput,
  createEngine,
  type Engine,
  type EngineOptions,
  type Logger,
} from '../../src/index.ts';
import { CANARY, holdsCanary } from '../proof/canary.ts';
import { faults } from '../proof/server-faults.ts';
import { createCannedTransport } from '../support/canned-transport.ts';
import { failureOf } from '../support/failure-of.ts';
import { startFaultServer } from '../support/loopback-server.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

type Line = Readonly<Record<string, unknown>> & { readonly level: number; readonly msg: string };

/** A real pino, and what it has written. */
function pinoOf(level = 'debug') {
  const written: string[] = [];
  const sink = new Writable({
    write(chunk, _, done) {
      written.push(String(chunk));
      done();
    },
  });
  const logger = pino({ level, base: null, timestamp: false }, sink);
  const lines = () => written.map(text => JSON.parse(text) as Line);
  const heads = () => lines().map(({ level: number, msg }) => `${logger.levels.labels[number]}: ${msg}`);
  return { logger, written, lines, heads };
}

function engineOf(options: EngineOptions): Engine {
  const engine = createEngine(options);
  open.push(engine);
  return engine;
}

async function startServer(): Promise<RecordingServer> {
  const server = await startRecordingServer();
  open.push(server);
  return server;
}

function definitionOf(baseUrl: string, config: object = {}): ConnectionInput {
  return {
    name: 'Acme',
    config: { baseUrl, headers: { 'X-Key': '<<Key>>' }, ...config },
    secrets: { Key: CANARY },
    operations: [
      {
        name: 'Get',
        config: { method: 'GET', path: 'a', params: { q: '<<Query>>' } },
        outputs: { found: { value: 'body.found.deeper' } },
      },
    ],
  };
}

describe('the logger of an engine', () => {
  it('gets one line for an answer of 2xx, without parameters and outputs', async () => {
    const server = await startServer();
    server.answerWith({ body: { found: { deeper: 'an output' } } });
    const { logger, lines, written } = pinoOf();
    await engineOf({ logger }).connection(definitionOf(server.origin)).execute('Get', { Query: 'a person' });
    expect(lines()).toEqual([
      {
        level: 20,
        msg: 'execution answered',
        connection: 'Acme',
        operation: 'Get',
        method: 'GET',
        url: `${server.origin}/a`,
        statusCode: 200,
        attempts: 1,
        redirects: 0,
        timings: expect.objectContaining({ totalMs: expect.any(Number) }),
      },
    ]);
    expect(written.join('')).not.toMatch(/person|an output/);
  });

  it('is told other answers as information, and diagnostics as warnings before them', async () => {
    const server = await startServer();
    server.answerWith({ status: 404, body: {} });
    const { logger, heads, lines } = pinoOf();
    await engineOf({ logger }).connection(definitionOf(server.origin)).execute('Get');
    expect(heads()).toEqual(['warn: execution has a diagnostic', 'info: execution answered']);
    expect(lines()[0]).toMatchObject({ operation: 'Get', diagnostic: { code: 'OUTPUT_FAILED' } });
  });

  it('is told each retry, with what came before it and how long it waited', async () => {
    const server = await startServer();
    let asked = 0;
    server.answerWith(() => {
      asked += 1;
      return asked < 3 ? { status: 503 } : { body: { found: { deeper: 1 } } };
    });
    const { logger, heads, lines } = pinoOf();
    const retry = { baseDelayMs: 1, maxDelayMs: 1 };
    await engineOf({ logger }).connection(definitionOf(server.origin, { retry })).execute('Get');
    expect(heads()).toEqual([
      'warn: request was sent again',
      'warn: request was sent again',
      'debug: execution answered',
    ]);
    expect(lines()[0]).toMatchObject({ attempt: 2, statusCode: 503, wait: { source: 'backoff' } });
  });

  it('is told of tokens, rejected ones and failures to get one', async () => {
    let tokens = 0;
    const { transport } = createCannedTransport(({ url, headers }) => {
      const json = [['content-type', 'application/json']] as const;
      if (url.endsWith('/token')) {
        tokens += 1;
        const body = tokens < 3 ? `{"token":"${CANARY.length}-token-${tokens}"}` : '{}';
        return { statusCode: tokens < 3 ? 200 : 500, headers: json, body };
      }
      const isFirst = headers.some(([, value]) => value.endsWith('-token-1'));
      return { statusCode: isFirst ? 401 : 200, headers: json, body: '{"found":{}}' };
    });
    const auth = {
      authType: 'http_bearer_token',
      token: { operation: { method: 'POST', path: 'token' }, tokenOutput: 'body.token' },
    };
    const { logger, heads, written } = pinoOf();
    const connection = engineOf({ logger, transport }).connection(definitionOf('https://a.test', { auth }));
    await connection.execute('Get');
    expect(heads()).toEqual([
      'debug: token renewing',
      'debug: token renewed',
      'warn: token rejected',
      'debug: token renewing',
      'debug: token renewed',
      'warn: credential was rejected and renewed',
      'debug: execution answered',
    ]);
    await connection.forgetToken();
    await failureOf(connection.execute('Get'));
    expect(heads().slice(-2)).toEqual(['warn: token backed off', 'error: execution failed']);
    expect(written.join('')).not.toContain('-token-');
  });

  it('is told how a connection test ended, and what a definition probably does not mean', async () => {
    const server = await startServer();
    const { logger, heads } = pinoOf();
    const operations = [
      { name: 'Odd', config: { method: 'GET', path: 'a' }, inputs: { unused: {} } },
    ] as const;
    const definition = { ...definitionOf(server.origin, { testPath: 'a' }), operations };
    const connection = engineOf({ logger }).connection(definition);
    await connection.test();
    server.answerWith({ status: 500 });
    await connection.test();
    expect(heads()).toEqual([
      'warn: connection has a diagnostic',
      'info: connection test passed',
      'error: connection test failed',
    ]);
  });

  it('is told that a stream ended, failed ones with their error', async () => {
    const server = await startServer();
    server.answerWith({ headers: { 'content-type': 'application/x-ndjson' }, body: '{"a":1}\nno json\n' });
    const { logger, heads, lines } = pinoOf();
    const operations = [
      { name: 'Watch', config: { method: 'GET', path: 'a', streamResponse: true } },
    ] as const;
    const connection = engineOf({ logger }).connection({ ...definitionOf(server.origin), operations });
    const watch = async () => {
      for await (const _ of connection.stream('Watch'));
    };
    await failureOf(watch());
    expect(heads()).toEqual(['error: execution failed']);
    expect(lines()[0]).toMatchObject({ operation: 'Watch', error: { code: 'BODY_MALFORMED' } });
  });

  it('costs no line of a level that is not enabled', async () => {
    const server = await startServer();
    server.answerWith({ body: { found: { deeper: 1 } } });
    const asked: string[] = [];
    const refuse = () => {
      throw new TypeError('a line was made');
    };
    const failures: unknown[] = [];
    const onFailure = (message: unknown) => void failures.push(message);
    subscribe('ferrule:logger:error', onFailure);
    const isLevelEnabled = (level: string) => {
      asked.push(level);
      return false;
    };
    const logger: Logger = { debug: refuse, info: refuse, warn: refuse, error: refuse, isLevelEnabled };
    await engineOf({ logger }).connection(definitionOf(server.origin)).execute('Get');
    unsubscribe('ferrule:logger:error', onFailure);
    expect(asked).toContain('debug');
    expect(failures).toEqual([]);
  });

  it.each([
    [
      'throws',
      () => {
        throw new TypeError('disk full');
      },
    ],
    ['rejects', () => Promise.reject(new TypeError('disk full'))],
  ])('breaks nothing when it %s, and that is published once', async (_, fail) => {
    const server = await startServer();
    server.answerWith({ body: { found: { deeper: 1 } } });
    const failures: unknown[] = [];
    const onFailure = (message: unknown) => void failures.push(message);
    subscribe('ferrule:logger:error', onFailure);
    const logger: Logger = { debug: fail, info: fail, warn: fail, error: fail };
    const connection = engineOf({ logger }).connection(definitionOf(server.origin));
    for (let times = 0; times < 3; times++) {
      expect((await connection.execute('Get')).outputs).toEqual({ found: 1 });
    }
    unsubscribe('ferrule:logger:error', onFailure);
    expect(failures).toEqual([{ error: expect.objectContaining({ message: 'disk full' }) }]);
  });

  it('is refused when it is none', async () => {
    const logger = { info: () => undefined } as unknown as Logger;
    expect(await failureOf(() => createEngine({ logger }))).toMatchObject({ code: 'OPTIONS_INVALID' });
  });
});

describe('no line holds a secret', () => {
  it.each(Object.entries(faults))('when a server %s', async (_, { fault }) => {
    await using server = await startFaultServer(fault);
    const { logger, written } = pinoOf();
    await using engine = createEngine({ logger });
    const auth = {
      authType: 'client_credentials',
      tokenUrl: `${server.origin}/token`,
      clientId: 'me',
      clientSecret: '<<Key>>',
    };
    const timeouts = { headersMs: 60, bodyIdleMs: 60 };
    for (const config of [{ timeouts }, { timeouts, auth }, { timeouts, testPath: '/<<Key>>' }]) {
      const connection = engine.connection(definitionOf(server.origin, config));
      await connection.execute('Get', { Query: 'x' }).catch(() => undefined);
      await connection.test();
    }
    expect(written.length).toBeGreaterThan(5);
    expect(holdsCanary(written.join('\n'))).toBe(false);
  });
});
