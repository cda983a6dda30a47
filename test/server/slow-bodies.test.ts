import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionTo, startWorld, testSettings, type World } from './server-world.ts';

let world: World;
let key: string;

beforeAll(async () => {
  const limits = { ...testSettings.limits, maxConcurrent: 1, requestTimeoutMs: 500 };
  world = await startWorld({ settings: { limits } });
  key = await world.keyFor('execute');
});

afterAll(() => world.close());

/** Begins a request to execute, and says no more than the beginning of its body. */
async function beginExecution(world: World, key: string): Promise<Socket> {
  const head = `POST /api/execute HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer ${key}\r\n`;
  const socket = connect(world.server.port, '127.0.0.1');
  socket.on('error', () => undefined).resume();
  socket.write(`${head}Content-Type: application/json\r\nContent-Length: 100\r\n\r\n{`);
  await expect.poll(async () => (await world.ask('POST', '/api/execute', {})).status).toBe(503);
  return socket;
}

const isFree = () => expect.poll(async () => (await world.ask('POST', '/api/execute', {})).status).toBe(400);

describe('a body that comes slowly', () => {
  it('holds its slot no longer than a request may take', async () => {
    const socket = await beginExecution(world, key);
    await expect.poll(() => socket.destroyed, { timeout: 3_000 }).toBe(true);
    await isFree();
  });

  it('keeps no server from stopping', async () => {
    const limits = { ...testSettings.limits, maxConcurrent: 1, requestTimeoutMs: 60_000 };
    const other = await startWorld({ settings: { limits } });
    await beginExecution(other, await other.keyFor('execute'));
    const startedAtMs = performance.now();
    await other.close();
    expect(performance.now() - startedAtMs).toBeLessThan(5_000);
  });

  it('gives its slot back when its sender leaves, which is no failure of the server', async () => {
    const socket = await beginExecution(world, key);
    socket.destroy();
    await isFree();
    expect(world.log.filter(({ event }) => event === 'failure')).toEqual([]);
  });
});

describe('a connection', () => {
  it('shows what is written out in headers, which is why credentials belong into secrets', async () => {
    const { config } = connectionTo(world.system);
    const headers = { 'x-written': 'written out', 'x-secret': '<<API Key>>' };
    const created = await world.ask(
      'POST',
      '/api/connections',
      connectionTo(world.system, { config: { ...config, headers } }),
    );
    expect(created.body.config.headers).toEqual(headers);
  });
});
