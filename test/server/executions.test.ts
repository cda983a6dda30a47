import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo, echoOperation, SECRET, startWorld, type World } from './server-world.ts';

let world: World;

beforeAll(async () => {
  world = await startWorld();
});

afterAll(() => world.close());

interface Setup {
  readonly connectionId: string;
  readonly operationId: string;
}

async function setUp(config: Readonly<Record<string, unknown>> = {}, operation: object = {}): Promise<Setup> {
  const { body } = await world.ask('POST', '/api/connections', connectionTo(world.system));
  await world.ask('PATCH', `/api/connections/${body.id}`, { config });
  const made = await world.ask('POST', `/api/connections/${body.id}/operations`, {
    ...echoOperation,
    ...operation,
  });
  expect(made.status).toBe(200);
  return { connectionId: body.id, operationId: made.body.id };
}

const get = async (path: string, config = { configType: 'http', method: 'GET', path }) =>
  setUp({ auth: null }, { config, outputs: { Url: { value: 'body.url' } } });

const enqueue = async (body: object, headers: Readonly<Record<string, string>> = {}) => {
  const answer = await world.ask('POST', '/api/executions', body, { headers });
  expect([answer.status, answer.body]).toMatchObject([202, {}]);
  return answer.body as { readonly batchId: string; readonly ids: readonly string[] };
};

const look = async (id: string | undefined) => (await world.ask('GET', `/api/executions/${id}`)).body;

const ended = async (id: string | undefined) => {
  await expect
    .poll(async () => (await look(id)).state, { timeout: 15_000 })
    .toMatch(/succeeded|failed|cancelled/);
  return look(id);
};

const received = (path: string) => world.system.received.filter(({ url }) => url === path);

describe('executions for later', () => {
  it('are accepted, done, and keep what came of them', async () => {
    const target = await setUp();
    const { batchId, ids } = await enqueue({ ...target, parameters: { Item: 'one' } });
    expect(ids).toHaveLength(1);
    expect(await ended(ids[0])).toMatchObject({
      id: ids[0],
      batchId,
      ...target,
      state: 'succeeded',
      attempts: 1,
      code: null,
      outputs: { Url: '/echo/one' },
      report: { ok: true, statusCode: 200, operation: 'Echo' },
    });
    const { body: events } = await world.ask('GET', `/api/connections/${target.connectionId}/events`);
    expect(events.map(({ kind }: { kind: string }) => kind)).toContain('request');
  });

  it('are made of rows, each with its own parameters over the common ones', async () => {
    const target = await setUp();
    const rows = Array.from({ length: 40 }, (_, index) => ({ Item: `row-${index}` }));
    const { batchId, ids } = await enqueue({ ...target, parameters: { Limit: 7 }, rows });
    expect(new Set(ids).size).toBe(40);
    const page = `/api/executions?batch=${batchId}&state=succeeded&limit=50`;
    await expect.poll(async () => (await world.ask('GET', page)).body.length, { timeout: 15_000 }).toBe(40);
    expect((await look(ids[12])).outputs.Url).toBe('/echo/row-12?limit=7');
    const { body: listed } = await world.ask('GET', page);
    expect(listed.map(({ id }: { id: string }) => id)).toEqual([...ids].reverse());
    expect(listed[0]).not.toHaveProperty('outputs');
    const { sequence } = listed[9];
    const { body: next } = await world.ask('GET', `${page}&before=${sequence}`);
    expect(next[0].id).toBe(listed[10].id);
    expect((await world.ask('GET', '/api/executions?state=odd')).status).toBe(400);
  });

  it('are accepted once under one idempotency key', async () => {
    const target = await setUp();
    const order = { ...target, rows: [{ Item: 'k1' }, { Item: 'k2' }] };
    const headers = { 'idempotency-key': 'import-7' };
    const first = await enqueue(order, headers);
    expect(await enqueue(order, headers)).toEqual(first);
    await Promise.all(first.ids.map(ended));
    expect(received('/echo/k1')).toHaveLength(1);
    const other = await world.ask('POST', '/api/executions', { ...order, rows: [{}] }, { headers });
    expect(other.status).toBe(422);
  });

  it('give the other system their id when told a parameter for it', async () => {
    const target = await setUp();
    const { ids } = await enqueue({ ...target, idempotencyParameter: 'Item' });
    await ended(ids[0]);
    expect(received(`/echo/${ids[0]}`)).toHaveLength(1);
  });

  it('say what went wrong, and are tried again when asked', async () => {
    const target = await setUp();
    const { ids } = await enqueue({ ...target, parameters: {} });
    expect(await ended(ids[0])).toMatchObject({
      state: 'failed',
      code: 'PARAMETER_MISSING',
      attempts: 1,
      error: { errorKey: 'PARAMETER_MISSING', validationErrors: [{ code: 'PARAMETER_MISSING' }] },
    });
    const again = await world.ask('POST', `/api/executions/${ids[0]}/retry`);
    expect([again.status, again.body.state]).toEqual([200, 'queued']);
    expect(await ended(ids[0])).toMatchObject({ state: 'failed', attempts: 1 });
  });

  it('are tried again by themselves when the failure may pass, so often and no more', async () => {
    // A GET on a socket that was open already is sent once more by the engine itself.
    const dropped = await get('/drop', { configType: 'http', method: 'POST', path: '/drop' });
    const { ids } = await enqueue({ ...dropped, attempts: 2 });
    expect(await ended(ids[0])).toMatchObject({ state: 'failed', attempts: 2, code: 'CONNECTION_LOST' });
    expect(received('/drop')).toHaveLength(2);
    const failing = await get('/fail');
    const answered = await enqueue({ ...failing, attempts: 2 });
    // An answer is an answer: 500 says nothing about later.
    expect(await ended(answered.ids[0])).toMatchObject({
      state: 'failed',
      attempts: 1,
      code: null,
      report: { statusCode: 500 },
    });
  });

  it('are cancelled while they wait and while they run', async () => {
    const slow = await get('/slow');
    const { ids } = await enqueue({ ...slow, rows: Array.from({ length: 6 }, () => ({})) });
    await expect.poll(() => received('/slow').length, { timeout: 15_000 }).toBe(4);
    // Those that wait first: the end of one that runs would make room for them.
    for (const id of ids.toReversed()) await world.ask('POST', `/api/executions/${id}/cancel`);
    const states = await Promise.all(ids.map(async id => (await ended(id)).state));
    expect(states).toEqual(ids.map(() => 'cancelled'));
    expect(received('/slow')).toHaveLength(4);
  });

  it('are forgotten when they are deleted', async () => {
    const target = await setUp();
    const { ids } = await enqueue({ ...target, parameters: { Item: 'x' } });
    await ended(ids[0]);
    expect((await world.ask('DELETE', `/api/executions/${ids[0]}`)).status).toBe(200);
    expect((await world.ask('GET', `/api/executions/${ids[0]}`)).status).toBe(404);
    expect((await world.ask('DELETE', `/api/executions/${ids[0]}`)).status).toBe(404);
  });

  it('go no faster than the definition allows', async () => {
    const limited = await setUp(
      { auth: null, rateLimit: { requests: 4, perMs: 1_000 } },
      { config: { configType: 'http', method: 'GET', path: '/paced' }, outputs: {} },
    );
    const startedAtMs = performance.now();
    const { ids } = await enqueue({ ...limited, rows: [{}, {}, {}, {}, {}, {}] });
    await Promise.all(ids.map(ended));
    expect(received('/paced')).toHaveLength(6);
    expect(performance.now() - startedAtMs).toBeGreaterThan(1_150);
  });

  it('keep no more than they may, and are for those who may execute', async () => {
    const target = await setUp({}, { outputs: { Url: { value: 'body.url' } } });
    const { ids } = await enqueue({ ...target, parameters: { Item: 'y'.repeat(6_000) } });
    const { state, outputs, report, omitted } = await ended(ids[0]);
    expect([state, report]).toEqual(['succeeded', undefined]);
    expect(outputs.Url).toContain('yyy');
    expect(omitted).toMatchObject({ what: 'report', maxBytes: 10_000 });
    const key = await world.keyFor('read');
    const refused = await world.ask('GET', `/api/executions/${ids[0]}`, undefined, { key });
    expect(refused.status).toBe(403);
    const inline = {
      connectionId: target.connectionId,
      operation: { config: { configType: 'http', method: 'GET', path: '/' } },
    };
    const executor = await world.keyFor('execute');
    expect((await world.ask('POST', '/api/executions', inline, { key: executor })).status).toBe(403);
    expect(JSON.stringify(await look(ids[0]))).not.toContain(SECRET);
  });

  it('are refused when they cannot be accepted, and when too many wait', async () => {
    const target = await setUp();
    const bad: readonly object[] = [
      { ...target, rows: [] },
      { ...target, rows: [1] },
      { ...target, attempts: 0 },
      { ...target, more: 1 },
      { ...target, idempotencyParameter: 1 },
    ];
    for (const body of bad) {
      const { status, body: answer } = await world.ask('POST', '/api/executions', body);
      expect([status, answer.errorKey]).toEqual([400, 'REQUEST_INVALID']);
    }
    const nobody = { ...target, operationId: '00000000-0000-4000-8000-000000000000' };
    expect((await world.ask('POST', '/api/executions', nobody)).status).toBe(404);
    const many = { ...target, rows: Array.from({ length: 1_001 }, () => ({ Item: 'z' })) };
    const full = await world.ask('POST', '/api/executions', many);
    expect([full.status, full.body.errorKey]).toEqual([503, 'SERVER_BUSY']);
  });
});
