import { afterEach, describe, expect, it } from 'vitest';
import { type Connection, createEngine, type Engine } from '../../src/index.ts';
import { type EchoServer, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

async function connect(
  answer: Parameters<typeof startEchoServer>[0],
): Promise<{ server: EchoServer; connection: Connection; engine: Engine }> {
  const server = await startEchoServer(answer);
  const engine = createEngine();
  open.push(engine, server);
  const connection = engine.connection({
    name: 'Acme',
    type: 'http',
    config: { configType: 'http', baseUrl: server.origin },
    operations: [
      {
        name: 'Watch',
        config: { configType: 'http', method: 'GET', path: 'watch', streamResponse: true },
        outputs: { n: { value: 'body?.n ?? null' }, status: { value: 'statusCode' } },
      },
      {
        name: 'First',
        config: { configType: 'http', method: 'GET', path: 'watch', streamResponse: true },
        outputs: { first: { value: 'body.items[0]' } },
      },
      {
        name: 'Twice',
        config: { configType: 'http', method: 'GET', path: 'watch', streamResponse: true },
        outputs: { twice: { value: 'body.n * 2', language: 'jsonata' } },
      },
      { name: 'Plain', config: { configType: 'http', method: 'GET', path: 'plain' } },
    ],
  });
  return { server, connection, engine };
}

const answerWith = (type: string, body: string, statusCode = 200) =>
  connect((_request, response) => {
    response.writeHead(statusCode, { 'content-type': type });
    response.end(body);
    return true;
  });

async function collect<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const collected: Item[] = [];
  for await (const item of items) collected.push(item);
  return collected;
}

describe('a streaming operation', () => {
  it('gives each server-sent event with the outputs mapped on it', async () => {
    const { server, connection } = await answerWith(
      'text/event-stream',
      'id: 7\nevent: tick\ndata: {"n":1}\n\ndata: {"n":\ndata: 2}\n\ndata: [DONE]\n\n',
    );
    const stream = connection.stream('Watch');
    expect(await collect(stream)).toEqual([
      {
        kind: 'event',
        event: 'tick',
        id: '7',
        data: { n: 1 },
        outputs: { n: 1, status: 200 },
        diagnostics: [],
      },
      {
        kind: 'event',
        event: 'message',
        id: '7',
        data: { n: 2 },
        outputs: { n: 2, status: 200 },
        diagnostics: [],
      },
      {
        kind: 'event',
        event: 'message',
        id: '7',
        data: '[DONE]',
        outputs: { n: null, status: 200 },
        diagnostics: [],
      },
    ]);
    expect(await stream.report).toMatchObject({
      ok: true,
      statusCode: 200,
      outputs: { n: null, status: 200 },
    });
    expect(server.received[0]?.headers.accept).toMatch(/^text\/event-stream/);
  });

  it('takes for JSON what is JSON, and for text what is not', async () => {
    const json = ['{"n":1}', ' [1]', '"a"', '-1', '0', 'true', 'false', ' null'];
    const text = [
      '[DONE]',
      '{',
      'word',
      'true story',
      'nullable',
      '-',
      '- a',
      '01',
      '"',
      'NaN',
      '\ufeff1',
      ' x',
      '.5',
    ];
    const { connection } = await answerWith(
      'text/event-stream',
      [...json, ...text].map(each => `data:  ${each}\n\n`).join(''),
    );
    const found = (await collect(connection.stream('Watch'))).map(({ data }) => data);
    expect(found).toEqual([...json.map(each => JSON.parse(each)), ...text.map(each => ` ${each}`)]);
  });

  it('fails at the event that an output fails on, behind those that came in the same piece', async () => {
    const { connection } = await answerWith(
      'text/event-stream',
      'data: {"items":["a"]}\n\ndata: {"items":["b"]}\n\ndata: {}\n\ndata: {"items":["c"]}\n\n',
    );
    const stream = connection.stream('First');
    const seen: unknown[] = [];
    const error = await failureOf(async () => {
      for await (const { outputs } of stream) seen.push(outputs['first']);
    });
    expect([seen, error.code]).toEqual([['a', 'b'], 'OUTPUT_FAILED']);
    expect(await stream.report).toMatchObject({ ok: false, error: { code: 'OUTPUT_FAILED' } });
  });

  it('maps outputs in JSONata too, each event in its turn', async () => {
    const { connection } = await answerWith('application/x-ndjson', '{"n":1}\n{"n":2}\n{"n":3}\n');
    const stream = connection.stream('Twice');
    expect((await collect(stream)).map(({ outputs }) => outputs['twice'])).toEqual([2, 4, 6]);
    expect(await stream.report).toMatchObject({ ok: true, outputs: { twice: 6 } });
  });

  it('reports the outputs of the event at which the loop was left, not of those behind it', async () => {
    const { connection } = await answerWith(
      'application/x-ndjson',
      Array.from({ length: 50 }, (_, index) => `{"n":${index}}\n`).join(''),
    );
    const stream = connection.stream('Watch');
    for await (const { outputs } of stream) if (outputs['n'] === 7) break;
    expect(await stream.report).toMatchObject({ ok: true, outputs: { n: 7 } });
  });

  it('gives the values of NDJSON and of JSON sequences', async () => {
    const lines = await answerWith('application/x-ndjson; charset=utf-8', '{"n":1}\n\n{"n":2}');
    expect((await collect(lines.connection.stream('Watch'))).map(({ outputs }) => outputs['n'])).toEqual([
      1, 2,
    ]);
    const records = await answerWith('application/json-seq', '\u001e{"n":1}\n\u001e{"n":2}\n');
    expect((await collect(records.connection.stream('Watch'))).map(({ data }) => data)).toEqual([
      { n: 1 },
      { n: 2 },
    ]);
  });

  it('gives anything else as bytes', async () => {
    const { connection } = await answerWith('application/octet-stream', 'abc');
    const events = await collect(connection.stream('Watch'));
    expect(Buffer.concat(events.map(({ data }) => data as Uint8Array)).toString()).toBe('abc');
    expect(events[0]).toMatchObject({ kind: 'bytes', outputs: {} });
  });

  it('gives an answer that is no stream as one event: a JSON document, an error', async () => {
    const document = await answerWith('application/json', '{"n":5}');
    expect(await collect(document.connection.stream('Watch'))).toMatchObject([
      { kind: 'answer', outputs: { n: 5 } },
    ]);
    const refused = await answerWith('text/event-stream', 'no such stream', 404);
    const stream = refused.connection.stream('Watch');
    expect(await collect(stream)).toMatchObject([
      { kind: 'answer', data: 'no such stream', outputs: { n: null, status: 404 } },
    ]);
    expect(await stream.report).toMatchObject({ ok: false, statusCode: 404 });
  });

  it('sends nothing before it is iterated, and can be iterated once', async () => {
    const { server, connection } = await answerWith('application/x-ndjson', '1\n');
    const stream = connection.stream('Watch');
    expect(server.received).toEqual([]);
    await collect(stream);
    expect((await failureOf(collect(stream))).code).toBe('OPTIONS_INVALID');
    expect(server.received.length).toBe(1);
  });

  it('closes its socket when the loop is left, when it throws and when the caller aborts', async () => {
    const endless = () =>
      connect((_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write('data: {"n":1}\n\n');
        return true;
      });
    const left = await endless();
    const stream = left.connection.stream('Watch');
    for await (const event of stream) {
      expect(event.outputs['n']).toBe(1);
      break;
    }
    await left.server.whenOpen(0);
    expect(await stream.report).toMatchObject({ ok: true });

    const thrown = await endless();
    const consume = async () => {
      for await (const event of thrown.connection.stream('Watch'))
        throw new RangeError(`stop at ${event.kind}`);
    };
    await expect(consume()).rejects.toThrow('stop at event');
    await thrown.server.whenOpen(0);

    const aborted = await endless();
    const controller = new AbortController();
    const doomed = aborted.connection.stream('Watch', {}, { signal: controller.signal });
    const error = await failureOf(async () => {
      for await (const event of doomed) controller.abort(new RangeError(`enough ${event.kind}`));
    });
    expect(error.code).toBe('ABORTED');
    await aborted.server.whenOpen(0);
    expect(await doomed.report).toMatchObject({ ok: false, error: { code: 'ABORTED' } });
  });

  it('names what breaks off in the middle, after the events that came whole', async () => {
    const { connection } = await connect((_request, response) => {
      response.writeHead(200, { 'content-type': 'application/x-ndjson' });
      response.write('{"n":1}\n{"n"');
      setImmediate(() => response.destroy());
      return true;
    });
    const seen: unknown[] = [];
    const error = await failureOf(async () => {
      for await (const { data } of connection.stream('Watch')) seen.push(data);
    });
    expect(seen).toEqual([{ n: 1 }]);
    expect(error.code).toBe('BODY_TRUNCATED');
  });

  it('is not executed as a whole, and a plain operation may be streamed', async () => {
    const { connection } = await answerWith('application/json', '{"n":5}');
    expect((await failureOf(connection.execute('Watch'))).code).toBe('STREAMING_REQUIRED');
    expect(await collect(connection.stream('Plain'))).toMatchObject([{ kind: 'answer', data: { n: 5 } }]);
  });
});
