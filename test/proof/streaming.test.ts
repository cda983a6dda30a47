import type { Socket } from 'node:net';
import { describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import { startFaultServer } from '../support/loopback-server.ts';
import { pour } from './hostile-bodies.ts';
import { runClient } from './run-client.ts';
import type { StreamFigures, StreamTask } from './stream-client.ts';

const MIB = 1024 * 1024;

const startFlood = () =>
  startFaultServer((socket: Socket) => {
    socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n\r\n');
    pour(socket, Buffer.alloc(64 * 1024, 'x'));
  });

describe('a stream without end', () => {
  it('keeps memory flat while a slow reader takes its time', async () => {
    await using server = await startFlood();
    const task = { origin: server.origin, totalBytes: 32 * MIB };
    const figures = await runClient<StreamTask, StreamFigures>('stream-client.ts', task);
    expect(figures.bytes).toBeGreaterThanOrEqual(task.totalBytes);
    expect(figures.heldBytes).toBeLessThan(4 * MIB);
  });

  it.each(['break', 'throw', 'abort', 'return'] as const)('lets its socket go at %s', async how => {
    await using server = await startFlood();
    await using engine = createEngine();
    const connection = engine.connection({
      name: 'Acme',
      config: { baseUrl: server.origin },
      operations: [{ name: 'Go', config: { method: 'GET', path: '/', streamResponse: true } }],
    });
    const controller = new AbortController();
    const read = async (): Promise<void> => {
      for await (const _ of connection.stream('Go', {}, { signal: controller.signal })) {
        if (how === 'break') break;
        if (how === 'return') return;
        if (how === 'throw') throw new RangeError('enough');
        controller.abort();
      }
    };
    const outcome = await read().catch((error: unknown) => error);
    if (how === 'throw') expect(outcome).toBeInstanceOf(RangeError);
    if (how === 'abort') expect(outcome).toMatchObject({ code: 'ABORTED' });
    await server.whenOpen(0);
  });
});
