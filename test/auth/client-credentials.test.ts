import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEngine, type Engine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { type OAuthClient, type OAuthServer, startOAuthServer } from '../support/oauth-server.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { createTestAuthority } from '../support/test-authority.ts';

/** Every printable ASCII character: what RFC 6749 appendix A allows in a client id and secret. */
const AWKWARD = String.fromCharCode(...Array.from({ length: 95 }, (_, at) => 32 + at));

const clients = {
  basic: { id: 'client:with %+/? odd', secret: AWKWARD, clientAuth: 'basic_auth' },
  form: { id: 'client&form=+', secret: `${AWKWARD}#form`, clientAuth: 'www_form_urlencoded' },
} as const satisfies Record<string, OAuthClient>;

const authority = createTestAuthority();
const loginAuthority = createTestAuthority({ commonName: 'Login Root' });

let oauth: OAuthServer;
let api: RecordingServer;
let engine: Engine;

beforeAll(async () => {
  const login = loginAuthority.issue();
  const own = authority.issue();
  const options = { clients: Object.values(clients), scope: 'read write' };
  oauth = await startOAuthServer(options, { key: login.key, cert: login.chain });
  api = await startRecordingServer({ key: own.key, cert: own.chain });
});
afterAll(async () => {
  await oauth.close();
  await api.close();
});
beforeEach(() => {
  engine = createEngine();
  api.reset();
  api.answerWith(async ({ header }) => {
    const client = await oauth.clientOf((header['authorization'] ?? '').replace(/^Bearer /, ''));
    return client === undefined ? { status: 401, body: { error: 'no' } } : { body: { client } };
  });
  return () => engine.close();
});

function connect(client: OAuthClient, auth: { scope?: string; caCert?: string | null } = {}) {
  return engine.connection({
    name: 'OAuth',
    config: {
      baseUrl: api.origin,
      caCert: authority.cert,
      auth: {
        authType: 'client_credentials',
        tokenUrl: oauth.tokenUrl,
        clientId: client.id,
        clientSecret: '<<Secret>>',
        clientAuth: client.clientAuth,
        caCert: loginAuthority.cert,
        ...auth,
      },
    },
    secrets: { Secret: client.secret },
    operations: [
      {
        name: 'Who',
        config: { method: 'GET', path: '/who' },
        outputs: { Client: { value: "body.client ?? ''" } },
      },
    ],
  });
}

describe('client credentials at a real authorization server', () => {
  it.each(['basic', 'form'] as const)('are accepted as %s with every character there is', async name => {
    const report = await connect(clients[name], { scope: 'read' }).execute('Who');
    expect(report).toMatchObject({ ok: true, outputs: { Client: clients[name].id } });
    expect(oauth.lastClientAuth).toBe(clients[name].clientAuth);
    expect(report.token).toMatchObject({ source: 'requested' });
    const seconds = (Date.parse(report.token?.expiresAt ?? '') - Date.now()) / 1000;
    expect(seconds).toBeGreaterThan(3500);
    expect(seconds).toBeLessThanOrEqual(3600);
  });

  it('are refused with a wrong secret; the message repeats the server’s reason, never the secret', async () => {
    const wrong = { ...clients.form, secret: 'not-the-secret-at-all' };
    const failure = await failureOf(connect(wrong).execute('Who'));
    expect(failure).toMatchObject({ code: 'TOKEN_REFUSED', stage: 'authenticate', retryable: false });
    expect(failure.message).toContain('invalid_client');
    expect(failure.message + failure.stack + JSON.stringify(failure.report)).not.toContain(wrong.secret);
    expect(api.requests).toEqual([]);
  });

  it('are refused with a scope the client may not have', async () => {
    const failure = await failureOf(connect(clients.basic, { scope: 'admin' }).execute('Who'));
    expect(failure).toMatchObject({ code: 'TOKEN_REFUSED', details: { error: 'invalid_scope' } });
  });

  it('need the CA of the token endpoint, which the API’s own does not replace', async () => {
    const failure = await failureOf(connect(clients.basic, { caCert: null }).execute('Who'));
    expect(failure.code).toBe('TLS_CERTIFICATE_UNTRUSTED');
    expect(failure.message).toContain(String(oauth.port));
  });

  it('bring a new token when the server has revoked the old one, and the call succeeds', async () => {
    const connection = connect(clients.basic);
    await connection.execute('Who');
    const before = oauth.tokenRequests;
    oauth.revokeAll();
    const report = await connection.execute('Who');
    expect(report).toMatchObject({ ok: true, outputs: { Client: clients.basic.id } });
    expect(report.attempts.map(({ statusCode, reason }) => [statusCode, reason])).toEqual([
      [401, 'first'],
      [200, 'token-rejected'],
    ]);
    expect(oauth.tokenRequests - before).toBe(1);
  });

  it('are asked for once by a hundred calls at a time', async () => {
    const before = oauth.tokenRequests;
    const connection = connect(clients.form);
    const reports = await Promise.all(Array.from({ length: 100 }, () => connection.execute('Who')));
    expect(reports.every(({ ok }) => ok)).toBe(true);
    expect(oauth.tokenRequests - before).toBe(1);
  });

  it('are not used by a dry run, which shows where the token will stand', async () => {
    const before = oauth.tokenRequests;
    const { headers } = await connect(clients.form).dryRun('Who');
    expect(headers).toContainEqual(['Authorization', 'Bearer [token]']);
    expect(oauth.tokenRequests).toBe(before);
  });
});
