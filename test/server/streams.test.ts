import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo, startWorld, testSettings, type World } from './server-world.ts';

let world: World;
let connectionId: string;

beforeAll(async () => {
  world = await startWorld({
    settings: {
      limits: { ...testSettings.limits, maxBodyBytes: 1_000, maxConcurrent: 1, requestTimeoutMs: 1_000 },
    },
  });
  connectionId = (await world.ask('POST', '/api/connections', connectionTo(world.system))).body.id;
});

afterAll(() => world.close());

const stream = (path: string, signal?: AbortSignal) => {
  const operation = {
    config: { configType: 'http', method: 'GET', path, streamResponse: true },
    outputs: { N: { value: 'body.n' } },
  };
  return world.ask(
    'POST',
    '/api/execute',
    { connectionId, operation },
    signal === undefined ? {} : { signal },
  );
};

const parse = (text: string) =>
  text
    .split('\n\n')
    .filter(block => block !== '')
    .map(block => {
      const [event = '', data = ''] = block.split('\n');
      return { event: event.replace('event: ', ''), data: JSON.parse(data.replace('data: ', '')) };
    });

describe('an operation that streams', () => {
  it('answers with server-sent events: each piece with its outputs, and the report at the end', async () => {
    const { status, headers, body } = await stream('/events');
    expect([status, headers.get('content-type')]).toEqual([200, 'text/event-stream']);
    const events = parse(body);
    expect(events.map(({ event }) => event)).toEqual(['item', 'item', 'item', 'report']);
    expect(events[0]?.data).toMatchObject({ kind: 'event', data: { n: 1 }, outputs: { N: 1 } });
    expect(events.at(-1)?.data).toMatchObject({ ok: true, statusCode: 200 });
  });

  it('answers as any other when it fails before the first piece', async () => {
    const { status, body } = await stream('/drop');
    expect([status, body.errorKey]).toEqual([400, 'CONNECTION_LOST']);
  });

  it('ends at the other server when its reader leaves, and holds its slot until then', async () => {
    const leaving = new AbortController();
    const before = world.system.openSockets;
    const response = await fetch(`${world.server.origin}/api/execute`, {
      method: 'POST',
      signal: leaving.signal,
      headers: {
        authorization: `Bearer ${await world.keyFor('manage')}`,
        'content-type': 'application/json',
      },
      body: JSON.stringify({
        connectionId,
        operation: {
          config: { configType: 'http', method: 'GET', path: '/events?stay', streamResponse: true },
        },
      }),
    });
    const reader = response.body?.getReader();
    await reader?.read();
    const busy = await stream('/events');
    expect([busy.status, busy.body.errorKey, busy.headers.get('retry-after')]).toEqual([
      503,
      'SERVER_BUSY',
      '1',
    ]);
    leaving.abort();
    await world.system.whenOpen(before);
    await expect.poll(async () => (await stream('/events')).status).toBe(200);
  });
});

describe('the limits of requests', () => {
  it('refuse a body that is too large, announced or not', async () => {
    const large = JSON.stringify({ name: 'x'.repeat(2_000) });
    expect((await world.ask('POST', '/api/connections', large)).status).toBe(413);
    const key = await world.keyFor('manage');
    const body = new ReadableStream<Uint8Array>({
      pull(controller) {
        controller.enqueue(new TextEncoder().encode('x'.repeat(600)));
      },
    });
    const init = {
      method: 'POST',
      headers: { authorization: `Bearer ${key}` },
      body,
      duplex: 'half',
    } as const;
    // The server answers before everything was sent, so the client may see the answer or a closed connection.
    const status = await fetch(`${world.server.origin}/api/connections`, init).then(
      response => response.status,
      () => 413,
    );
    expect(status).toBe(413);
  });

  it('refuse a body that is no JSON, without repeating it', async () => {
    const answer = await world.ask('POST', '/api/connections', '{"secrets": {"a": "canary-x}');
    expect([answer.status, answer.body.errorKey]).toEqual([400, 'REQUEST_INVALID']);
    expect(JSON.stringify(answer.body)).not.toContain('canary-x');
    const headers = { 'content-type': 'text/plain' };
    expect((await world.ask('POST', '/api/connections', '{}', { headers })).status).toBe(400);
  });

  it('refuse a body that is nested deeper than anything sensible', async () => {
    const body = '[['.repeat(150) + ']]'.repeat(150);
    const answer = await world.ask('POST', '/api/connections', body);
    expect([answer.status, answer.body.errorKey]).toEqual([400, 'REQUEST_INVALID']);
    expect((await world.ask('POST', '/api/transform', { raw: { body: '[['.repeat(150) } })).status).toBe(200);
  });

  it('end an execution that takes longer than a request may', async () => {
    const operation = { config: { configType: 'http', method: 'GET', path: '/slow' } };
    const { status, body } = await world.ask('POST', '/api/execute', { connectionId, operation });
    expect([status, body.errorKey]).toEqual([504, 'REQUEST_TIMEOUT']);
  });
});
