import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StreamEvent } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { loadFixture } from '../support/fixtures.ts';
import { collect } from '../support/send-context.ts';
import { openWorld, type World } from './world.ts';

let world: World;
beforeAll(async () => {
  world = await openWorld();
});
afterAll(() => world.close());
beforeEach(() => world.reset());

function connect(name: string) {
  const { api, caCert } = world;
  const secrets = { 'API Key': 'key-123456' };
  return world.engine.connection(loadFixture(name, { api: api.origin, caCert, secrets }));
}

const outputsOf = (events: readonly StreamEvent[]) => events.map(({ outputs }) => outputs);
const PROMPT = { Model: 'm-1', Prompt: 'Say "hi"' };

describe('server-sent events', () => {
  const events = [
    ': comment\n\n',
    'event: delta\nid: 1\ndata: {"type": "delta",\ndata:  "delta": "Hé"}\r\n\r\n',
    'data: {"type":"delta","delta":"llo"}\n\n',
    'data: [DONE]\n\n',
  ];

  it('are mapped one by one, however the bytes are cut', async () => {
    const bytes = Buffer.from(events.join(''));
    world.api.answerWith((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
      for (let at = 0; at < bytes.length; at += 3) response.write(bytes.subarray(at, at + 3));
      response.end();
      return undefined;
    });
    const stream = connect('assistant').stream('Generate Text', PROMPT);
    const received = await collect(stream);
    expect(outputsOf(received)).toEqual([
      { Delta: 'Hé', Kind: 'delta' },
      { Delta: 'llo', Kind: 'delta' },
      { Delta: '', Kind: '' },
    ]);
    expect(received[0]).toMatchObject({ kind: 'event', event: 'delta', id: '1' });
    expect(received[2]).toMatchObject({ data: '[DONE]' });
    expect(await stream.report).toMatchObject({ ok: true, statusCode: 200, diagnostics: [] });
    expect(world.api.last.header).toMatchObject({ accept: 'text/event-stream' });
    expect(world.api.last.header).not.toHaveProperty('accept-encoding');
    expect(JSON.parse(world.api.last.body.toString())).toEqual({
      model: 'm-1',
      stream: true,
      input: 'Say "hi"',
    });
  });

  it('arrive while the server still speaks, and leaving the loop closes the socket', async () => {
    const closed = Promise.withResolvers<void>();
    world.api.answerWith((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"delta": "first"}\n\n');
      response.on('close', closed.resolve);
      return undefined;
    });
    const stream = connect('assistant').stream('Generate Text', PROMPT);
    for await (const { outputs } of stream) {
      expect(outputs).toMatchObject({ Delta: 'first' });
      break;
    }
    await closed.promise;
    expect(await stream.report).toMatchObject({ ok: true });
  });

  it('end with an error when the caller aborts', async () => {
    world.api.answerWith((_, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"delta": "first"}\n\n');
      return undefined;
    });
    const controller = new AbortController();
    const stream = connect('assistant').stream('Generate Text', PROMPT, { signal: controller.signal });
    const failure = await failureOf(async () => {
      for await (const _ of stream) controller.abort(new TypeError('enough'));
    });
    expect(failure.code).toBe('ABORTED');
    expect(await stream.report).toMatchObject({ ok: false, error: { code: 'ABORTED' } });
  });

  it('are one answer when the server refuses instead', async () => {
    world.api.answerWith({ status: 429, body: { error: { message: 'slow down' } } });
    const stream = connect('assistant').stream('Generate Text', PROMPT);
    const received = await collect(stream);
    expect(received).toMatchObject([{ kind: 'answer', data: { error: { message: 'slow down' } } }]);
    expect(await stream.report).toMatchObject({ ok: false, statusCode: 429 });
  });

  it('send nothing before somebody reads, and can be read once', async () => {
    world.api.answerWith({ headers: { 'content-type': 'text/event-stream' }, body: events.join('') });
    const stream = connect('assistant').stream('Generate Text', PROMPT);
    expect(world.api.requests).toEqual([]);
    await collect(stream);
    expect(await failureOf(() => stream[Symbol.asyncIterator]())).toMatchObject({ code: 'OPTIONS_INVALID' });
  });

  it('are not for execute', async () => {
    expect(await failureOf(connect('assistant').execute('Generate Text', PROMPT))).toMatchObject({
      code: 'STREAMING_REQUIRED',
      pointer: '/operations/1/config/streamResponse',
    });
  });
});

describe('newline-delimited JSON', () => {
  it('is mapped line by line', async () => {
    world.api.answerWith({
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"name":"api","status":"up"}\n\n{"name":"db","status":"down"}',
    });
    const received = await collect(connect('status-page').stream('Watch Components'));
    expect(outputsOf(received)).toEqual([
      { Component: 'api', Status: 'up' },
      { Component: 'db', Status: 'down' },
    ]);
    expect(world.api.last.header['accept']).toBe('application/x-ndjson');
  });

  it('that breaks off in the middle of a value ends with an error after the whole ones', async () => {
    world.api.answerWith({
      headers: { 'content-type': 'application/x-ndjson' },
      body: '{"name":"api","status":"up"}\n{"name":"d',
    });
    const received: unknown[] = [];
    const failure = await failureOf(async () => {
      for await (const { outputs } of connect('status-page').stream('Watch Components'))
        received.push(outputs);
    });
    expect(received).toEqual([{ Component: 'api', Status: 'up' }]);
    expect(failure.code).toBe('BODY_MALFORMED');
  });
});

describe('any other streamed answer', () => {
  it('comes as bytes', async () => {
    world.api.answerWith({ headers: { 'content-type': 'application/pdf' }, body: Buffer.from([1, 2, 3]) });
    const received = await collect(connect('status-page').stream('Watch Components'));
    expect(Buffer.concat(received.map(({ data }) => data as Uint8Array))).toEqual(Buffer.from([1, 2, 3]));
    expect(received.every(({ kind, outputs }) => kind === 'bytes' && Object.keys(outputs).length === 0)).toBe(
      true,
    );
  });
});
