import type { Socket } from 'node:net';
import { setTimeout as after } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AuthInput, HttpConnectionConfigInput } from '../../src/definition/definition-input.ts';
import { createEngine, FerruleError } from '../../src/index.ts';
import type { UndiciTransportOptions } from '../../src/transport/wire/undici-transport.ts';
import { type LoopbackServer, startFaultServer, startTcpServer } from '../support/loopback-server.ts';
import { adapters, type CreateAdapter } from './adapters.ts';
import { startFullBacklog } from './full-backlog.ts';

const TOTAL_MS = 250;
const ABORT_MS = 100;
/** How late an end may come, compared to a timer of the same length in the same process. */
const SLACK_MS = 50;

/** Writes `text` to the socket every `everyMs` until the socket closes. */
function drip(socket: Socket, text: string, everyMs: number): void {
  const timer = setInterval(() => socket.write(text), everyMs);
  socket.once('close', () => clearInterval(timer));
}

const head = 'HTTP/1.1 200 OK\r\n';

interface Scenario {
  /** Where the request goes: a server that misbehaves, or a URL. */
  readonly start: () => Promise<Pick<LoopbackServer, 'close' | 'port'> & Partial<LoopbackServer>>;
  readonly baseUrl?: (port: number) => string;
  readonly lookup?: UndiciTransportOptions['lookup'];
  readonly auth?: (origin: string) => AuthInput;
  readonly config?: Partial<HttpConnectionConfigInput>;
}

const faulty = (misbehave: (socket: Socket) => void) => () => startFaultServer(socket => misbehave(socket));

const scenarios: Readonly<Record<string, Scenario>> = {
  'a resolver that hangs': {
    start: faulty(() => undefined),
    baseUrl: port => `http://api.acme.test:${port}`,
    lookup: () => undefined,
  },
  'a connection that hangs': { start: startFullBacklog },
  'a TLS handshake that stalls': {
    start: () => startTcpServer(() => undefined),
    baseUrl: port => `https://127.0.0.1:${port}`,
  },
  'no answer': { start: faulty(() => undefined) },
  'a head that drips': {
    start: faulty(socket => {
      socket.write(head);
      drip(socket, 'x-drip: 1\r\n', 10);
    }),
  },
  'a body that drips': {
    start: faulty(socket => {
      socket.write(`${head}content-length: 9999\r\n\r\n`);
      drip(socket, '.', 10);
    }),
  },
  'informational answers without end': {
    start: faulty(socket => drip(socket, 'HTTP/1.1 103 Early Hints\r\n\r\n', 20)),
  },
  'redirects without end': {
    start: faulty(socket => {
      setTimeout(() => {
        socket.write('HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 0\r\n\r\n');
      }, 15);
    }),
  },
  'a retry whose answer hangs': {
    start: () => {
      let asked = 0;
      return startFaultServer(socket => {
        asked += 1;
        if (asked === 1) socket.write('HTTP/1.1 503 Unavailable\r\ncontent-length: 0\r\n\r\n');
      });
    },
    config: { retry: { baseDelayMs: 1 } },
  },
  'a token endpoint that hangs': {
    start: faulty(() => undefined),
    auth: origin => ({
      authType: 'client_credentials',
      tokenUrl: `${origin}/token`,
      clientId: 'me',
      clientSecret: 'secret',
    }),
  },
};

async function run(
  create: CreateAdapter,
  scenario: Scenario,
  options: { readonly signal?: AbortSignal; readonly timeoutMs?: number },
) {
  const server = await scenario.start();
  const transport = create(scenario.lookup === undefined ? {} : { lookup: scenario.lookup });
  const engine = createEngine({ transport });
  const origin = scenario.baseUrl?.(server.port) ?? `http://127.0.0.1:${server.port}`;
  const connection = engine.connection({
    name: 'Acme',
    config: {
      baseUrl: origin,
      auth: scenario.auth?.(origin) ?? null,
      redirect: { maxRedirects: 50 },
      ...scenario.config,
    },
    operations: [{ name: 'Go', config: { method: 'GET', path: '/', followRedirect: true } }],
  });
  const startedAtMs = performance.now();
  const elapsed = () => performance.now() - startedAtMs;
  const dueMs = options.timeoutMs ?? ABORT_MS;
  const timer = after(dueMs).then(elapsed);
  const outcome = await connection.execute('Go', {}, options).catch((error: unknown) => error);
  const tookMs = elapsed();
  const lateMs = tookMs - Math.max(dueMs, await timer);
  const releasesOwnRequest = scenario.auth === undefined;
  // A token request is shared by all callers, so that it outlives this one.
  if (releasesOwnRequest) await server.whenOpen?.(0);
  await engine.close();
  await transport.close();
  await server.close();
  return { code: outcome instanceof FerruleError ? outcome.code : 'answered', tookMs, lateMs };
}

// What is loaded at the first call is not part of a deadline.
describe.each(adapters)('over %s,', (_adapter, create) => {
  beforeAll(() => run(create, { start: faulty(socket => socket.end(`${head}\r\n`)) }, {}));

  describe.each(Object.entries(scenarios))('%s', (_, scenario) => {
    // A busy machine may be late once; a deadline that does not hold is late every time.
    it('ends at the deadline, and its socket is closed', { retry: 2 }, async () => {
      const { code, tookMs, lateMs } = await run(create, scenario, { timeoutMs: TOTAL_MS });
      expect(code).toBe('DEADLINE_EXCEEDED');
      expect(tookMs).toBeGreaterThan(TOTAL_MS - 5);
      expect(lateMs).toBeLessThan(SLACK_MS);
    });

    it('ends when the caller aborts, and its socket is closed', { retry: 2 }, async () => {
      const { code, lateMs } = await run(create, scenario, { signal: AbortSignal.timeout(ABORT_MS) });
      expect(code).toBe('ABORTED');
      expect(lateMs).toBeLessThan(SLACK_MS);
    });
  });
});

describe('a stream', () => {
  let server: LoopbackServer;
  beforeAll(async () => {
    server = await startFaultServer(socket => {
      const stop = 'transfer-encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n';
      socket.write(`${head}content-type: text/event-stream\r\n${stop}`);
    });
  });
  afterAll(() => server.close());

  it('whose server stalls ends after bodyIdleMs, however slow its reader is', { retry: 2 }, async () => {
    await using engine = createEngine();
    const connection = engine.connection({
      name: 'Acme',
      config: { baseUrl: server.origin, timeouts: { bodyIdleMs: TOTAL_MS } },
      operations: [{ name: 'Go', config: { method: 'GET', path: '/', streamResponse: true } }],
    });
    const startedAtMs = performance.now();
    const read = async () => {
      for await (const _ of connection.stream('Go')) await after(60);
    };
    const outcome = await read().catch((error: unknown) => error);
    expect(outcome).toMatchObject({ code: 'BODY_TIMEOUT' });
    expect(performance.now() - startedAtMs).toBeLessThan(TOTAL_MS + SLACK_MS + 20);
    await server.whenOpen(0);
  });
});
