import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo, SECRET, startWorld, type World } from './server-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

const LITERAL = 'canary-literal-51';

/** Connections whose credentials are written out, each with the place of it. */
const literal = [
  ['password', { authType: 'basic', username: 'ada', password: LITERAL }],
  ['token', { authType: 'raw_bearer_token', token: LITERAL }],
  [
    'clientSecret',
    {
      authType: 'client_credentials',
      tokenUrl: 'https://a.example.com/t',
      clientId: 'me',
      clientSecret: LITERAL,
    },
  ],
] as const;

async function create(changes: Readonly<Record<string, unknown>> = {}) {
  const { body } = await world.ask('POST', '/api/connections', connectionTo(world.system, changes));
  return body;
}

/** What the engine would work with: read from the store, which clients cannot. */
async function secretsOf(id: string) {
  const secrets = await world.store.secrets.read(id);
  return Object.fromEntries([...secrets].map(([name, value]) => [name, value.reveal()]));
}

describe('secrets of stored connections', () => {
  it('never come back, wherever they were written', async () => {
    const created = await create({ config: { ...connectionTo(world.system).config, auth: literal[0][1] } });
    const { id } = created;
    const answers = [
      created,
      (await world.ask('GET', `/api/connections/${id}`)).body,
      (await world.ask('GET', '/api/connections')).body,
      (await world.ask('GET', `/api/export/connections/${id}`)).body,
      (await world.ask('PATCH', `/api/connections/${id}`, { name: 'Renamed' })).body,
      (
        await world.ask('PATCH', `/api/connections/${id}`, {
          config: { auth: { authType: 'basic', username: 'ada', password: LITERAL, typo: 1 } },
        })
      ).body,
      (
        await world.ask('POST', '/api/test', {
          ...connectionTo(world.system),
          secrets: { Odd: LITERAL },
          extra: LITERAL,
        })
      ).body,
      world.log,
      (await world.ask('GET', '/api/events')).body,
    ];
    const text = JSON.stringify(answers);
    expect(text).not.toContain(LITERAL);
    expect(text).not.toContain(SECRET);
  });

  it.each(literal)('that are written out stay when null is written back: %s', async (field, auth) => {
    const created = await create({ config: { ...connectionTo(world.system).config, auth } });
    expect(created.config.auth[field]).toBeNull();
    const before = await world.store.connections.get(created.id);
    const written = await world.ask('PUT', `/api/connections/${created.id}`, created);
    expect(written.status).toBe(200);
    const after = await world.store.connections.get(created.id);
    expect(after?.definition).toBe(before?.definition);
    expect(after?.definition).toContain(LITERAL);
  });

  it('stay as they are when what was read is written back', async () => {
    const created = await create();
    const before = await secretsOf(created.id);
    const { body } = await world.ask('PUT', `/api/connections/${created.id}`, created);
    expect(body).toEqual({ ...created, lockVersion: created.lockVersion + 1, updatedAt: body.updatedAt });
    expect(await secretsOf(created.id)).toEqual(before);
  });

  it('are set by a text, kept by null and removed by $clear', async () => {
    const { id } = await create();
    const { body } = await world.ask('PATCH', `/api/connections/${id}`, {
      secrets: { 'Client Secret': 'new', 'API Key': { $clear: true }, Declared: null },
    });
    expect(body.secrets).toEqual({ 'Client Secret': null, Declared: null });
    expect(await secretsOf(id)).toEqual({ 'Client Secret': 'new' });
  });

  it('written out are removed by $clear, and not kept for another kind of authentication', async () => {
    const created = await create({ config: { ...connectionTo(world.system).config, auth: literal[0][1] } });
    const definitionOf = async () => (await world.store.connections.get(created.id))?.definition ?? '';
    const password = { $clear: true };
    await world.ask('PATCH', `/api/connections/${created.id}`, {
      config: { auth: { ...literal[0][1], password } },
    });
    expect(await definitionOf()).not.toContain(LITERAL);
    await world.ask('PATCH', `/api/connections/${created.id}`, { config: { auth: literal[0][1] } });
    const digest = { authType: 'digest', username: 'ada', password: null };
    await world.ask('PATCH', `/api/connections/${created.id}`, { config: { auth: digest } });
    expect(await definitionOf()).not.toContain(LITERAL);
  });

  it('that name a secret by a tag are shown, since the tag is none', async () => {
    const created = await create();
    expect(created.config.auth.clientSecret).toBe('<<Client Secret>>');
  });

  it('cannot be read by executing an operation of one’s own without the right to change connections', async () => {
    const { id } = await create();
    const key = await world.keyFor('execute');
    const operation = {
      config: { configType: 'http', method: 'GET', path: '/{{API Key}}' },
      outputs: { Url: { value: 'body.url' } },
    };
    const answer = await world.ask('POST', '/api/execute', { connectionId: id, operation }, { key });
    expect(answer.status).toBe(403);
    const overrides = { config: { configType: 'http', baseUrl: world.system.origin } };
    expect((await world.ask('POST', `/api/connections/${id}/test`, overrides, { key })).status).toBe(403);
    expect((await world.ask('POST', `/api/connections/${id}/test`, undefined, { key })).status).toBe(200);
  });

  it('that are declared without a value are asked of nobody', async () => {
    const { id } = await create({ secrets: { 'Client Secret': null } });
    const { body: operation } = await world.ask('POST', `/api/connections/${id}/operations`, {
      name: 'Get',
      config: { configType: 'http', method: 'GET', path: '/' },
    });
    const parameters = { 'Client Secret': 'mine' };
    const answer = await world.ask('POST', '/api/execute?lenient', {
      connectionId: id,
      operationId: operation.id,
      parameters,
    });
    expect(answer.body.errorKey).toBe('SECRET_MISSING');
  });
});
