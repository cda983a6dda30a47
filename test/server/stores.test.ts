import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo, echoOperation, startWorld, type World } from './server-world.ts';
import { databases, type StorePair } from './two-stores.ts';

describe.for(databases)('two servers on one database of %s', ([, isThere, open]) => {
  const test = it.skipIf(!isThere);
  let pair: StorePair;
  let one: World;
  let two: World;

  beforeAll(async () => {
    if (!isThere) return;
    pair = await open();
    one = await startWorld({ store: async () => pair.store });
    two = await startWorld({ store: async () => pair.other });
  });

  afterAll(async () => {
    await Promise.all([one?.close(), two?.close()]);
    await pair?.close();
  });

  async function create() {
    const { body } = await one.ask('POST', '/api/connections', connectionTo(one.system));
    const { body: operation } = await one.ask(
      'POST',
      `/api/connections/${body.id}/operations`,
      echoOperation,
    );
    const call = { connectionId: body.id, operationId: operation.id, parameters: { Item: 'x' } };
    return { path: `/api/connections/${body.id}`, operation, call };
  }

  test('show and execute the same connections, and share their tokens', async () => {
    const { path, call } = await create();
    const [here, there] = [await one.ask('GET', path), await two.ask('GET', path)];
    expect(there.body).toEqual(here.body);
    const first = await one.ask('POST', '/api/execute', call);
    const second = await two.ask('POST', '/api/execute', call);
    expect(second.body).toEqual(first.body);
    expect(first.body.Authorization).toMatch(/^Bearer token-of-the-system/);
  });

  test('agree on a changed operation, a changed secret and a restart within a second', async () => {
    const { path, operation, call } = await create();
    await two.ask('POST', '/api/execute', call);
    await one.ask('PATCH', `${path}/operations/${operation.id}`, { config: { path: '/changed/{{Item*}}' } });
    const seen = async () => (await two.ask('POST', '/api/execute', call)).body;
    await expect.poll(async () => (await seen()).Url, { timeout: 1_000 }).toBe('/changed/x');
    await one.ask('PATCH', path, { secrets: { 'API Key': 'new-key-of-both' } });
    const sentKey = async () => {
      await seen();
      return one.system.received.at(-1)?.headers['x-api-key'];
    };
    await expect.poll(sentKey, { timeout: 1_000 }).toBe('new-key-of-both');
    const { Authorization: before } = await seen();
    await one.ask('POST', `${path}/restart`);
    await expect.poll(async () => (await seen()).Authorization, { timeout: 1_000 }).not.toBe(before);
  });

  test('do a request once between them', async () => {
    const { call } = await create();
    const key = await one.keyFor('execute');
    const headers = { 'idempotency-key': 'shared' };
    const parameters = { Item: 'only-once' };
    const send = (world: World) =>
      world.ask('POST', '/api/execute', { ...call, parameters }, { key, headers });
    const answers = await Promise.all([send(one), send(two), send(one), send(two)]);
    expect(answers.map(({ status }) => status).filter(status => status !== 409)).toContain(200);
    const replayed = await send(two);
    expect([replayed.status, replayed.headers.get('idempotency-replayed')]).toEqual([200, 'true']);
    expect(one.system.received.filter(({ url }) => url === '/echo/only-once')).toHaveLength(1);
  });

  test('both stop taking a key that one of them revoked', async () => {
    const created = await pair.store.apiKeys.create({ name: 'x', scopes: ['read'] });
    const key = created.key.reveal();
    expect((await two.ask('GET', '/api/connections', undefined, { key })).status).toBe(200);
    await pair.store.apiKeys.revoke(created.id);
    await expect
      .poll(async () => (await two.ask('GET', '/api/connections', undefined, { key })).status, {
        timeout: 1_000,
      })
      .toBe(401);
  });

  test('rotate the encryption key while they work', async () => {
    const { call } = await create();
    expect((await one.ask('POST', '/api/rotate-encryption-key')).status).toBe(200);
    expect((await two.ask('POST', '/api/execute', call)).status).toBe(200);
  });
});
