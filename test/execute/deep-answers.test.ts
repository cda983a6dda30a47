import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Connection, createEngine, type Engine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

let server: RecordingServer;
let engine: Engine;
let connection: Connection;
beforeAll(async () => {
  server = await startRecordingServer();
  engine = createEngine();
  connection = engine.connection({
    name: 'Deep',
    config: { baseUrl: server.origin },
    operations: [
      { name: 'Get', config: { method: 'GET', path: '/x' }, outputs: { All: { value: 'body' } } },
      { name: 'Watch', config: { method: 'GET', path: '/x', streamResponse: true } },
    ],
  });
});
afterAll(async () => {
  await engine.close();
  await server.close();
});

const deep = (levels: number) => `${'[{"a":'.repeat(levels / 2)}1${'}]'.repeat(levels / 2)}`;
const answer = (body: string, type = 'application/json', status = 200) =>
  server.answerWith({ status, headers: { 'content-type': type }, body });

describe('an answer of JSON inside JSON inside JSON', () => {
  it('of a thousand levels can be written as JSON again, report and all', async () => {
    answer(deep(1_000));
    const report = await connection.execute('Get', {}, { debug: true });
    expect(JSON.parse(JSON.stringify(report)).outputs.All).toEqual(JSON.parse(deep(1_000)));
  });

  it.each([1_002, 6_000, 1_000_000])('of %i levels is refused in words', async levels => {
    answer(deep(levels));
    const failure = await failureOf(connection.execute('Get'));
    expect(failure.message).toBe('BODY_MALFORMED: The answer is JSON nested deeper than 1000 levels.');
  });

  it('is text where it need not be JSON', async () => {
    answer(deep(6_000), 'text/plain');
    expect((await connection.execute('Get')).outputs).toEqual({ All: deep(6_000) });
    answer(deep(6_000), 'application/json', 500);
    const { outputs, diagnostics } = await connection.execute('Get');
    expect(outputs).toEqual({ All: deep(6_000) });
    expect(diagnostics).toMatchObject([{ code: 'BODY_MALFORMED' }]);
  });

  it('ends a stream of values, and is text in an event', async () => {
    answer(`1\n${deep(6_000)}\n`, 'application/x-ndjson');
    const seen: unknown[] = [];
    const failure = await failureOf(async () => {
      for await (const { data } of connection.stream('Watch')) seen.push(data);
    });
    expect(seen).toEqual([1]);
    expect(failure.message).toContain('nested too deep');
    answer(`data: ${deep(6_000)}\n\n`, 'text/event-stream');
    for await (const { data } of connection.stream('Watch')) expect(data).toBe(deep(6_000));
  });
});
