import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine, createMemoryTokenStore, type TokenEvent, transformAnswer } from '../../src/index.ts';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';

let server: EchoServer;
let tokens = 0;

beforeAll(async () => {
  server = await startEchoServer((request, response) => {
    if (request.url !== '/token') return false;
    tokens += 1;
    return sendJson(response, { access_token: `token-${tokens}`, expires_in: 3600 });
  });
});

afterAll(() => server.close());

function definition() {
  return {
    name: 'Acme',
    config: {
      baseUrl: server.origin,
      auth: {
        authType: 'client_credentials' as const,
        tokenUrl: `${server.origin}/token`,
        clientId: 'me',
        clientSecret: 'hunter-22',
      },
    },
    operations: [
      {
        name: 'Echo',
        config: { method: 'GET' as const, path: '/' },
        outputs: { Token: { value: 'body.headers.authorization' } },
      },
    ],
  };
}

describe('a connection with options of its own', () => {
  it('keeps its tokens in its own store, apart from the same connection without', async () => {
    await using engine = createEngine();
    const tokenStore = createMemoryTokenStore();
    const events: TokenEvent[] = [];
    const tokenOf = async (options?: Parameters<typeof engine.connection>[1]) =>
      (await engine.connection(definition(), options).execute('Echo')).outputs['Token'];
    const own = await tokenOf({ tokenStore, onEvent: event => events.push(event) });
    expect(await tokenOf()).not.toBe(own);
    expect(await tokenOf({ tokenStore })).toBe(own);
    expect(events.map(({ type }) => type)).toContain('token_renewed');
  });

  it('opens new sockets after it has released the idle ones', async () => {
    await using engine = createEngine();
    const connection = engine.connection(definition());
    await connection.execute('Echo');
    const before = server.connectionCount;
    await connection.execute('Echo');
    expect(server.connectionCount).toBe(before);
    await connection.releaseSockets();
    await connection.execute('Echo');
    expect(server.connectionCount).toBeGreaterThan(before);
  });
});

describe('outputs tried on a written answer', () => {
  it('are what an execution would map', async () => {
    const outputs = {
      Names: { value: 'body.users', children: { Name: 'current.name' } },
      Status: { value: 'statusCode' },
    };
    const { outputs: mapped } = await transformAnswer(outputs, { body: { users: [{ name: 'Ada' }] } });
    expect(mapped).toEqual({ Names: [{ Name: 'Ada' }], Status: 200 });
  });

  it('find headers by any letter case', async () => {
    const { outputs } = await transformAnswer(
      { Tag: { value: "headers['etag']" } },
      { headers: { ETag: 'x' } },
    );
    expect(outputs).toEqual({ Tag: 'x' });
  });

  it('name the place of an expression that cannot be read', async () => {
    const error = await failureOf(transformAnswer({ Bad: { value: 'body.(' } }, {}));
    expect(error.code).toBe('DEFINITION_INVALID');
    expect(error.issues[0]?.pointer).toBe('/Bad/value');
  });
});
