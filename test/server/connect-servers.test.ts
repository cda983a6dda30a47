import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { startWorld, type World } from './server-world.ts';
import { databases, type StorePair } from './two-stores.ts';

const PUBLIC_URL = 'https://ferrule.example.com';

describe.for(databases)('two servers behind one name, on one database of %s', ([, isThere, open]) => {
  const test = it.skipIf(!isThere);
  let pair: StorePair;
  let one: World;
  let two: World;
  let provider: EchoServer;

  beforeAll(async () => {
    if (!isThere) return;
    let tokens = 0;
    provider = await startEchoServer((request, response) => {
      if (request.url === '/revoke') return sendJson(response, {});
      if (request.url !== '/token') return false;
      tokens += 1;
      return sendJson(response, {
        access_token: `access-${tokens}`,
        refresh_token: `refresh-${tokens}`,
        expires_in: 3600,
      });
    });
    pair = await open();
    const settings = { publicUrl: PUBLIC_URL };
    one = await startWorld({ store: async () => pair.store, settings });
    two = await startWorld({ store: async () => pair.other, settings });
  });

  afterAll(async () => {
    await Promise.all([one?.close(), two?.close(), provider?.close()]);
    await pair?.close();
  });

  async function create(): Promise<string> {
    const { body } = await one.ask('POST', '/api/connections', {
      name: 'Acme',
      type: 'http',
      config: {
        configType: 'http',
        baseUrl: provider.origin,
        auth: {
          authType: 'oauth2',
          grant: 'authorization_code',
          account: '{{Account}}',
          authorizationUrl: `${provider.origin}/authorize`,
          tokenUrl: `${provider.origin}/token`,
          revocationUrl: `${provider.origin}/revoke`,
          clientId: 'ferrule',
          redirectUri: `${PUBLIC_URL}/oauth/callback`,
        },
      },
    });
    await one.ask('POST', `/api/connections/${body.id}/operations`, {
      name: 'Read',
      config: { configType: 'http', method: 'GET', path: '/' },
      outputs: { sent: { value: 'body.headers.authorization' } },
    });
    return body.id;
  }

  /** Each step at another server, by what the browser carries between them. */
  async function connect(id: string, account: string) {
    const body = { parameters: { Account: account } };
    const link = (await one.ask('POST', `/api/connections/${id}/authorize`, body)).body.url;
    const started = await fetch(link.replace(PUBLIC_URL, two.server.origin), { redirect: 'manual' });
    const state = new URL(started.headers.get('location') ?? '').searchParams.get('state');
    const cookie = started.headers.getSetCookie()[0] ?? '';
    const back = await fetch(`${one.server.origin}/oauth/callback?code=${account}&state=${state}`, {
      headers: { cookie: cookie.split(';')[0] ?? '' },
    });
    return { status: back.status, cookie, page: await back.text() };
  }

  async function execute(world: World, id: string, account: string): Promise<string> {
    const [operation] = (await world.ask('GET', `/api/connections/${id}/operations`)).body;
    const call = { connectionId: id, operationId: operation.id, parameters: { Account: account } };
    const { body } = await world.ask('POST', '/api/execute', call);
    return body.sent ?? body.errorKey;
  }

  test('complete what the other one began, by a cookie for this host alone', async () => {
    const id = await create();
    const { status, cookie } = await connect(id, 'jo');
    expect(status).toBe(200);
    expect(cookie).toMatch(
      /^__Host-ferrule-connect-[0-9a-f]{16}=[\w-]{43}; Path=\/; Max-Age=600; HttpOnly; SameSite=Lax; Secure$/,
    );
    expect(await execute(two, id, 'jo')).toMatch(/^Bearer access-/);
    expect(await execute(one, id, 'jo')).toBe(await execute(two, id, 'jo'));
  });

  test('hold no token any more that the other one has disconnected, of any account', async () => {
    const id = await create();
    for (const account of ['jo', 'kim', 'lee']) {
      await connect(id, account);
      expect(await execute(two, id, account)).toMatch(/^Bearer access-/);
    }
    const only = await one.ask('POST', `/api/connections/${id}/disconnect`, {
      parameters: { Account: 'lee' },
    });
    expect(only.body).toEqual({ revocation: { outcome: 'revoked' }, deletedTokens: 1 });
    const again = await two.ask('POST', `/api/connections/${id}/disconnect`, {
      parameters: { Account: 'lee' },
    });
    expect(again.body).toEqual({ revocation: { outcome: 'nothing_to_revoke' }, deletedTokens: 0 });
    expect(await execute(one, id, 'jo')).toMatch(/^Bearer access-/);
    const before = provider.received.filter(({ url }) => url === '/revoke').length;
    const all = await one.ask('POST', `/api/connections/${id}/disconnect`);
    expect(all.body).toEqual({ revocation: { outcome: 'revoked' }, deletedTokens: 2 });
    // Of each account the refresh token and the access token.
    expect(provider.received.filter(({ url }) => url === '/revoke')).toHaveLength(before + 4);
    await expect.poll(() => execute(two, id, 'jo'), { timeout: 5_000 }).toBe('TOKEN_NEEDS_REAUTH');
    for (const account of ['kim', 'lee']) expect(await execute(two, id, account)).toBe('TOKEN_NEEDS_REAUTH');
  });
});

describe('a server that browsers have no way to', () => {
  it('makes no link, and says which setting is missing', async () => {
    const world = await startWorld({ settings: { publicUrl: 'http://0.0.0.0:8420' } });
    const { body } = await world.ask('POST', '/api/connections', {
      name: 'Acme',
      type: 'http',
      config: { configType: 'http', baseUrl: 'https://api.example.com' },
    });
    const answer = await world.ask('POST', `/api/connections/${body.id}/authorize`);
    expect([answer.status, answer.body.errorKey]).toEqual([400, 'AUTHORIZATION_UNSUPPORTED']);
    expect(answer.body.error).toContain('FERRULE_PUBLIC_URL');
    await world.close();
  });
});
