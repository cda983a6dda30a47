import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo, echoOperation, startWorld, type World } from './server-world.ts';

let world: World;
let connectionId: string;
let operationId: string;
let read: string;
let execute: string;

beforeAll(async () => {
  world = await startWorld({ settings: { trustDefinitions: false } });
  connectionId = (await world.ask('POST', '/api/connections', connectionTo(world.system))).body.id;
  const path = `/api/connections/${connectionId}/operations`;
  operationId = (await world.ask('POST', path, echoOperation)).body.id;
  read = await world.keyFor('read');
  execute = await world.keyFor('execute');
});

afterAll(() => world.close());

describe('a caller who may read', () => {
  it('has operations inspected up to a size, so that nobody else waits for it', async () => {
    const operation = { config: { method: 'GET', path: `/${'{{a}}'.repeat(60_000)}` } };
    const { status, body } = await world.ask('POST', '/api/inspect', { operation }, { key: read });
    expect([status, body.errorKey]).toEqual([413, 'REQUEST_TOO_LARGE']);
  });

  it('tries outputs up to a size, on answers that may be larger', async () => {
    const one = { value: 'body.length' };
    const many = Object.fromEntries(Array.from({ length: 10_000 }, (_, index) => [`Output ${index}`, one]));
    const body = 'x'.repeat(500_000);
    const refused = await world.ask(
      'POST',
      '/api/transform',
      { outputs: many, raw: { body } },
      { key: read },
    );
    expect([refused.status, refused.body.errorKey]).toEqual([413, 'REQUEST_TOO_LARGE']);
    const tried = await world.ask(
      'POST',
      '/api/transform',
      { outputs: { One: one }, raw: { body } },
      { key: read },
    );
    expect([tried.status, tried.body]).toEqual([200, { One: 500_000 }]);
  });

  it('lets the server answer others between the outputs that are tried', async () => {
    const busy = { value: 'body.map(x => x + 1).length' };
    const outputs = Object.fromEntries(Array.from({ length: 100 }, (_, index) => [`Output ${index}`, busy]));
    const raw = { body: Array.from({ length: 60_000 }, (_, index) => index) };
    let over = false;
    const trial = world.ask('POST', '/api/transform', { outputs, raw }, { key: read }).finally(() => {
      over = true;
    });
    let answered = 0;
    while (!over) {
      await world.ask('GET', '/api/version');
      answered += 1;
    }
    expect((await trial).status).toBe(200);
    expect(answered).toBeGreaterThan(20);
  });

  it('tries no more than a few things at once, which others do not notice', async () => {
    const endless = { language: 'jsonata', value: '($f := function($n){ $f($n+1) }; $f(1))' };
    const flood = Array.from({ length: 12 }, () =>
      world.ask('POST', '/api/transform', { outputs: { A: endless } }, { key: read }),
    );
    const quick = { outputs: { A: { language: 'jsonata', value: 'body.x' } }, raw: { body: { x: 1 } } };
    const other = await world.ask('POST', '/api/transform', quick, { key: execute });
    expect([other.status, other.body]).toEqual([200, { A: 1 }]);
    const statuses = (await Promise.all(flood)).map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set([400, 503]));
    expect(statuses.filter(status => status === 400)).toHaveLength(4);
  });
});

describe('a caller who may execute', () => {
  const body = () => ({ connectionId, operationId, parameters: { Item: '1', Limit: 1 } });

  it('gets no answer of another endpoint under the same idempotency key', async () => {
    const options = { key: execute, headers: { 'idempotency-key': 'one for two' } };
    expect((await world.ask('POST', '/api/execute', body(), options)).status).toBe(200);
    const later = await world.ask('POST', '/api/executions', body(), options);
    expect([later.status, later.body.errorKey]).toEqual([422, 'IDEMPOTENCY_CONFLICT']);
  });

  it.each([false, true])(
    'does not begin anew what only managers could begin (changed operation: %s)',
    async stored => {
      const accepted = await world.ask('POST', '/api/executions', {
        connectionId,
        ...(stored ? { operationId } : {}),
        operation: { config: { configType: 'http', method: 'GET', path: '/drop' } },
        attempts: 1,
      });
      const path = `/api/executions/${accepted.body.ids[0]}`;
      await expect.poll(async () => (await world.ask('GET', path)).body.state).toBe('failed');
      const { status } = await world.ask('POST', `${path}/retry`, undefined, { key: execute });
      expect(status).toBe(403);
      expect((await world.ask('POST', `${path}/retry`)).status).toBe(200);
    },
  );
});

describe('a caller who may execute', () => {
  it('makes no more of a request for later than the server can hold', async () => {
    const parameters = { Item: 'x'.repeat(900_000) };
    const rows = Array.from({ length: 200 }, () => ({}));
    const order = { connectionId, operationId, parameters, rows };
    const { status, body } = await world.ask('POST', '/api/executions', order, { key: execute });
    expect([status, body.errorKey]).toEqual([413, 'REQUEST_TOO_LARGE']);
  });

  it('fills no event log by what it does wrong', async () => {
    const parameters = Object.fromEntries(Array.from({ length: 5_000 }, (_, index) => [`P${index}`, 1]));
    await world.ask('POST', '/api/execute', { connectionId, operationId, parameters }, { key: execute });
    const { body } = await world.ask('GET', `/api/connections/${connectionId}/events?kind=request`);
    const failed = body.filter(({ details }: { details: { code?: string } }) =>
      details.code?.startsWith('PARAMETER_'),
    );
    expect(failed).toHaveLength(1);
    expect(failed[0].details.reason.length).toBeLessThan(2_100);
  });
});

describe('a caller without a key', () => {
  it('cannot push what happened out of the event log', async () => {
    await world.ask('DELETE', `/api/connections/${connectionId}`, undefined, { key: read });
    for (let count = 0; count < 60; count++)
      await world.ask('GET', '/api/connections', undefined, { key: null });
    const { body } = await world.ask('GET', '/api/events?kind=refusal&limit=500');
    const codes = body.map(({ details }: { details: { code: string } }) => details.code);
    expect(codes).toContain('FORBIDDEN');
    expect(codes.filter((code: string) => code === 'UNAUTHENTICATED').length).toBeLessThanOrEqual(5);
    expect(world.log.filter(({ code }) => code === 'UNAUTHENTICATED').length).toBeGreaterThanOrEqual(60);
  });
});

describe('a text with a NUL character', () => {
  it.each(['/api/connections?name=%00', '/api/events?kind=a%00b'])(
    'is no name of anything: %s',
    async path => {
      const { status, body } = await world.ask('GET', path);
      expect([status, body.errorKey]).toEqual([400, 'REQUEST_INVALID']);
    },
  );
});
