import { afterEach, describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { toExportDocument } from '../../src/definition/to-export-document.ts';
import { createEngine, type Engine } from '../../src/index.ts';
import { type EchoServer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

/** Hard for headers, queries and templates alike. */
const hard = `k/+=&%~|<>' "ü{{x}}<<y>>\${z}`;

async function start(): Promise<{ server: EchoServer; engine: Engine }> {
  const other = await startEchoServer();
  const server = await startEchoServer((request, response) => {
    if (!request.url.startsWith('/moved')) return false;
    response.writeHead(302, { location: `${other.origin}/there` }).end(JSON.stringify(other.received));
    return true;
  });
  const engine = createEngine();
  open.push(server, other, engine);
  return { server: Object.assign(Object.create(server), { other }), engine };
}

function definition(baseUrl: string, auth: object, secrets: object = { Key: hard }, config: object = {}) {
  return JSON.stringify({
    name: 'Weather',
    config: { baseUrl, auth: { authType: 'api_key', ...auth } },
    secrets,
    operations: [
      { name: 'Read', config: { method: 'GET', path: '/now', params: { city: '{{City}}' }, ...config } },
    ],
  });
}

describe('an API key', () => {
  it('is sent in a header, unchanged, with or without a prefix', async () => {
    const { server, engine } = await start();
    const plain = { in: 'header', name: 'X-API-Key', value: '<<Key>>' };
    await engine.connection(definition(server.origin, plain)).execute('Read');
    await engine.connection(definition(server.origin, { ...plain, prefix: 'Token' })).execute('Read');
    const values = server.received.map(({ headers }) =>
      Buffer.from(String(headers['x-api-key']), 'latin1').toString(),
    );
    expect(values).toEqual([hard, `Token ${hard}`]);
  });

  it('is sent in the query, encoded, in place of a parameter of the same name', async () => {
    const { server, engine } = await start();
    const auth = { in: 'query', name: 'api key', value: '<<Key>>' };
    await engine
      .connection(
        definition(server.origin, auth, { Key: hard }, { params: { 'api key': 'mine', city: '{{City}}' } }),
      )
      .execute('Read', { City: 'Köln & Bonn' });
    const [received] = server.received;
    expect(received?.url).toBe(
      '/now?city=K%C3%B6ln%20%26%20Bonn&api%20key=k%2F%2B%3D%26%25~%7C%3C%3E%27%20%22%C3%BC%7B%7Bx%7D%7D%3C%3Cy%3E%3E%24%7Bz%7D',
    );
  });

  it('joins the cookies of the request', async () => {
    const { server, engine } = await start();
    const auth = { in: 'cookie', name: 'sid', value: 's-<<Key>>' };
    const headers = { Cookie: 'theme=dark; sid=old' };
    await engine.connection(definition(server.origin, auth, { Key: 'a/b=c' }, { headers })).execute('Read');
    expect(server.received[0]?.headers.cookie).toBe('theme=dark; sid=s-a/b=c');
  });

  it('may be several, each in a place of its own', async () => {
    const { server, engine } = await start();
    const keys = [
      { in: 'header', name: 'X-App-Id', value: '{{App}}' },
      { in: 'header', name: 'X-App-Key', value: '<<Key>>', prefix: 'Key' },
      { in: 'query', name: 'tenant', value: 't-{{Tenant}}' },
    ];
    await engine
      .connection(definition(server.origin, { keys }, { Key: 'abc' }))
      .execute('Read', { App: 7, Tenant: 'a b' });
    expect(server.received[0]).toMatchObject({
      url: '/now?tenant=t-a%20b',
      headers: { 'x-app-id': '7', 'x-app-key': 'Key abc' },
    });
  });

  it('shows neither in a dry run nor in the document that is exported', async () => {
    const { server, engine } = await start();
    const text = definition(server.origin, { in: 'query', name: 'key', value: 'l1teral/key' }, {});
    const shown = await engine.connection(text).dryRun('Read');
    expect(shown.url).toBe(`${server.origin}/now?key=[secret]`);
    const { definition: parsed } = parseConnection(text);
    expect(toExportDocument(parsed).config.auth).toEqual({
      authType: 'api_key',
      keys: [{ in: 'query', name: 'key', value: null, prefix: '' }],
    });
  });

  it('does not follow a redirect to another server', async () => {
    const { server, engine } = await start();
    const keys = [
      { in: 'header', name: 'X-App-Key', value: '<<Key>>' },
      { in: 'query', name: 'key', value: '<<Key>>' },
    ];
    const config = { path: '/moved', followRedirect: true };
    const { outputs: _, ...report } = await engine
      .connection(definition(server.origin, { keys }, { Key: 'abcdef' }, config))
      .execute('Read');
    expect(report.redirects).toMatchObject([{ credentialsDropped: true }]);
    const { received } = Reflect.get(server, 'other') as EchoServer;
    expect(received[0]?.url).toBe('/there');
    expect(JSON.stringify(received[0])).not.toContain('abcdef');
  });

  it.each([
    [{ in: 'header', name: 'X-Key', value: '<<Key>>' }, '', '/config/auth/value'],
    [{ in: 'cookie', name: 'sid', value: '<<Key>>' }, 'a;b', '/config/auth/value'],
    [{ in: 'header', name: 'X-Key', value: null }, 'unused', '/config/auth/value'],
  ])('is refused when it cannot be sent: %j with %j', async (auth, Key, pointer) => {
    const { server, engine } = await start();
    const work = engine.connection(definition(server.origin, auth, { Key })).execute('Read');
    expect(await failureOf(work)).toMatchObject({ code: 'CREDENTIAL_INVALID', pointer });
    expect(server.received).toHaveLength(0);
  });

  it('needs a place: a list of keys is not empty', async () => {
    const error = await failureOf(() =>
      createEngine().connection(definition('https://a.test', { keys: [] })),
    );
    expect(error.issues).toMatchObject([{ message: '"keys" is empty', expected: 'at least one item' }]);
  });

  it.each([
    [{ in: 'header', name: 'X Key', value: 'v' }, 'HEADER_INVALID', '/config/auth/name'],
    [{ in: 'cookie', name: 'a=b', value: 'v' }, 'HEADER_INVALID', '/config/auth/name'],
    [{ in: 'cookie', name: 'a', value: 'v', prefix: 'P' }, 'HEADER_INVALID', '/config/auth/prefix'],
    [{ keys: [] }, 'DEFINITION_WRONG_VALUE', '/config/auth/keys'],
    [{ in: 'body', name: 'a', value: 'v' }, 'DEFINITION_WRONG_VALUE', '/config/auth/in'],
    [{ in: 'query', name: 'a' }, 'DEFINITION_MISSING_FIELD', '/config/auth/value'],
  ])('is judged with its definition: %j', async (auth, code, pointer) => {
    const error = await failureOf(() => createEngine().connection(definition('https://a.test', auth)));
    expect(error.code).toBe('DEFINITION_INVALID');
    expect(error.issues).toMatchObject([{ code, pointer }]);
  });
});
