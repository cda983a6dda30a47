import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { createEngine, createMemoryTokenStore, type EngineOptions } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { definitionOf, startScene, type TokenReply } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const auth = {
  authType: 'oauth2',
  grant: 'authorization_code',
  account: '<<Account>>',
  clientId: 'me & you',
  authorizationUrl: 'https://login.example/authorize?tenant=a%20b&prompt=none',
  redirectUri: 'https://host.example/callback?x=1',
  scope: 'a b',
  authorizationParams: { prompt: 'login', hint: '<<Hint>>', resource: ['urn:a', 'urn:b'] },
};
const of = (account: string) => ({ parameters: { Account: account } });

async function scene(reply?: TokenReply, options: EngineOptions = {}, change: object = {}) {
  const clock = createFakeClock();
  const started = await startScene(open, reply, { clock, ...options });
  const definition = definitionOf(started.server.origin, { ...auth, ...change });
  return { ...started, clock, definition, connection: started.engine.connection(definition) };
}

const callbackOf = (url: string, more = '') =>
  `https://host.example/callback?x=1&code=c0de&state=${new URL(url).searchParams.get('state')}${more}`;

describe('beginning an authorization', () => {
  it('makes a URL with PKCE, and keeps what the endpoint URL has already (RFC 6749 section 4.1.1)', async () => {
    const { connection } = await scene();
    const begun = await connection.beginAuthorization({
      ...of('jo'),
      params: { login_hint: 'jo@x', client_id: 'evil' },
    });
    const url = new URL(begun.url);
    expect(url.origin + url.pathname).toBe('https://login.example/authorize');
    expect([...url.searchParams]).toEqual([
      ['tenant', 'a b'],
      ['prompt', 'login'],
      ['scope', 'a b'],
      ['resource', 'urn:a'],
      ['resource', 'urn:b'],
      ['login_hint', 'jo@x'],
      ['client_id', 'me & you'],
      ['response_type', 'code'],
      ['redirect_uri', 'https://host.example/callback?x=1'],
      ['state', begun.state],
      ['code_challenge', expect.stringMatching(/^[\w-]{43}$/)],
      ['code_challenge_method', 'S256'],
    ]);
  });

  it('is different each time', async () => {
    const { connection } = await scene();
    const urls = [
      await connection.beginAuthorization(of('jo')),
      await connection.beginAuthorization(of('jo')),
    ];
    for (const name of ['state', 'code_challenge']) {
      expect(new Set(urls.map(({ url }) => new URL(url).searchParams.get(name))).size).toBe(2);
    }
  });
});

describe('completing an authorization', () => {
  it('sends the code with its verifier, keeps the token, and hands out what else came back', async () => {
    const { connection, server } = await scene(() => ({
      access_token: 't',
      refresh_token: 'r',
      expires_in: '60',
      scope: null,
    }));
    const { url } = await connection.beginAuthorization(of('jo'));
    const completed = await connection.completeAuthorization(
      callbackOf(url, '&realmId=42&session_state=s'),
      of('jo'),
    );
    expect(completed).toEqual({
      scope: undefined,
      renewable: true,
      expiresAtMs: Date.UTC(2030, 0, 1) + 60_000,
      callback: { x: '1', realmId: '42' },
    });
    const form = new URLSearchParams(server.received[0]?.body);
    const verifier = form.get('code_verifier') ?? '';
    expect(createHash('sha256').update(verifier).digest('base64url')).toBe(
      new URL(url).searchParams.get('code_challenge'),
    );
    form.delete('code_verifier');
    expect([...form]).toEqual([
      ['grant_type', 'authorization_code'],
      ['code', 'c0de'],
      ['redirect_uri', 'https://host.example/callback?x=1'],
      ['client_id', 'me & you'],
    ]);
    const report = await connection.execute('Read', { Account: 'jo' });
    expect(report.outputs['who']).toBe('Bearer t');
  });

  it('keeps parameters of the callback as tags, through every refresh', async () => {
    const { engine, server, clock } = await scene((_, nth) => ({
      access_token: `t${nth}`,
      refresh_token: 'r',
      expires_in: 60,
    }));
    const definition = JSON.parse(definitionOf(server.origin, { ...auth, keepCallback: ['realmId'] }));
    definition.operations[0].config.path = '/company/<<realmId>>';
    const connection = engine.connection(JSON.stringify(definition));
    const { url } = await connection.beginAuthorization(of('jo'));
    await connection.completeAuthorization(callbackOf(url, '&realmId=4%2F2'), of('jo'));
    await connection.execute('Read', { Account: 'jo' });
    clock.advance(60_000);
    await connection.execute('Read', { Account: 'jo' });
    expect(server.received.map(received => received.url)).toEqual([
      '/token',
      '/company/4%2F2',
      '/token',
      '/company/4%2F2',
    ]);
  });

  it.each(['https://host.example/callback?code=c0de', '/callback?code=c0de', 'no URL'])(
    'says that the state is missing: %s',
    async callback => {
      const { connection } = await scene();
      expect(await failureOf(connection.completeAuthorization(callback, of('jo')))).toMatchObject({
        code: 'AUTHORIZATION_STATE_INVALID',
        summary: 'The state of the authorization answer is missing',
      });
    },
  );

  it('gives each account its own token', async () => {
    const { connection } = await scene((_, nth) => ({ access_token: `t${nth}` }));
    for (const account of ['jo', 'al']) {
      const { url } = await connection.beginAuthorization(of(account));
      await connection.completeAuthorization(callbackOf(url), of(account));
    }
    const sent = async (account: string) =>
      (await connection.execute('Read', { Account: account })).outputs['who'];
    expect([await sent('jo'), await sent('al')]).toEqual(['Bearer t1', 'Bearer t2']);
    expect((await failureOf(connection.execute('Read', { Account: 'mo' }))).code).toBe('TOKEN_NEEDS_REAUTH');
  });

  it('outlives a change of the client secret, and belongs to connections of its name alone', async () => {
    const { engine, connection, server } = await scene();
    const { url } = await connection.beginAuthorization(of('jo'));
    await connection.completeAuthorization(callbackOf(url), of('jo'));
    const changed = { ...auth, clientSecret: 'new', clientAuth: 'basic_auth' };
    const definition = definitionOf(server.origin, changed);
    const report = await engine.connection(definition).execute('Read', { Account: 'jo' });
    expect(report.outputs['who']).toBe('Bearer t0ken');
    const other = engine.connection(definition.replace('"Acme"', '"Other"'));
    expect((await failureOf(other.execute('Read', { Account: 'jo' }))).code).toBe('TOKEN_NEEDS_REAUTH');
  });

  it('uses a token without end and without refresh token until it is rejected', async () => {
    const { connection, clock } = await scene(() => ({ access_token: 't' }));
    const { url } = await connection.beginAuthorization(of('jo'));
    const { expiresAtMs, renewable } = await connection.completeAuthorization(callbackOf(url), of('jo'));
    expect([expiresAtMs, renewable]).toEqual([Infinity, false]);
    clock.advance(1e12);
    expect((await connection.execute('Read', { Account: 'jo' })).outputs['who']).toBe('Bearer t');
  });

  const invalid = async (work: Promise<unknown>) => (await failureOf(work)).code;

  it('refuses a state that is forged, altered, late, used, of another account or of another browser', async () => {
    const { connection, clock } = await scene();
    const begin = async () =>
      callbackOf((await connection.beginAuthorization({ ...of('jo'), binding: 's1' })).url);
    const complete = (callback: string, account = 'jo', binding = 's1') =>
      connection.completeAuthorization(callback, { ...of(account), binding });
    const good = await begin();
    const expected = 'AUTHORIZATION_STATE_INVALID';
    expect(await invalid(complete('?code=c'))).toBe(expected);
    expect(await invalid(complete('?code=c&state=a.b'))).toBe(expected);
    expect(await invalid(complete(`${good}x`))).toBe(expected);
    expect(await invalid(complete(good, 'al'))).toBe(expected);
    expect(await invalid(complete(good, 'jo', 's2'))).toBe(expected);
    await complete(good);
    expect(await invalid(complete(good))).toBe(expected);
    const late = await begin();
    clock.advance(10 * 60_000);
    expect(await invalid(complete(late))).toBe(expected);
  });

  it('works in another process with the same key and store, once in all of them', async () => {
    const store = createMemoryTokenStore();
    const shared = { authorizationKey: 'k'.repeat(32), tokenStore: store };
    const { connection, definition, clock } = await scene(undefined, shared);
    const engine = createEngine({ ...shared, clock });
    const stranger = createEngine({ clock });
    open.push(engine, stranger);
    const callback = callbackOf((await connection.beginAuthorization(of('jo'))).url);
    expect(await invalid(stranger.connection(definition).completeAuthorization(callback, of('jo')))).toBe(
      'AUTHORIZATION_STATE_INVALID',
    );
    const work = [connection, engine.connection(definition)].map(each =>
      each.completeAuthorization(callback, of('jo')),
    );
    const outcomes = (await Promise.allSettled(work)).map(({ status }) => status);
    expect(outcomes.toSorted()).toEqual(['fulfilled', 'rejected']);
  });

  it('tells what the server said when the person refused, and never asks for a token', async () => {
    const { connection, server } = await scene();
    const { state } = await connection.beginAuthorization(of('jo'));
    const callback = `?error=access_denied&error_description=No%20thanks&state=${state}`;
    const error = await failureOf(connection.completeAuthorization(callback, of('jo')));
    expect(error).toMatchObject({ code: 'AUTHORIZATION_FAILED', details: { error: 'access_denied' } });
    expect(error.message).toContain('No thanks');
    expect(server.received).toEqual([]);
  });

  it('refuses an answer of another server (RFC 9207), and one that says something twice', async () => {
    const { connection } = await scene(undefined, {}, { issuer: 'https://login.example' });
    const complete = async (more: string) => {
      const { url } = await connection.beginAuthorization(of('jo'));
      return failureOf(connection.completeAuthorization(callbackOf(url, more), of('jo')));
    };
    expect(await complete('&iss=https%3A%2F%2Fother.example')).toMatchObject({
      code: 'AUTHORIZATION_FAILED',
      pointer: '/config/auth/issuer',
      found: 'https://other.example',
    });
    expect(await complete('&code=other')).toMatchObject({ code: 'AUTHORIZATION_FAILED' });
  });

  it('is no step of a connection that needs no person', async () => {
    const { engine, server } = await startScene(open);
    const machine = engine.connection(
      definitionOf(server.origin, { authType: 'client_credentials', clientId: 'c', clientSecret: null }),
    );
    const basic = engine.connection(
      JSON.stringify({
        name: 'B',
        config: { baseUrl: server.origin, auth: { authType: 'basic', username: 'u', password: 'p' } },
      }),
    );
    for (const work of [
      machine.beginAuthorization(),
      machine.beginDeviceAuthorization(),
      basic.revokeToken(),
    ]) {
      expect(await invalid(work)).toBe('AUTHORIZATION_UNSUPPORTED');
    }
  });
});
