import { afterEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import { definitionOf, startScene } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

/** Hard for forms, queries, Basic and templates alike. */
const hard = `s/+=&%~|<>:' "ü{{x}}<<y>>\${z}||`;
const client = { authType: 'client_credentials', clientId: 'cl:ient ü', clientSecret: '<<Secret>>' };

async function ask(auth: Readonly<Record<string, unknown>>, parameters: Record<string, unknown> = {}) {
  const scene = await startScene(open);
  const definition = definitionOf(scene.server.origin, auth, { Secret: hard });
  const report = await scene.engine.connection(definition).execute('Read', parameters);
  expect(report.outputs['who']).toBe('Bearer t0ken');
  const [request] = scene.tokenRequests;
  if (request === undefined) throw new TypeError('no token was requested');
  return request;
}

const basicOf = (header: unknown) => Buffer.from(String(header).replace('Basic ', ''), 'base64').toString();

describe('a client_credentials token request', () => {
  it('has the bytes it always had', async () => {
    const { method, url, body, rawHeaders } = await ask({ ...client, scope: 'a b' });
    expect([method, url]).toEqual(['POST', '/token']);
    expect(body).toBe(
      `grant_type=client_credentials&scope=a+b&client_id=cl%3Aient+%C3%BC&client_secret=${new URLSearchParams([['', hard]]).toString().slice(1)}`,
    );
    const names = rawHeaders.filter((_, index) => index % 2 === 0);
    expect(names.slice(0, names.indexOf('content-type') + 1)).toEqual(
      expect.arrayContaining(['accept', 'user-agent', 'content-type']),
    );
  });

  it('adds parameters and headers, repeats lists, and leaves out what is absent', async () => {
    const { body, headers } = await ask(
      {
        ...client,
        clientAuth: 'none',
        tokenRequest: {
          params: {
            audience: 'https://api.example/',
            resource: ['urn:a', 'urn:b'],
            tenant: '<<Tenant>>',
            missing: '<<Missing>>',
            empty: '',
          },
          headers: { 'X-Key': '<<Secret>>', 'User-Agent': 'mine' },
        },
      },
      { Tenant: 'a&b' },
    );
    expect(body).toBe(
      'grant_type=client_credentials&client_id=cl%3Aient+%C3%BC&audience=https%3A%2F%2Fapi.example%2F&resource=urn%3Aa&resource=urn%3Ab&tenant=a%26b&empty=',
    );
    expect(Buffer.from(String(headers['x-key']), 'latin1').toString()).toBe(hard);
    expect(headers['user-agent']).toBe('mine');
  });

  it('renames standard parameters, replaces them and leaves them out', async () => {
    const { body } = await ask({
      ...client,
      tokenRequest: {
        names: { client_id: 'appId', client_secret: 'appKey', grant_type: null },
        params: { appId: 'mine' },
      },
    });
    expect([...new URLSearchParams(body)]).toEqual([
      ['appId', 'mine'],
      ['appKey', hard],
    ]);
    const other = await ask({
      ...client,
      clientAuth: 'none',
      tokenRequest: { params: { grant_type: 'account' } },
    });
    expect(other.body).toBe('grant_type=account&client_id=cl%3Aient+%C3%BC');
  });

  it('is JSON with nested values of every kind', async () => {
    const { body, headers } = await ask(
      {
        ...client,
        tokenRequest: {
          format: 'json',
          params: { nested: { on: true, n: 3, none: '', who: '<<Who>>' }, list: ['<<Secret>>'] },
        },
      },
      { Who: '"q"' },
    );
    expect(headers['content-type']).toBe('application/json');
    expect(JSON.parse(body)).toEqual({
      grant_type: 'client_credentials',
      client_id: 'cl:ient ü',
      client_secret: hard,
      nested: { on: true, n: 3, none: '', who: '"q"' },
      list: [hard],
    });
  });

  it('puts parameters into the query of GET, beside those of the URL', async () => {
    const scene = await startScene(open);
    const definition = definitionOf(
      scene.server.origin,
      { ...client, tokenUrl: `${scene.server.origin}/token?v=1`, tokenRequest: { method: 'GET' } },
      { Secret: hard },
    );
    await scene.engine.connection(definition).execute('Read');
    const [{ method, url, body, headers } = { method: '', url: '', body: '', headers: {} }] =
      scene.tokenRequests;
    expect([method, body, headers['content-type']]).toEqual(['GET', '', undefined]);
    expect(url).toMatch(
      /^\/token\?v=1&grant_type=client_credentials&client_id=cl%3Aient%20%C3%BC&client_secret=s%2F%2B/,
    );
    expect(new URL(url, 'http://h').searchParams.get('client_secret')).toBe(hard);
  });

  it('finds the token anywhere, with a fallback, and keeps what else is needed', async () => {
    const scene = await startScene(open, () => ({ data: { jwt: 'inner' }, host: 'h' }));
    const definition = definitionOf(
      scene.server.origin,
      {
        ...client,
        tokenOutput: 'body.access_token || body.data.jwt',
        keep: { host: 'body.host' },
        placements: [{ in: 'header', name: 'X-Auth', value: 'Token <<token>>@<<host>>' }],
      },
      { Secret: hard },
    );
    await scene.engine.connection(definition).execute('Read');
    expect(scene.calls[0]?.headers['x-auth']).toBe('Token inner@h');
  });
});

describe('client authentication', () => {
  it('form-encodes id and secret in basic_auth (RFC 6749 section 2.3.1)', async () => {
    const { headers, body } = await ask({ ...client, clientAuth: 'basic_auth' });
    const [id, secret] = basicOf(headers.authorization).split(':');
    expect([id, secret]).toEqual(['cl%3Aient+%C3%BC', new URLSearchParams([['', hard]]).toString().slice(1)]);
    expect(body).toBe('grant_type=client_credentials');
  });

  it('joins them as they are in basic_auth_raw', async () => {
    const { headers } = await ask({ ...client, clientAuth: 'basic_auth_raw' });
    expect(basicOf(headers.authorization)).toBe(`cl:ient ü:${hard}`);
  });

  it('sends the id alone with none', async () => {
    const { body } = await ask({ ...client, clientSecret: null, clientAuth: 'none' });
    expect(body).toBe('grant_type=client_credentials&client_id=cl%3Aient+%C3%BC');
  });
});

describe('an OAuth definition', () => {
  const issuesOf = async (auth: Readonly<Record<string, unknown>>) => {
    const scene = await startScene(open);
    const definition = definitionOf('https://api.example', auth);
    const error = await failureOf(() => scene.engine.connection(definition));
    return error.issues.map(({ code, pointer, expected, suggestion }) => [
      code,
      pointer,
      suggestion ?? expected,
    ]);
  };

  it('names what is missing, misplaced or misspelt', async () => {
    expect(await issuesOf({ authType: 'oauth2', grant: 'pasword' })).toEqual([
      ['DEFINITION_WRONG_VALUE', '/config/auth/grant', 'password'],
    ]);
    expect(
      await issuesOf({ authType: 'oauth2', grant: 'password', username: 'u', password: 'p', account: 'a' }),
    ).toEqual([['DEFINITION_UNKNOWN_FIELD', '/config/auth/account', expect.anything()]]);
    expect(
      await issuesOf({
        authType: 'oauth2',
        grant: 'client_credentials',
        clientId: 'c',
        clientAuth: 'private_key_jwt',
      }),
    ).toEqual([['DEFINITION_MISSING_FIELD', '/config/auth/clientAssertion/key', 'a private key']]);
    expect(await issuesOf({ ...client, clientSecret: null, clientAuth: 'tls_client_auth' })).toEqual([
      ['DEFINITION_MISSING_FIELD', '/config/tls/clientCertificate', 'a client certificate'],
    ]);
    expect(
      await issuesOf({ ...client, clientSecret: 's', tokenRequest: { method: 'GET', format: 'json' } }),
    ).toEqual([['DEFINITION_WRONG_VALUE', '/config/auth/tokenRequest/format', '"query"']]);
    expect(
      await issuesOf({ ...client, clientSecret: 's', tokenRequest: { params: { a: { b: 1 } } } }),
    ).toEqual([
      ['DEFINITION_WRONG_TYPE', '/config/auth/tokenRequest/params/a', expect.stringContaining('json')],
    ]);
  });
});
