import { afterEach, describe, expect, it } from 'vitest';
import {
  createEngine,
  createMemoryTokenStore,
  decodeTokenRecord,
  encodeTokenRecord,
  type TokenStore,
} from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import { definitionOf, startScene } from './oauth2-server.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

const auth = {
  authType: 'oauth2',
  grant: 'authorization_code',
  account: '<<Account>>',
  clientId: 'me',
  authorizationUrl: 'https://login.example/authorize',
  redirectUri: 'https://host.example/callback',
};
const parameters = { Account: 'jo' };

/** A connection that jo has authorised, with the key of its token. Tokens live for a minute. */
async function scene(refuse = false) {
  const clock = createFakeClock();
  const memory = createMemoryTokenStore({ clock });
  const keys = new Set<string>();
  const tokenStore: TokenStore = {
    ...memory,
    compareAndSet(key, ...rest) {
      keys.add(key);
      return memory.compareAndSet(key, ...rest);
    },
  };
  const started = await startScene(
    open,
    (_, nth) =>
      refuse && nth > 1
        ? { error: 'invalid_grant' }
        : { access_token: `t${nth}`, refresh_token: `r${nth}`, expires_in: 60 },
    { clock, tokenStore },
  );
  const definition = definitionOf(started.server.origin, auth);
  const connection = started.engine.connection(definition);
  const { url } = await connection.beginAuthorization({ parameters });
  const state = new URL(url).searchParams.get('state');
  await connection.completeAuthorization(`https://host.example/callback?code=c&state=${state}`, {
    parameters,
  });
  const key = [...keys].find(each => !each.startsWith('authorization-state:')) ?? '';
  /** Requests of the token endpoint; nothing else is called here. */
  const { received } = started.server;
  return { received, clock, tokenStore, definition, connection, key };
}

describe('a token that is renewed while nobody calls', () => {
  it('is left alone until it is due, and renewed once then', async () => {
    const { connection, clock, received, key } = await scene();
    const { expiresAtMs = 0 } = (await connection.renewToken({ parameters, key })) ?? {};
    expect(received).toHaveLength(1);
    clock.advance(31_000);
    const renewed = await Promise.all([1, 2, 3].map(() => connection.renewToken({ parameters, key })));
    expect(renewed.map(token => token?.expiresAtMs)).toEqual([1, 2, 3].map(() => expiresAtMs + 31_000));
    expect(new URLSearchParams(received.at(-1)?.body).get('refresh_token')).toBe('r1');
  });

  it('is renewed once by several engines on one store', async () => {
    const { clock, tokenStore, definition, received } = await scene();
    clock.advance(31_000);
    const engines = [1, 2, 3].map(() => createEngine({ clock, tokenStore }));
    open.push(...engines);
    await Promise.all(engines.map(engine => engine.connection(definition).renewToken({ parameters })));
    expect(received).toHaveLength(2);
  });

  it('is renewed by the parameters that it was authorised with, which are stored beside it', async () => {
    const { connection, clock, tokenStore, key, received } = await scene();
    const read = async () => (await tokenStore.get(key))?.record.token?.parameters;
    expect(await read()).toEqual(parameters);
    clock.advance(31_000);
    await connection.renewToken({ parameters: (await read()) ?? {}, key });
    expect(received).toHaveLength(2);
    expect(await read()).toEqual(parameters);
    const record = (await tokenStore.get(key))?.record;
    expect(record && decodeTokenRecord(encodeTokenRecord(record)).token?.parameters).toEqual(parameters);
  });

  it('is not the token of another account', async () => {
    const { connection, key } = await scene();
    expect(await connection.renewToken({ parameters: { Account: 'kim' }, key })).toBeUndefined();
  });

  it('ends with the grant', async () => {
    const { connection, clock } = await scene(true);
    clock.advance(31_000);
    const error = await failureOf(connection.renewToken({ parameters }));
    expect(error.code).toBe('TOKEN_NEEDS_REAUTH');
  });

  it('is nothing for a connection without tokens', async () => {
    const engine = createEngine();
    open.push(engine);
    const connection = engine.connection({ name: 'Open', config: { baseUrl: 'https://api.example' } });
    expect(await connection.renewToken()).toBeUndefined();
  });
});

describe('a connection with an owner of its tokens', () => {
  it('keeps them when it is renamed', async () => {
    const clock = createFakeClock();
    const tokenStore = createMemoryTokenStore({ clock });
    const { engine, server } = await startScene(open, undefined, { clock });
    const named = (name: string) =>
      engine.connection(JSON.stringify({ ...JSON.parse(definitionOf(server.origin, auth)), name }), {
        tokenStore,
        tokenOwner: 'record-7',
      });
    const { url } = await named('Old').beginAuthorization({ parameters });
    const callback = `?code=c&state=${new URL(url).searchParams.get('state')}`;
    await named('Old').completeAuthorization(callback, { parameters });
    expect((await named('New').execute('Read', parameters)).outputs['who']).toBe('Bearer t0ken');
  });
});
