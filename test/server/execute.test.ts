import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { API_KEY, connectionTo, echoOperation, SECRET, startWorld, type World } from './server-world.ts';

let world: World;
let connectionId: string;
const ids: Record<string, string> = {};

const get = (path: string) => ({ configType: 'http', method: 'GET', path });
const operations = [
  echoOperation,
  { name: 'Fail', config: get('/fail'), outputs: { Status: { value: 'statusCode' } } },
  { name: 'Drop', config: get('/drop') },
  { name: 'Private', config: get('/x') },
];

beforeAll(async () => {
  world = await startWorld();
  connectionId = (await world.ask('POST', '/api/connections', connectionTo(world.system))).body.id;
  for (const operation of operations) {
    const { body } = await world.ask('POST', `/api/connections/${connectionId}/operations`, operation);
    ids[operation.name] = body.id;
  }
});

afterAll(() => world.close());

function execute(name: string, { query = '', parameters = {}, headers = {} } = {}) {
  const body = { connectionId, operationId: ids[name], parameters };
  return world.ask('POST', `/api/execute${query}`, body, { headers });
}

describe('executing over HTTP', () => {
  it('answers with the outputs, also of an answer that is a failure', async () => {
    expect((await execute('Fail')).body).toEqual({ Status: 500 });
  });

  it('answers with the whole report on request, secrets masked', async () => {
    const { body } = await execute('Echo', { query: '?report&debug&har', parameters: { Item: 'x' } });
    expect(body).toMatchObject({
      connection: 'Acme',
      operation: 'Echo',
      ok: true,
      attempts: [{ statusCode: 200 }],
    });
    expect(body.har.log.entries).toHaveLength(1);
    const { outputs: _data, ...shown } = body;
    expect(JSON.stringify(shown)).not.toContain(API_KEY);
    expect(JSON.stringify(shown)).not.toContain('token-of-the-system');
  });

  it('lists what is wrong with the parameters, each with its place', async () => {
    const { status, body } = await execute('Echo', { parameters: { Item: 'x', Limt: '5' } });
    expect(status).toBe(400);
    expect(body).toMatchObject({
      errorKey: 'PARAMETER_UNKNOWN',
      validationErrors: [{ suggestion: 'Limit' }],
    });
    const lenient = await execute('Echo', { query: '?lenient', parameters: { Item: 'x', Limt: '5' } });
    expect(lenient.status).toBe(200);
  });

  it('tells callers that accept problem details everything about a failure', async () => {
    const { status, headers, body } = await execute('Drop', {
      headers: { accept: 'application/problem+json' },
    });
    expect([status, headers.get('content-type')]).toEqual([400, 'application/problem+json']);
    expect(body).toMatchObject({
      code: 'CONNECTION_LOST',
      category: 'network',
      retryable: true,
      status: 400,
    });
  });

  it('says what is wrong with an operation that is written in the request, at its place there', async () => {
    const operation = { config: get('/{{#open}}'), outputs: {} };
    const { status, body } = await world.ask('POST', '/api/execute', { connectionId, operation });
    expect([status, body.validationErrors[0].pointer]).toEqual([400, '/operation/config/path']);
    const unknown = await world.ask('POST', '/api/execute', { connectionId, operationID: ids['Echo'] });
    expect([unknown.status, unknown.body.validationErrors[0].pointer]).toEqual([400, '/operationID']);
  });

  it('refuses a change of an operation that is based on an old version', async () => {
    const path = `/api/connections/${connectionId}/operations/${ids['Fail']}`;
    const { body } = await world.ask('PATCH', path, { notes: 'new' });
    const late = await world.ask('PUT', path, { notes: 'late', lockVersion: body.lockVersion - 1 });
    expect([late.status, late.body.errorKey]).toEqual([409, 'STORE_CONFLICT']);
    const same = { ...body, name: 'Echo' };
    expect((await world.ask('PUT', path, same)).body.errorKey).toBe('STORE_EXISTS');
  });

  it('shows the request and sends nothing in a dry run', async () => {
    const before = world.system.received.length;
    const body = { connectionId, operationId: ids['Echo'], parameters: { Item: 'a b' } };
    const answer = await world.ask('POST', '/api/dry-run', body);
    expect(answer.body).toMatchObject({ method: 'POST', url: `${world.system.origin}/echo/a%20b` });
    expect(JSON.stringify(answer.body)).not.toContain(API_KEY);
    expect(world.system.received.length).toBe(before);
  });

  it('uses what was changed at once: operation, secret and base URL', async () => {
    const run = async () => (await execute('Private', { query: '?report' })).body.request.url;
    expect(await run()).toBe(`${world.system.origin}/x`);
    const path = `/api/connections/${connectionId}/operations/${ids['Private']}`;
    await world.ask('PATCH', path, { config: { path: '/{{API Key}}' } });
    expect(await run()).toBe(`${world.system.origin}/[secret]`);
    await world.ask('PATCH', `/api/connections/${connectionId}`, { secrets: { 'API Key': 'other-key' } });
    await run();
    expect(world.system.received.at(-1)?.url).toBe('/other-key');
  });

  it('asks for a new token after a restart, and opens new sockets', async () => {
    const authorization = async () =>
      (await execute('Echo', { parameters: { Item: 'x' } })).body.Authorization;
    const before = await authorization();
    expect(await authorization()).toBe(before);
    const sockets = world.system.connectionCount;
    await world.ask('POST', `/api/connections/${connectionId}/restart`);
    expect(await authorization()).not.toBe(before);
    expect(world.system.connectionCount).toBeGreaterThan(sockets);
  });

  it('goes on with the other operations when one of them cannot be read any more', async () => {
    const draft = { name: 'Broken', definition: '{"config":{"method":"GET","path":"/{{#a}}"}}' };
    const broken = await world.store.operations.create(connectionId, draft);
    expect((await execute('Fail')).status).toBe(200);
    ids['Broken'] = broken.id;
    const { status, body } = await execute('Broken');
    expect([status, body.validationErrors[0].pointer]).toEqual([400, '/config/path']);
  });

  it('keeps events of requests, tokens and tests, and says how the connection is', async () => {
    await execute('Drop');
    const { body: events } = await world.ask('GET', `/api/connections/${connectionId}/events`);
    const kinds = new Set(events.map(({ kind }: { kind: string }) => kind));
    expect([...kinds].sort()).toEqual(['request', 'restart', 'token']);
    const { body: health } = await world.ask('GET', `/api/connections/${connectionId}/health`);
    expect(health).toMatchObject({
      healthy: false,
      state: 'error',
      lastFailure: { details: { code: 'CONNECTION_LOST' } },
      tokens: [{ needsReauth: false }],
    });
    const { body: connection } = await world.ask('GET', `/api/connections/${connectionId}`);
    expect(connection.status).toMatchObject({ healthy: false, state: 'error' });
    expect(JSON.stringify([events, health, world.log])).not.toContain(SECRET);
  });
});

describe('an idempotency key', () => {
  const headers = { 'idempotency-key': 'order-17' };

  it('lets a request be done once, and gives its answer to whoever sends it again', async () => {
    const first = await execute('Echo', { parameters: { Item: 'once' }, headers });
    const sent = world.system.received.length;
    const again = await execute('Echo', { parameters: { Item: 'once' }, headers });
    expect(again.body).toEqual(first.body);
    expect([first.headers.get('idempotency-replayed'), again.headers.get('idempotency-replayed')]).toEqual([
      null,
      'true',
    ]);
    expect(world.system.received.length).toBe(sent);
  });

  it('is refused for another request', async () => {
    const { status, body } = await execute('Echo', { parameters: { Item: 'other' }, headers });
    expect([status, body.errorKey]).toEqual([422, 'IDEMPOTENCY_CONFLICT']);
  });

  it('may be used again when nothing was sent', async () => {
    const retry = { headers: { 'idempotency-key': 'retry' } };
    expect((await execute('Echo', retry)).body.errorKey).toBe('PARAMETER_MISSING');
    expect((await execute('Echo', retry)).headers.get('idempotency-replayed')).toBeNull();
  });

  it('keeps a failure whose request was sent: doing it again might do it twice', async () => {
    const drop = { headers: { 'idempotency-key': 'drop' } };
    const first = await execute('Drop', drop);
    const again = await execute('Drop', drop);
    expect([again.status, again.body, again.headers.get('idempotency-replayed')]).toEqual([
      first.status,
      first.body,
      'true',
    ]);
  });

  it('belongs to its caller', async () => {
    const key = await world.keyFor('execute');
    const body = { connectionId, operationId: ids['Echo'], parameters: { Item: 'once' } };
    const answer = await world.ask('POST', '/api/execute', body, { key, headers });
    expect(answer.headers.get('idempotency-replayed')).toBeNull();
  });
});
