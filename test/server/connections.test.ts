import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo, echoOperation, startWorld, type World } from './server-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

const create = async (changes = {}) =>
  (await world.ask('POST', '/api/connections', connectionTo(world.system, changes))).body;

describe('connections of the server', () => {
  it('change where the request says so, also within config; null removes an addition', async () => {
    const { id, config } = await create();
    const retry = { maxAttempts: 2 };
    const { body } = await world.ask('PATCH', `/api/connections/${id}`, {
      config: { testPath: '/other', retry },
    });
    expect(body.config).toMatchObject({ ...config, testPath: '/other', retry });
    const without = await world.ask('PUT', `/api/connections/${id}`, { config: { retry: null } });
    expect(without.body.config).toEqual({ ...config, testPath: '/other' });
  });

  it('replace lists and maps as a whole', async () => {
    const { id } = await create();
    const set = async (headers: object) =>
      (await world.ask('PATCH', `/api/connections/${id}`, { config: { headers } })).body.config.headers;
    await set({ 'x-one': '1', 'x-two': '2' });
    expect(await set({ 'x-two': '3' })).toEqual({ 'x-two': '3' });
  });

  it('refuse a change that is based on an old version, and take one that names none', async () => {
    const { id, lockVersion } = await create();
    const path = `/api/connections/${id}`;
    await world.ask('PATCH', path, { description: 'first' });
    const late = await world.ask('PATCH', path, { description: 'late', lockVersion });
    expect([late.status, late.body.errorKey]).toEqual([409, 'STORE_CONFLICT']);
    expect((await world.ask('PATCH', path, { description: 'free' })).body).toMatchObject({
      description: 'free',
    });
  });

  it('lose no change of many that are made at once without a version', async () => {
    const { id } = await create();
    const names = ['a', 'b', 'c', 'd'];
    const answers = await Promise.all(
      names.map(name => world.ask('PATCH', `/api/connections/${id}`, { secrets: { [name]: name } })),
    );
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
    const { body } = await world.ask('GET', `/api/connections/${id}`);
    expect(Object.keys(body.secrets)).toEqual(expect.arrayContaining(names));
    expect(body.lockVersion).toBe(5);
  });

  it('ignore foreign fields in a change, as Integrator does, but not a field that is misspelt', async () => {
    const { id } = await create();
    const foreign = await world.ask('PATCH', `/api/connections/${id}`, {
      description: 'new',
      tenant: 'x',
      'a/b': 1,
    });
    expect([foreign.status, foreign.body.description]).toEqual([200, 'new']);
    const misspelt = await world.ask('PATCH', `/api/connections/${id}`, { descripton: 'new' });
    expect([misspelt.status, misspelt.body.error.includes('/descripton')]).toEqual([400, true]);
    expect(
      (await world.ask('POST', '/api/connections', connectionTo(world.system, { tenant: 'x' }))).status,
    ).toBe(400);
    const operation = { ...echoOperation, tenant: 'x' };
    const inline = { connectionId: id, operation, parameters: { Item: 'x' } };
    expect((await world.ask('POST', '/api/execute', inline)).status).toBe(200);
    expect((await world.ask('POST', '/api/inspect', { operation })).status).toBe(200);
  });

  it('tell every problem of a definition with its place, in full to who asks for it', async () => {
    const headers = { accept: 'application/problem+json' };
    const wrong = {
      name: 'Wrong',
      type: 'http',
      config: { configType: 'http', baseUrl: 'https://a.example.com', baseurl: 'x', testPath: 7 },
    };
    const { status, body } = await world.ask('POST', '/api/connections', wrong, { headers });
    expect([status, body.code]).toEqual([400, 'DEFINITION_INVALID']);
    expect(body.issues.map(({ pointer }: { pointer: string }) => pointer).sort()).toEqual([
      '/config/baseurl',
      '/config/testPath',
    ]);
    const plain = await world.ask('POST', '/api/connections', wrong);
    expect(plain.body.error).toContain('/config/testPath');
  });

  it('are refused when an expression or a template in them cannot be read', async () => {
    const { id } = await create();
    const bad = { ...echoOperation, outputs: { Bad: { value: 'body.(' } } };
    const { status, body } = await world.ask('POST', `/api/connections/${id}/operations`, bad);
    expect([status, body.error.includes('/outputs/Bad/value')]).toEqual([400, true]);
  });

  it('are listed as invalid, with reason and stored value, when they cannot be read any more', async () => {
    const definition = JSON.stringify({
      config: {
        configType: 'http',
        baseUrl: 'https://a.example.com',
        auth: { authType: 'basic', username: 'a', password: 'canary-pw', was: 1 },
      },
    });
    const stored = await world.store.connections.create({ name: 'Old', definition });
    const path = `/api/connections/${stored.id}`;
    const { body } = await world.ask('GET', path);
    expect(body).toMatchObject({
      name: 'Old',
      config: { configType: 'invalid', errorMessage: expect.stringContaining('/config/auth/was') },
    });
    expect(JSON.parse(body.config.rawValue)).toMatchObject({
      baseUrl: 'https://a.example.com',
      auth: { was: 1, password: null },
    });
    const written = await world.ask('PUT', path, body);
    expect(written.status).toBe(400);
    expect((await world.store.connections.get(stored.id))?.definition).toBe(definition);
    const auth = { authType: 'basic', username: 'a', password: null };
    const repaired = await world.ask('PUT', path, { config: { auth } });
    expect(repaired.body.config).toMatchObject({ configType: 'http', auth });
    expect((await world.store.connections.get(stored.id))?.definition).toContain('canary-pw');
  });

  it('keep the spelling of today, whatever older one they came in', async () => {
    const { body } = await world.ask('POST', '/api/connections', {
      name: 'Older',
      type: 'http',
      config: {
        configType: 'http',
        baseUrl: 'https://a.example.com',
        auth: { type: 'bearer_token', token: '<<T>>' },
      },
      secrets: { T: 'x' },
    });
    expect(body.config.auth).toEqual({
      authType: 'raw_bearer_token',
      token: '<<T>>',
      header: 'Authorization',
      prefix: 'Bearer',
    });
  });

  it('of databases are refused', async () => {
    const config = {
      configType: 'postgres',
      host: 'h',
      port: 1,
      username: 'u',
      password: 'p',
      database: 'd',
    };
    const { status, body } = await world.ask('POST', '/api/connections', {
      name: 'Db',
      type: 'postgres',
      config,
    });
    expect([status, body.errorKey]).toEqual([400, 'DEFINITION_UNSUPPORTED_TYPE']);
  });

  it('come whole out of an export and into another server', async () => {
    const { id } = await create();
    await world.ask('POST', `/api/connections/${id}/operations`, echoOperation);
    const { body: exported } = await world.ask('GET', `/api/export/connections/${id}`);
    const other = await startWorld();
    try {
      const imported = await other.ask('POST', '/api/import/connections', exported);
      expect(imported.body).toMatchObject({
        id,
        name: 'Acme',
        secrets: { 'API Key': null, 'Client Secret': null },
      });
      const again = await other.ask('GET', `/api/export/connections/${id}`);
      const { insertedAt: _i, updatedAt: _u, lockVersion: _l, operations, ...rest } = again.body;
      expect(exported).toMatchObject(rest);
      expect(operations[0]).toMatchObject({
        id: exported.operations[0].id,
        name: 'Echo',
        config: exported.operations[0].config,
      });
    } finally {
      await other.close();
    }
  });

  it('are replaced by an import with force, their secrets aside', async () => {
    const { id } = await create();
    await world.ask('PATCH', `/api/connections/${id}`, { config: { retry: { maxAttempts: 2 } } });
    await world.ask('POST', `/api/connections/${id}/operations`, echoOperation);
    const { body: exported } = await world.ask('GET', `/api/export/connections/${id}`);
    const { retry: _retry, ...config } = exported.config;
    const { body } = await world.ask('POST', '/api/import/connections?force=true', {
      ...exported,
      config,
      operations: [],
    });
    expect(body.config).toEqual(config);
    expect((await world.ask('GET', `/api/connections/${id}/operations`)).body).toEqual([]);
    expect([...(await world.store.secrets.read(id)).keys()].sort()).toEqual(['API Key', 'Client Secret']);
  });

  it('say what is wrong with a request that is no connection at all', async () => {
    for (const body of [[], 'null', '7']) {
      const answer = await world.ask('POST', '/api/connections', body);
      expect([answer.status, answer.body.errorKey]).toEqual([400, 'REQUEST_INVALID']);
    }
    const odd = await world.ask(
      'POST',
      '/api/connections',
      connectionTo(world.system, { secrets: { 'a/b': 7 } }),
    );
    expect(odd.body.error).toContain('/secrets/a~1b');
    expect((await world.ask('GET', '/api/connections/not-an-id')).status).toBe(404);
  });
});
