import type { ServerResponse } from 'node:http';
import { expect, onTestFinished, test } from 'vitest';
import { type ConnectionInput, createEngine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { startHttpServer } from '../support/loopback-server.ts';

/** A connection under a limit, and a server that answers once it is told to. */
const open = async (rateLimit: NonNullable<ConnectionInput['config']['rateLimit']>) => {
  const held: ServerResponse[] = [];
  const arrivals: (() => void)[] = [];
  const server = await startHttpServer((_, response) => {
    held.push(response);
    arrivals.shift()?.();
  });
  const engine = createEngine();
  onTestFinished(async () => {
    await engine.close();
    await server.close();
  });
  const connection = engine.connection({
    name: 'c',
    config: { baseUrl: server.origin, rateLimit },
    operations: [
      { name: 'One', config: { method: 'GET', path: '/one' } },
      { name: 'Other', config: { method: 'POST', path: '/other' } },
      { name: 'Watch', config: { method: 'GET', path: '/watch', streamResponse: true } },
    ],
  });
  const whenNext = () =>
    new Promise<ServerResponse>(resolve => {
      const taken = held.shift();
      if (taken !== undefined) resolve(taken);
      else arrivals.push(() => resolve(held.shift() as ServerResponse));
    });
  return { connection, held, whenNext };
};

test('the operations of a connection share its limit, and the report tells who waited', async () => {
  const { connection, held, whenNext } = await open({ concurrency: 1 });
  const [one, other] = [connection.execute('One'), connection.execute('Other')];
  const first = await whenNext();
  expect(held).toEqual([]);
  first.end();
  const { attempts: atOnce } = await one;
  (await whenNext()).end();
  const { attempts: later } = await other;
  expect([...atOnce, ...later].map(({ queuedMs }) => queuedMs)).toEqual([undefined, expect.any(Number)]);
});

test('a stream counts until it is left', async () => {
  const { connection, held, whenNext } = await open({ concurrency: 1 });
  const left = (async () => {
    for await (const _event of connection.stream('Watch')) break;
  })();
  const stream = await whenNext();
  const one = connection.execute('One');
  stream.write('piece');
  await left;
  (await whenNext()).end('done');
  expect([(await one).statusCode, held]).toEqual([200, []]);
});

test('a full queue is an error with a report', async () => {
  const { connection, whenNext } = await open({ concurrency: 1, maxQueue: 0 });
  const one = connection.execute('One');
  const failure = await failureOf(connection.execute('Other'));
  expect(failure).toMatchObject({
    code: 'QUEUE_FULL',
    retryable: true,
    report: { attempts: [{ error: 'QUEUE_FULL', reason: 'first' }] },
  });
  (await whenNext()).end();
  expect((await one).statusCode).toBe(200);
});

test('a rate holds over many executions', async () => {
  const { connection, whenNext } = await open({ requests: 5, perMs: 100 });
  const arrivedAtMs: number[] = [];
  const executions = Array.from({ length: 15 }, () => connection.execute('One'));
  for (const _execution of executions) {
    const response = await whenNext();
    arrivedAtMs.push(performance.now());
    response.end();
  }
  const reports = await Promise.all(executions);
  expect((arrivedAtMs[14] ?? 0) - (arrivedAtMs[0] ?? 0)).toBeGreaterThanOrEqual(180);
  expect(reports.filter(({ attempts }) => attempts[0]?.queuedMs !== undefined)).toHaveLength(10);
});
