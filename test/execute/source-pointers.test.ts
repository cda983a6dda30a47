import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';

const engine = createEngine();
let server: EchoServer;
beforeAll(async () => {
  server = await startEchoServer(
    ({ url }, response) => url === '/login' && sendJson(response, { session: 'none' }),
  );
});
afterAll(async () => {
  await engine.close();
  await server.close();
});

const operations = [{ name: 'Read', config: { method: 'GET' as const, path: '/' } }];

const older = () =>
  engine.connection({
    name: 'Older',
    config: {
      baseUrl: server.origin,
      auth: {
        type: 'bearer_token',
        token: { op: { method: 'POST', path: '/login' } },
        outputs: { token: 'body.token', expiration: '60' },
      },
    },
    operations,
  });

describe('the pointer of a failed call', () => {
  it('leads into the document that the author wrote, where one key stands without a list', async () => {
    const connection = engine.connection({
      name: 'Key',
      config: {
        baseUrl: server.origin,
        auth: { authType: 'api_key', in: 'cookie', name: 'sid', value: '<<Key>>' },
      },
      secrets: { Key: 'with blanks' },
      operations,
    });
    const error = await failureOf(connection.execute('Read'));
    expect(error.pointer).toBe('/config/auth/value');
    expect(error.message).toMatch(/^CREDENTIAL_INVALID: \/config\/auth\/value: /);
    expect(error.stack).toContain(error.message);
    expect(error.report).toMatchObject({ error: { pointer: '/config/auth/value' } });
  });

  it('leads into it where an older spelling was translated, for every way to fail', async () => {
    const connection = older();
    const pointers = {
      executed: (await failureOf(connection.execute('Read'))).pointer,
      asked: (await failureOf(connection.currentToken())).pointer,
      tested: (await connection.test()).stages.find(({ status }) => status === 'failed')?.error?.['pointer'],
    };
    const pointer = '/config/auth/outputs/token';
    expect(pointers).toEqual({ executed: pointer, asked: pointer, tested: pointer });
  });
});
