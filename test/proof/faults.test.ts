import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { errorCodes } from '../../src/errors/error-codes.ts';
import { createEngine, type Engine, FerruleError } from '../../src/index.ts';
import type { Transport } from '../../src/transport/transport.ts';
import { startFaultServer, unusedPort } from '../support/loopback-server.ts';
import { adapters } from './adapters.ts';
import { CANARY, holdsCanary } from './canary.ts';
import { faults, head, oneLine } from './server-faults.ts';

const kinds = ['GET', 'POST', 'stream'] as const;
type Kind = (typeof kinds)[number];

/** Short for the wait that a fault is about, and beyond what a busy machine takes for all others. */
function timeoutsFor(codes: readonly string[]) {
  return {
    headersMs: codes.includes('HEADERS_TIMEOUT') ? 120 : 10_000,
    bodyIdleMs: codes.includes('BODY_TIMEOUT') ? 60 : 10_000,
  };
}

function connect(engine: Engine, origin: string, kind: Kind, codes: readonly string[] = []) {
  return engine.connection({
    name: 'Acme',
    config: {
      baseUrl: origin,
      headers: { 'X-Key': '<<Key>>' },
      params: { key: '<<Key>>' },
      auth: { authType: 'basic', username: 'robot', password: '<<Key>>' },
      timeouts: timeoutsFor(codes),
    },
    secrets: { Key: CANARY },
    operations: [
      {
        name: 'Go',
        config: {
          method: kind === 'POST' ? 'POST' : 'GET',
          path: '/<<Key>>',
          followRedirect: true,
          streamResponse: kind === 'stream',
          ...(kind === 'POST'
            ? {
                body: { bodyType: 'www_form_urlencoded', form: { key: '<<Key>>', text: '<h1><<Key>></h1>' } },
              }
            : {}),
        },
      },
    ],
  });
}

async function go(engine: Engine, origin: string, kind: Kind, codes: readonly string[]): Promise<unknown> {
  const connection = connect(engine, origin, kind, codes);
  try {
    if (kind !== 'stream') return await connection.execute('Go', {}, { debug: true });
    for await (const _ of connection.stream('Go', {}, { debug: true }));
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Everything a log, a debugger or a crash report would show of an error. */
function allOf(error: Error): string {
  const texts: string[] = [];
  for (let each: unknown = error; each instanceof Error; each = each.cause) {
    const shown = inspect(each, { depth: 20, showHidden: true, maxStringLength: Number.POSITIVE_INFINITY });
    texts.push(each.message, each.stack ?? '', String(each), JSON.stringify(each), shown);
    if (each instanceof FerruleError) texts.push(JSON.stringify(each.report) ?? '', each.hint);
  }
  return texts.join('\n');
}

/** A stream reads no JSON document here, so what breaks off is met in other words. */
function laxer(codes: readonly string[]): readonly string[] {
  return codes.includes('BODY_MALFORMED') ? ['answer'] : [];
}

function openEngine(create: () => Transport): Engine {
  const transport = create();
  const engine = createEngine({ transport });
  const close = async () => {
    await engine.close();
    await transport.close();
  };
  return { ...engine, close, [Symbol.asyncDispose]: close };
}

describe.each(adapters)('over %s,', (_adapter, create) => {
  describe.each(kinds)('a server that, asked by %s,', kind => {
    it.each(Object.entries(faults))('%s gives a typed error and no secret', async (_, { fault, codes }) => {
      for (const warm of [false, true]) {
        const seen: string[] = [];
        await using server = await startFaultServer((socket, received) => {
          seen.push(received);
          if (warm && seen.length === 1) socket.write(`${head}content-length: 2\r\n\r\n{}`);
          else fault(socket, received);
        });
        await using engine = openEngine(create);
        if (warm) await go(engine, server.origin, kind, codes);
        const outcome = await go(engine, server.origin, kind, codes);
        if (codes.includes('answer')) {
          expect(outcome).not.toBeInstanceOf(Error);
        } else {
          const expected = kind === 'stream' ? [...codes, ...laxer(codes)] : codes;
          if (!(outcome instanceof FerruleError)) throw new TypeError(`expected ${codes}, but it answered`);
          expect(expected).toContain(outcome.code);
          expect(['send', 'read']).toContain(outcome.stage);
          expect(outcome.retryable).toBe(errorCodes[outcome.code].retryable);
          expect(outcome.report).toMatchObject({ ok: false, error: { code: outcome.code } });
          expect(holdsCanary(allOf(outcome))).toBe(false);
        }
        const asked = seen.length - (warm ? 1 : 0);
        // Only what does no harm is asked again, and only on a socket that was in use before.
        expect(asked).toBeLessThanOrEqual(warm && kind !== 'POST' ? 2 : 1);
        expect(seen.every(received => holdsCanary(received))).toBe(true);
      }
    });

    it('is not there at all gives a typed error and no secret', async () => {
      await using engine = openEngine(create);
      const outcome = await go(engine, `http://127.0.0.1:${await unusedPort()}`, kind, []);
      if (!(outcome instanceof FerruleError)) throw new TypeError('expected a refusal');
      expect([outcome.code, outcome.stage, outcome.retryable]).toEqual(['CONNECT_REFUSED', 'send', true]);
      expect(holdsCanary(allOf(outcome))).toBe(false);
    });
  });

  it('is not in the report and the dry run of an answer that repeats the whole request', async () => {
    await using server = await startFaultServer((socket, received) => {
      const body = JSON.stringify({ echo: received, base64: Buffer.from(received).toString('base64') });
      socket.write(`${head}x-echo: ${oneLine(received)}\r\ncontent-length: ${body.length}\r\n\r\n${body}`);
    });
    await using engine = openEngine(create);
    const report = await connect(engine, server.origin, 'POST').execute('Go', {}, { debug: true });
    expect(report).toMatchObject({ ok: true, raw: { body: { echo: expect.stringContaining('[secret]') } } });
    expect(holdsCanary(JSON.stringify(report) + inspect(report, { depth: 20 }))).toBe(false);
    const dryRun = await connect(engine, server.origin, 'POST').dryRun('Go');
    expect(holdsCanary(JSON.stringify(dryRun) + inspect(dryRun, { depth: 20 }))).toBe(false);
  });

  it.each(Object.entries(faults))(
    'a server that %s leaves no secret in a connection test',
    async (_, { fault, codes }) => {
      await using server = await startFaultServer(fault);
      await using engine = openEngine(create);
      const report = await connect(engine, server.origin, 'GET', codes).test();
      expect(holdsCanary(JSON.stringify(report) + inspect(report, { depth: 20 }))).toBe(false);
    },
  );

  it.each(Object.entries(faults))(
    'a token endpoint that %s leaves no secret in the error',
    async (_, { fault, codes }) => {
      await using server = await startFaultServer(fault);
      await using engine = openEngine(create);
      const connection = engine.connection({
        name: 'Acme',
        config: {
          baseUrl: server.origin,
          auth: {
            authType: 'client_credentials',
            tokenUrl: `${server.origin}/token?key=<<Key>>`,
            clientId: 'robot',
            clientSecret: '<<Key>>',
            clientAuth: 'basic_auth',
          },
          timeouts: timeoutsFor(codes),
        },
        secrets: { Key: CANARY },
        operations: [{ name: 'Go', config: { method: 'GET', path: '/' } }],
      });
      const outcome = await connection.execute('Go').catch((error: unknown) => error);
      if (!(outcome instanceof FerruleError)) throw new TypeError('expected a failure');
      expect(outcome.stage).toBe('authenticate');
      expect(holdsCanary(allOf(outcome))).toBe(false);
    },
  );
});

describe('the canary of these tests', () => {
  it.each([
    CANARY,
    encodeURIComponent(CANARY),
    encodeURIComponent(CANARY).toLowerCase(),
    new URLSearchParams([['a', CANARY]]).toString(),
    JSON.stringify(CANARY),
    JSON.stringify(JSON.stringify(CANARY)),
    CANARY.replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;'),
    Buffer.from(`user:${CANARY}`).toString('base64'),
    Buffer.from(`us:${CANARY}`).toString('base64url'),
    Buffer.from(CANARY).toString('base64'),
  ])('is found in %j', text => {
    expect(holdsCanary(`before ${text} after`)).toBe(true);
    expect(holdsCanary('before c4n+ry/ after')).toBe(false);
  });
});
