import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type ConnectWorld, startConnectWorld } from './connect-world.ts';

let world: ConnectWorld;

beforeAll(async () => {
  world = await startConnectWorld();
});

afterAll(() => world.close());

/** Whether the provider still takes a token. */
async function isActive(token: string): Promise<boolean> {
  const response = await fetch(`${world.oidc.origin}/token/introspection`, {
    method: 'POST',
    body: new URLSearchParams({ token, client_id: 'web', client_secret: 'web-secret' }),
  });
  const answer: unknown = await response.json();
  return Reflect.get(Object(answer), 'active') === true;
}

const disconnect = (id: string, body?: object) =>
  world.ask('POST', `/api/connections/${id}/disconnect`, body);

/** Endpoints that are written out, without the one for revocation. */
const endpoints = () => ({
  issuer: undefined,
  authorizationUrl: `${world.oidc.origin}/auth`,
  tokenUrl: `${world.oidc.origin}/token`,
});

describe('a connection that is disconnected', () => {
  it('has its tokens revoked at the provider and deleted here', async () => {
    const id = await world.create('web');
    await world.connect(id);
    const token = (await world.execute(id)).replace('Bearer ', '');
    expect(await isActive(token)).toBe(true);
    const { status, body } = await disconnect(id);
    expect([status, body]).toEqual([200, { revocation: { outcome: 'revoked' }, deletedTokens: 1 }]);
    expect(await isActive(token)).toBe(false);
    const { body: health } = await world.ask('GET', `/api/connections/${id}/health`);
    expect(health).toMatchObject({
      state: 'needs_reauth',
      reason: 'The connection was disconnected',
      tokens: [],
    });
    expect(await world.execute(id)).toBe('TOKEN_NEEDS_REAUTH');
    expect((await world.stepsOf(id))[0]).toMatchObject({ event: 'disconnected', outcome: 'revoked' });
  });

  it('can be connected again', async () => {
    const id = await world.create('public');
    await world.connect(id);
    await disconnect(id);
    expect((await world.connect(id)).page).toContain('Connected');
    expect(await world.execute(id)).toMatch(/^Bearer /);
  });

  it('says so when the provider has no endpoint for it', async () => {
    const id = await world.create('web', endpoints());
    await world.connect(id);
    expect((await disconnect(id)).body).toEqual({
      revocation: { outcome: 'not_supported' },
      deletedTokens: 1,
    });
    expect(await world.execute(id)).toBe('TOKEN_NEEDS_REAUTH');
  });

  it('says why when the provider fails, and has no tokens here all the same', async () => {
    const id = await world.create('web', { revocationUrl: `${world.system.origin}/fail` });
    await world.connect(id);
    const token = (await world.execute(id)).replace('Bearer ', '');
    const { body } = await disconnect(id);
    expect(body).toEqual({
      revocation: { outcome: 'failed', reason: expect.stringContaining('500') },
      deletedTokens: 1,
    });
    expect(JSON.stringify(body)).not.toContain(token);
    expect(await world.store.tokens.list(id)).toEqual([]);
  });

  it('has nothing to revoke when nobody authorised it', async () => {
    const id = await world.create('web');
    const { body } = await disconnect(id);
    expect(body).toEqual({ revocation: { outcome: 'nothing_to_revoke' }, deletedTokens: 0 });
    expect((await world.ask('POST', `/api/connections/${id}/disconnect`, { all: true })).status).toBe(400);
  });
});
