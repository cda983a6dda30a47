import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { toExportDocument } from '../../src/definition/to-export-document.ts';
import { createEngine } from '../../src/index.ts';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import { definitionOf, startScene } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

describe('a client that proves itself by certificate (RFC 8705)', () => {
  const authority = createTestAuthority();
  const own = authority.issue();
  let host: EchoServer;
  beforeAll(async () => {
    const tls = { ...own, ca: authority.cert, requestCert: true, rejectUnauthorized: true };
    host = await startEchoServer(
      (_, response) =>
        sendJson(response, {
          issuer: host.origin,
          token_endpoint: 'https://unused.example/',
          mtls_endpoint_aliases: { token_endpoint: `${host.origin}/mtls` },
          access_token: 't',
        }),
      tls,
    );
  });
  afterAll(() => host.close());

  it('shows it to a server with a CA of its own, at the endpoint meant for it, and sends its id alone', async () => {
    const scene = await startScene(open);
    const auth = {
      authType: 'oauth2',
      grant: 'client_credentials',
      tokenUrl: undefined,
      issuer: host.origin,
      clientId: 'c',
      clientAuth: 'tls_client_auth',
      caCert: authority.cert,
      clientCertificate: { cert: own.cert, key: '<<Key>>' },
    };
    const definition = definitionOf(scene.server.origin, auth, { Key: own.key });
    await scene.engine.connection(definition).execute('Read');
    expect(host.received.map(({ url, body }) => [url, body])).toEqual([
      ['/.well-known/openid-configuration', ''],
      ['/mtls', 'grant_type=client_credentials&client_id=c'],
    ]);
    expect(scene.calls[0]?.headers.authorization).toBe('Bearer t');
  });

  it('must have one to show: that of the connection is not for a server with a CA of its own', async () => {
    const auth = {
      authType: 'client_credentials',
      clientId: 'c',
      clientSecret: null,
      clientAuth: 'tls_client_auth',
      caCert: authority.cert,
    };
    const tls = { clientCertificate: { cert: own.cert, key: own.key } };
    const engine = createEngine();
    open.push(engine);
    const error = await failureOf(() =>
      engine.connection(definitionOf('https://a.example', auth, {}, { tls })),
    );
    expect(error.issues.map(({ pointer }) => pointer)).toEqual(['/config/tls/clientCertificate']);
  });
});

/** Every place of a definition where a secret may be written out, each with one. */
const written = {
  password: { grant: 'password', username: 'u', password: 'hunter-1' },
  jwt_bearer: { grant: 'jwt_bearer', assertion: { algorithm: 'HS256', key: 'hunter-2' } },
  pasted: { grant: 'jwt_bearer', assertion: 'hunter-3' },
  saml2_bearer: { grant: 'saml2_bearer', assertion: 'hunter4' },
  refresh_token: { grant: 'refresh_token', refreshToken: 'hunter-5' },
  token_exchange: { grant: 'token_exchange', subjectToken: 'hunter-6', actorToken: 'hunter-7' },
};

describe('secrets written out in an OAuth definition', () => {
  it.each(Object.entries(written))('of %s are used, and neither shown nor exported', async (_, grant) => {
    const scene = await startScene(open, ({ body }) => ({
      error: 'invalid_request',
      error_description: `You sent ${body}`,
    }));
    const { engine, server } = scene;
    const auth = {
      authType: 'oauth2',
      clientId: 'c',
      clientSecret: 'hunter-8',
      clientAuth: 'client_secret_jwt',
      clientAssertion: { key: 'hunter-9' },
      clientCertificate: { cert: 'cert', key: 'hunter-10', passphrase: 'hunter-11' },
      ...grant,
    };
    const definition = definitionOf(server.origin, auth);
    expect(JSON.stringify(toExportDocument(parseConnection(definition).definition))).not.toContain('hunter');
    const { clientCertificate: __, ...sendable } = auth;
    const error = await failureOf(engine.connection(definitionOf(server.origin, sendable)).execute('Read'));
    const [request] = scene.tokenRequests;
    expect(error).toMatchObject({ code: 'TOKEN_REFUSED', details: { error: 'invalid_request' } });
    const assertion = new URLSearchParams(request?.body).get('client_assertion') ?? 'none';
    const shown = `${error.message} ${JSON.stringify(error)} ${error.stack}`;
    expect(shown).toContain('[secret]');
    expect(shown).not.toContain('hunter');
    expect(shown).not.toContain(assertion);
  });
});
