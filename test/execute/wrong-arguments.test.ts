import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  type Connection,
  createEngine,
  createReplayTransport,
  type Engine,
  type EngineOptions,
  toCurl,
} from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

let server: RecordingServer;
let engine: Engine;
let connection: Connection;
beforeAll(async () => {
  server = await startRecordingServer();
  engine = createEngine();
  connection = engine.connection(definitionOf(null));
});
afterAll(async () => {
  await engine.close();
  await server.close();
});

function definitionOf(key: string | null) {
  return {
    name: 'Plain',
    secrets: { Key: key },
    config: { baseUrl: server.origin },
    operations: [
      { name: 'Get', config: { method: 'GET', path: '/x', params: { q: '<<Q>>' } } },
      { name: 'Keyed', config: { method: 'GET', path: '/x', headers: { 'X-Key': '<<Key>>' } } },
    ],
  } as const;
}

/** What a program without types passes. */
const untyped = (value: unknown) => value as never;

describe('a call from a program without types', () => {
  it.each([undefined, null, 5, Symbol('Get'), {}])('names an operation that is no text: %s', async name => {
    expect(await failureOf(connection.execute(untyped(name)))).toMatchObject({ code: 'OPERATION_UNKNOWN' });
    expect(await failureOf(() => connection.stream(untyped(name)))).toMatchObject({
      code: 'OPERATION_UNKNOWN',
    });
    expect(await failureOf(() => connection.inputs(untyped(name)))).toMatchObject({
      code: 'OPERATION_UNKNOWN',
    });
  });

  it.each([null, 'Q=1', 7, ['1'], new Map([['Q', '1']])])(
    'passes parameters that have no names: %s',
    async parameters => {
      const failure = await failureOf(connection.execute('Get', untyped(parameters)));
      expect(failure).toMatchObject({ code: 'OPTIONS_INVALID', category: 'usage' });
      expect(failure.message).toContain('parameters');
      expect(server.requests).toEqual([]);
    },
  );

  it.each([
    null,
    'fast',
    { timeoutMs: '5' },
    { timeoutMs: Number.NaN },
    { signal: 'stop' },
    { signal: null },
    { tmeoutMs: 5 },
    { debug: 'yes' },
    { har: 1 },
    { lastEventId: 5 },
  ])('passes options that cannot be used: %j', async options => {
    const failure = await failureOf(connection.execute('Get', {}, untyped(options)));
    expect(failure).toMatchObject({ code: 'OPTIONS_INVALID' });
    expect(failure.expected).toBeDefined();
  });

  it('is told the option that a misspelt one is nearest to', async () => {
    const failure = await failureOf(connection.execute('Get', {}, untyped({ tmeoutMs: 5 })));
    expect(failure.suggestion).toBe('timeoutMs');
  });

  it('may pass options that have no value', async () => {
    const options = { signal: undefined, timeoutMs: undefined, debug: undefined, har: undefined };
    expect((await connection.execute('Get', { Q: '1' }, untyped(options))).ok).toBe(true);
  });
});

describe('an engine', () => {
  it.each([
    null,
    { unknown: 1 },
    { clock: 5 },
    { clock: {} },
    { transport: {} },
    { secretProvider: () => 'x' },
    { trustDefinitions: 'no' },
    { egress: true },
    { egress: { onlyHosts: 'api.example.com' } },
    { egress: { denyHosts: [10] } },
    { egress: { allowprivate: false } },
    { egress: { allowPrivate: 'false' } },
  ])('refuses options that it would ignore: %j', async options => {
    const failure = await failureOf(() => createEngine(untyped(options)));
    expect(failure).toMatchObject({ code: 'OPTIONS_INVALID' });
    expect(failure.expected).toBeDefined();
  });
});

describe('a secret provider', () => {
  it.each([4711, true, { text: 'a-secret-in-it' }, [], new Date(0), Buffer.from('a-secret-in-it')])(
    'that gives no text is named, and spoils no later message: %s',
    async secret => {
      let given: unknown = secret;
      const options = { secretProvider: { getSecret: () => given } } as unknown as EngineOptions;
      await using own = createEngine(options);
      const keyed = own.connection(definitionOf(null));
      const failure = await failureOf(keyed.execute('Keyed'));
      expect(failure).toMatchObject({ code: 'SECRET_MISSING', pointer: '/secrets/Key' });
      expect(failure.message).not.toContain('a-secret-in-it');
      given = 'now a text';
      expect((await keyed.execute('Keyed')).request.url).toBe(`${server.origin}/x`);
      server.reset();
    },
  );
});

describe('what stands in place of a recording or a request', () => {
  it.each([undefined, {}, { log: {} }, { ok: true, har: { log: { entries: [] } } }])(
    'is told: %j',
    async given => {
      expect(await failureOf(() => createReplayTransport(untyped(given)))).toMatchObject({
        code: 'OPTIONS_INVALID',
        summary: 'The recording cannot be replayed',
      });
      expect(await failureOf(() => toCurl(untyped(given)))).toMatchObject({
        code: 'OPTIONS_INVALID',
        summary: 'There is no request to be written as a command',
      });
    },
  );
});
