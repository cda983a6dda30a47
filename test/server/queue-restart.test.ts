import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { type Ask, createAsker, type ServerProcess, startServerProcess } from './server-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'ferrule-queue-'));
const settings = {
  FERRULE_DATA: folder,
  FERRULE_LOG_LEVEL: 'warn',
  FERRULE_QUEUE_CONCURRENCY: '6',
  FERRULE_QUEUE_LEASE_MS: '600',
};
const counts = new Map<string, number>();
/** Generous: the machine may have others to serve. */
const SOON = { timeout: 15_000, interval: 20 };
let delayMs = 15;
let system: EchoServer;
let server: ServerProcess;
let ask: Ask;
let closeAsker: () => void;
let target: { readonly connectionId: string; readonly operationId: string };

beforeAll(async () => {
  system = await startEchoServer(({ url }, response) => {
    counts.set(url, (counts.get(url) ?? 0) + 1);
    setTimeout(() => sendJson(response, {}), delayMs);
    return true;
  });
  server = await startServerProcess(settings, true);
  ({ ask, close: closeAsker } = createAsker(server.key));
  const config = { configType: 'http', baseUrl: system.origin };
  const connection = await ask(server.origin, 'POST', '/api/connections', {
    name: 'C',
    type: 'http',
    config,
  });
  const connectionId: string = connection.body.id;
  const operation = await ask(server.origin, 'POST', `/api/connections/${connectionId}/operations`, {
    name: 'Do',
    config: { configType: 'http', method: 'POST', path: '/do/{{Id*}}' },
    outputs: {},
  });
  target = { connectionId, operationId: operation.body.id };
});

afterAll(async () => {
  closeAsker?.();
  await server?.end('SIGKILL');
  await system?.close();
  rmSync(folder, { recursive: true, force: true });
});

const enqueue = async (count: number, attempts: number) => {
  const rows = Array.from({ length: count }, () => ({}));
  const order = { ...target, rows, attempts, idempotencyParameter: 'Id' };
  const { status, body } = await ask(server.origin, 'POST', '/api/executions', order);
  expect(status).toBe(202);
  return body as { readonly batchId: string; readonly ids: readonly string[] };
};

const stateCounts = async (batchId: string) => {
  const { body } = await ask(server.origin, 'GET', `/api/executions?batch=${batchId}&limit=500`);
  const states: Record<string, number> = {};
  for (const { state } of body) states[state] = (states[state] ?? 0) + 1;
  return states;
};

const begun = (ids: readonly string[]) => ids.map(id => counts.get(`/do/${id}`) ?? 0);

describe('a server on SQLite that is killed', () => {
  it('goes on with everything it had accepted, and repeats no more than it had in hand', async () => {
    const { batchId, ids } = await enqueue(90, 5);
    for (const share of [15, 50]) {
      await expect.poll(() => begun(ids).filter(each => each > 0).length, SOON).toBeGreaterThan(share);
      await server.end('SIGKILL');
      server = await startServerProcess(settings);
    }
    await expect.poll(() => stateCounts(batchId), SOON).toEqual({ succeeded: 90 });
    const times = begun(ids);
    expect(times.filter(each => each === 0)).toEqual([]);
    expect(times.reduce((sum, each) => sum + each, 0) - 90).toBeLessThanOrEqual(2 * 6);
  }, 60_000);

  it('repeats nothing of what may be begun once, and says what was lost', async () => {
    delayMs = 5_000;
    const { batchId, ids } = await enqueue(6, 1);
    await expect.poll(() => begun(ids), SOON).toEqual(ids.map(() => 1));
    await server.end('SIGKILL');
    delayMs = 0;
    server = await startServerProcess(settings);
    await expect.poll(() => stateCounts(batchId), SOON).toEqual({ failed: 6 });
    expect(begun(ids)).toEqual(ids.map(() => 1));
    const { body } = await ask(server.origin, 'GET', `/api/executions/${ids[0]}`);
    expect(body).toMatchObject({ state: 'failed', code: 'WORK_LOST', attempts: 1 });
  }, 60_000);

  it('told to stop twice, ends at once what runs and leaves it to the next', async () => {
    delayMs = 60_000;
    const { batchId, ids } = await enqueue(2, 5);
    await expect.poll(() => begun(ids), SOON).toEqual([1, 1]);
    const startedAtMs = performance.now();
    const ended = server.end('SIGTERM');
    await expect
      .poll(() => ask(server.origin, 'GET', '/api/version').catch(() => 'closed'), SOON)
      .toBe('closed');
    server.child.kill('SIGTERM');
    expect((await ended).code).toBe(0);
    expect(performance.now() - startedAtMs).toBeLessThan(8_000);
    delayMs = 0;
    server = await startServerProcess(settings);
    await expect.poll(() => stateCounts(batchId), SOON).toEqual({ succeeded: 2 });
  }, 60_000);
});
