import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import {
  type ConnectionInput,
  type ConnectionTestReport,
  createEngine,
  type Engine,
} from '../../src/index.ts';
import { type Answerer, type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { unusedPort } from '../support/loopback-server.ts';
import { createTestAuthority, type TestAuthority } from '../support/test-authority.ts';

const open: { close(): Promise<void> }[] = [];
let authority: TestAuthority;
let engine: Engine;

beforeAll(() => {
  authority = createTestAuthority();
  engine = createEngine();
});
afterAll(() => engine.close());
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

async function start(answer?: Answerer, tls?: object): Promise<EchoServer> {
  const server = await startEchoServer(answer, tls);
  open.push(server);
  return server;
}

const tokenServer: Answerer = (request, response) => {
  if (request.url !== '/token') return false;
  return sendJson(response, { access_token: 'a-token', expires_in: 60 });
};

const test = (config: Omit<ConnectionInput['config'], 'configType'>, secrets: Record<string, string> = {}) =>
  engine
    .connection({ name: 'Acme', type: 'http', secrets, config: { configType: 'http', ...config } })
    .test();

const outcomes = ({ stages }: ConnectionTestReport) => stages.map(({ name, status }) => `${name} ${status}`);

describe('a connection test', () => {
  it('passes every stage over TLS with a token, and says how long each took', async () => {
    const { cert, key } = authority.issue();
    const server = await start(tokenServer, { cert, key });
    const report = await test({
      baseUrl: server.origin.replace('127.0.0.1', 'localhost'),
      caCert: authority.cert,
      testPath: '/ping',
      auth: {
        authType: 'client_credentials',
        tokenUrl: `${server.origin}/token`,
        clientId: 'me',
        clientSecret: 'mine',
      },
    });
    expect(outcomes(report)).toEqual([
      'dns passed',
      'connect passed',
      'tls passed',
      'token passed',
      'request passed',
      'assertion passed',
    ]);
    expect(report).toMatchObject({ ok: true, statusCode: 200 });
    expect(report.stages.every(({ durationMs }) => durationMs >= 0)).toBe(true);
    expect(report.stages[2]?.detail).toBe('TLSv1.3');
  });

  it('fails in the stage where the connection fails', async () => {
    const { cert, key } = authority.issue();
    const secure = await start(undefined, { cert, key });
    const plain = await start();
    const [dns, connect, untrusted, notTls] = await Promise.all([
      test({ baseUrl: 'http://no-such-host.invalid' }),
      test({ baseUrl: `http://127.0.0.1:${await unusedPort()}` }),
      test({ baseUrl: secure.origin }),
      test({ baseUrl: plain.origin.replace('http:', 'https:') }),
    ]);
    expect(outcomes(dns)[0]).toBe('dns failed');
    expect(outcomes(connect).slice(0, 3)).toEqual(['dns skipped', 'connect failed', 'tls skipped']);
    expect(outcomes(untrusted).slice(0, 4)).toEqual([
      'dns skipped',
      'connect passed',
      'tls failed',
      'token skipped',
    ]);
    expect(untrusted.stages[2]?.error).toMatchObject({ code: 'TLS_CERTIFICATE_UNTRUSTED' });
    expect(notTls.stages[2]).toMatchObject({ status: 'failed', error: { code: 'TLS_FAILED' } });
  });

  it('fails at the token, the request or the assertion, and skips what comes after', async () => {
    const refusing = await start((request, response) =>
      request.url === '/token' ? sendJson(response, { error: 'invalid_client' }, 401) : false,
    );
    const failing = await start((_request, response) => sendJson(response, { no: 'way' }, 403));
    const token = await test({
      baseUrl: refusing.origin,
      auth: {
        authType: 'client_credentials',
        tokenUrl: `${refusing.origin}/token`,
        clientId: 'me',
        clientSecret: 'mine',
      },
    });
    expect(outcomes(token).slice(3)).toEqual(['token failed', 'request skipped', 'assertion skipped']);
    expect(token.stages[3]?.error).toMatchObject({ code: 'TOKEN_REFUSED' });
    const assertion = await test({ baseUrl: failing.origin, testPath: '/me' });
    expect(outcomes(assertion).slice(4)).toEqual(['request passed', 'assertion failed']);
    expect(assertion).toMatchObject({ ok: false, statusCode: 403 });
    const unset = await test({ baseUrl: failing.origin, headers: { 'x-key': '<<key>>' } }, {});
    expect(unset.ok).toBe(false);
  });

  it('judges the answer as the definition says: by status, list or expression', async () => {
    const server = await start((request, response) =>
      sendJson(response, { state: 'up' }, request.method === 'HEAD' ? 204 : 418),
    );
    const expecting = async (expect: number | number[] | string, method: 'GET' | 'HEAD' = 'GET') =>
      (await test({ baseUrl: server.origin, test: { method, path: '/state', expect } })).ok;
    expect(await expecting(418)).toBe(true);
    expect(await expecting([200, 418])).toBe(true);
    expect(await expecting(200)).toBe(false);
    expect(await expecting("body.state == 'up' && statusCode == 418")).toBe(true);
    expect(await expecting("body.state == 'down'")).toBe(false);
    expect(await expecting(204, 'HEAD')).toBe(true);
  });

  it('without testPath asks only whether the server answers and does not refuse', async () => {
    const server = await start((_request, response) => sendJson(response, {}, 404));
    expect((await test({ baseUrl: server.origin })).ok).toBe(true);
    const refusing = await start((_request, response) => sendJson(response, {}, 401));
    expect((await test({ baseUrl: refusing.origin })).ok).toBe(false);
  });

  it('says so when the request cannot be made', async () => {
    const report = await test({ baseUrl: 'https://{{Host}}', testPath: '/x' });
    expect(report.ok).toBe(false);
    expect(report.stages.find(({ status }) => status === 'failed')?.error).toBeDefined();
  });
});

describe('a client certificate', () => {
  it('made of secrets is shown to the server, also by the token request', async () => {
    const { cert, key } = authority.issue();
    const client = authority.issue({ commonName: 'client' });
    const server = await start(tokenServer, {
      cert,
      key,
      ca: authority.cert,
      requestCert: true,
      rejectUnauthorized: true,
    });
    const definition = {
      name: 'Acme',
      type: 'http',
      secrets: { clientKey: client.key },
      config: {
        configType: 'http',
        baseUrl: server.origin,
        caCert: authority.cert,
        tls: { clientCertificate: { cert: client.cert, key: '<<clientKey>>' } },
        auth: {
          authType: 'client_credentials',
          tokenUrl: `${server.origin}/token`,
          clientId: 'me',
          clientSecret: null,
        },
      },
      operations: [{ name: 'Get', config: { configType: 'http', method: 'GET', path: 'x' } }],
    } as const;
    const report = await engine.connection(definition).execute('Get');
    expect(report.ok).toBe(true);
    const { tls: _tls, ...without } = definition.config;
    await expect(engine.connection({ ...definition, config: without }).execute('Get')).rejects.toThrow(
      /TLS|CONNECTION/,
    );
  });

  it('tells tokens apart: whoever shows another one is somebody else', async () => {
    const { cert, key } = authority.issue();
    let issued = 0;
    const server = await start(
      (request, response) => {
        if (request.url !== '/token') return false;
        issued += 1;
        return sendJson(response, { access_token: `token-${issued}`, expires_in: 60 });
      },
      { cert, key, ca: authority.cert, requestCert: true, rejectUnauthorized: true },
    );
    const connect = (commonName: string) => {
      const client = authority.issue({ commonName });
      return engine.connection({
        name: 'Acme',
        secrets: { clientCert: client.cert, clientKey: client.key },
        config: {
          baseUrl: server.origin,
          caCert: authority.cert,
          tls: { clientCertificate: { cert: '<<clientCert>>', key: '<<clientKey>>' } },
          auth: {
            authType: 'client_credentials',
            tokenUrl: `${server.origin}/token`,
            clientId: 'me',
            clientSecret: null,
          },
        },
        operations: [{ name: 'Get', config: { method: 'GET', path: '/x' } }],
      });
    };
    const one = connect('one');
    const reports = [
      await one.execute('Get'),
      await connect('other').execute('Get'),
      await one.execute('Get'),
    ];
    expect(reports.map(({ token }) => token?.source)).toEqual(['requested', 'requested', 'cache']);
    expect(
      server.received.filter(({ url }) => url === '/x').map(({ headers }) => headers.authorization),
    ).toEqual(['Bearer token-1', 'Bearer token-2', 'Bearer token-1']);
  });
});
