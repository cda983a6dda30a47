import { inspect } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine, type EngineOptions, FerruleError, SecretValue } from '../../src/index.ts';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { unusedPort } from '../support/loopback-server.ts';

/** Hard for every encoding: quotes, slashes, plus, percent, umlaut, angle brackets. */
const canary = `c4nary/+"'&%=ü<>|~`;

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

async function start(answer?: Parameters<typeof startEchoServer>[0]): Promise<EchoServer> {
  const server = await startEchoServer(answer);
  open.push(server);
  return server;
}

function engineOf(options?: EngineOptions): Engine {
  const engine = createEngine(options);
  open.push(engine);
  return engine;
}

const everywhere = (
  baseUrl: string,
  secrets: Record<string, string | null> = { key: canary, plain: 'c4naryplain' },
) =>
  ({
    name: 'Acme',
    type: 'http',
    secrets,
    config: {
      configType: 'http',
      baseUrl,
      auth: { authType: 'basic', username: 'me', password: '<<key>>' },
      headers: { 'x-key': '<<plain>>' },
    },
    operations: [
      {
        name: 'Send',
        config: {
          configType: 'http',
          method: 'POST',
          path: 'a/<<plain>>',
          params: { k: '<<key>>' },
          body: { bodyType: 'raw', raw: '{"k": "<<key>>", "p": {{Text}}}' },
        },
        outputs: { echoed: { value: 'body.url' } },
      },
    ],
  }) as const;

/** Every encoding a secret could travel in. */
const forms = [
  canary,
  'c4naryplain',
  JSON.stringify(canary).slice(1, -1),
  encodeURIComponent(canary),
  new URLSearchParams([['', canary]]).toString().slice(1),
  Buffer.from(canary).toString('base64').slice(0, -3),
  Buffer.from(`me:${canary}`).toString('base64'),
  Buffer.from(canary).toString('base64url').slice(0, -3),
];

function expectNoCanary(...shown: readonly unknown[]): void {
  for (const value of shown) {
    const texts = [
      inspect(value, { depth: 20, showHidden: true }),
      JSON.stringify(value) ?? '',
      String(value),
    ];
    for (const form of forms) for (const text of texts) expect(text).not.toContain(form);
  }
}

describe('secrets', () => {
  it('reach the server unchanged, and nothing that is shown', async () => {
    const server = await start();
    const connection = engineOf().connection(everywhere(server.origin));
    const { outputs, ...report } = await connection.execute('Send', { Text: 'hi' }, { debug: true });
    const [received] = server.received;
    expect(JSON.parse(received?.body ?? '')).toEqual({ k: canary, p: 'hi' });
    expect(new URL(received?.url ?? '', server.origin).searchParams.get('k')).toBe(canary);
    expect(received?.headers.authorization).toBe(`Basic ${Buffer.from(`me:${canary}`).toString('base64')}`);
    expect(outputs['echoed']).toBe(received?.url);
    expect(report.raw?.body).toMatchObject({ method: 'POST' });
    expectNoCanary(
      report,
      connection,
      await connection.dryRun('Send', { Text: 'hi' }),
      await connection.test(),
    );
  });

  it('stay out of errors of every stage, with message, stack, causes and report', async () => {
    const dead = `http://127.0.0.1:${await unusedPort()}`;
    const broken = await start((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/json' });
      response.end(`{"k": "${canary}`);
      return true;
    });
    const engine = engineOf();
    const errors = await Promise.all([
      failureOf(engine.connection(everywhere(dead)).execute('Send', { Text: 'x' })),
      failureOf(engine.connection(everywhere(broken.origin)).execute('Send', { Text: 'x' })),
      failureOf(engine.connection(everywhere(broken.origin)).execute('Send', { Text: Symbol('x') })),
      failureOf(engine.connection(everywhere(broken.origin)).execute('Send', { Text: 'x', [canary]: 1 })),
      failureOf(engine.connection(everywhere(`http://<<plain>>.invalid`)).execute('Send', { Text: 'x' })),
    ]);
    expect(errors.map(({ code }) => code)).toEqual([
      'CONNECT_REFUSED',
      'BODY_MALFORMED',
      'PARAMETER_INVALID',
      'PARAMETER_UNKNOWN',
      'DNS_FAILED',
    ]);
    for (const error of errors) expectNoCanary(error, error.stack, error.cause, error.report);
  });

  it('that a definition leaves null are asked of the provider, at each execution', async () => {
    const server = await start();
    const asked: string[] = [];
    let version = 0;
    const secretProvider = {
      getSecret: async ({ connection, name }: { connection: string; name: string }) => {
        asked.push(`${connection}/${name}`);
        version += 1;
        return version === 1 ? 'first-value' : new SecretValue('second-value');
      },
    };
    const connection = engineOf({ secretProvider }).connection({
      ...everywhere(server.origin, { key: 'known', plain: null }),
    });
    await connection.execute('Send', { Text: 'x' });
    const report = await connection.execute('Send', { Text: 'x' }, { debug: true });
    expect(asked).toEqual(['Acme/plain', 'Acme/plain']);
    expect(server.received.map(({ headers }) => headers['x-key'])).toEqual(['first-value', 'second-value']);
    expect(JSON.stringify(report.raw)).not.toContain('second-value');
  });

  it('that nobody supplies are an error that names them', async () => {
    const definition = everywhere('http://127.0.0.1:9', { key: 'known', plain: null });
    const without = await failureOf(engineOf().connection(definition).execute('Send', { Text: 'x' }));
    const secretProvider = { getSecret: () => undefined };
    const unknown = await failureOf(
      engineOf({ secretProvider }).connection(definition).execute('Send', { Text: 'x' }),
    );
    expect([without.code, unknown.code]).toEqual(['SECRET_MISSING', 'SECRET_MISSING']);
    expect(without.message).toContain('The secret "plain" has no value (expected a value in the definition');
    expect(unknown.message).toContain('a value from the secret provider');
  });

  it('written into a definition in place of a tag are secrets all the same', async () => {
    const server = await start((request, response) =>
      sendJson(response, { got: request.headers.authorization }),
    );
    const connection = engineOf().connection({
      name: 'Acme',
      type: 'http',
      config: {
        configType: 'http',
        baseUrl: server.origin,
        auth: { authType: 'raw_bearer_token', token: 'written-in-place', header: 'X-Token', prefix: '' },
      },
      operations: [{ name: 'Get', config: { configType: 'http', method: 'GET', path: '' } }],
    });
    const dry = await connection.dryRun('Get');
    expect(dry.headers).toContainEqual(['X-Token', '[secret]']);
    await connection.execute('Get');
    expect(server.received[0]?.headers['x-token']).toBe('written-in-place');
  });

  it('with characters of templates in them arrive unchanged', async () => {
    const server = await start();
    // biome-ignore lint/suspicious/noTemplateCurlyInString: such a secret must arrive as it is
    for (const key of ['a||b', '${x}', '<<key>>', '{{key}}', '{{{key}}}', '<<#key>>', '{{=<% %>=}}']) {
      const connection = engineOf().connection(everywhere(server.origin, { key, plain: 'p' }));
      await connection.execute('Send', { Text: '{{key}}' });
      expect(JSON.parse(server.received.at(-1)?.body ?? '')).toEqual({ k: key, p: '{{key}}' });
    }
  });
});

describe('a provider that never answers', () => {
  const definition = everywhere('http://127.0.0.1:9', { key: 'known', plain: null });
  const secretProvider = { getSecret: () => new Promise<string>(() => {}) };

  it('is waited for no longer than the call may last', async () => {
    const clock = createFakeClock();
    const connection = engineOf({ secretProvider, clock }).connection(definition);
    const failure = failureOf(connection.execute('Send', { Text: 'x' }, { timeoutMs: 5_000 }));
    clock.advance(5_000);
    expect((await failure).code).toBe('DEADLINE_EXCEEDED');
    expect(clock.pendingTimers).toBe(0);
  });

  it('is left at once when the caller aborts', async () => {
    const connection = engineOf({ secretProvider }).connection(definition);
    const controller = new AbortController();
    const failure = failureOf(connection.execute('Send', { Text: 'x' }, { signal: controller.signal }));
    controller.abort();
    expect((await failure).code).toBe('ABORTED');
  });

  it('is left when the engine closes', async () => {
    const engine = createEngine({ secretProvider });
    const connection = engine.connection(definition);
    const { signal } = new AbortController();
    const failures = [{}, { signal }].map(options =>
      failureOf(connection.execute('Send', { Text: 'x' }, options)),
    );
    await engine.close();
    expect((await Promise.all(failures)).map(({ code }) => code)).toEqual(['ENGINE_CLOSED', 'ENGINE_CLOSED']);
  });
});

describe('a provider that fails', () => {
  it('ends the execution with a typed error that does not show why in clear', async () => {
    const secretProvider = {
      getSecret: () => Promise.reject(new TypeError('vault is sealed')),
    };
    const definition = everywhere('http://127.0.0.1:9', { key: 'known', plain: null });
    const error = await failureOf(
      engineOf({ secretProvider }).connection(definition).execute('Send', { Text: 'x' }),
    );
    expect(error).toBeInstanceOf(FerruleError);
    expect(error.code).toBe('SECRET_MISSING');
    expect(error.cause).toMatchObject({ name: 'TypeError', message: 'vault is sealed' });
  });
});
