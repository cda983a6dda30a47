import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaults } from '../../src/definition/defaults.ts';
import type { LimitsDefinition } from '../../src/definition/definition.ts';
import { type LoopbackServer, startFaultServer } from '../support/loopback-server.ts';
import { hostileBodies } from './hostile-bodies.ts';
import type { MemoryFigures, MemoryTask } from './memory-client.ts';
import { runClient } from './run-client.ts';

const MIB = 1024 * 1024;
const small = { maxResponseBytes: 8 * MIB, maxDecompressedBytes: 8 * MIB };

let server: LoopbackServer;
beforeAll(async () => {
  server = await startFaultServer((socket, received) => {
    hostileBodies[received.split(' ')[1] ?? '']?.(socket);
  });
});
afterAll(() => server.close());

interface Case {
  readonly title: string;
  readonly path: string;
  readonly limit: keyof LimitsDefinition;
  readonly limits?: Partial<LimitsDefinition>;
  /** What the limit comes to in bytes, where it is not a size itself. */
  readonly sizeBytes?: number;
}

const anyRatio = { ...small, maxDecompressionRatio: 1_000_000 };
const cases: readonly Case[] = [
  {
    title: '200 kB that unpack to 200 MB',
    path: '/bomb',
    limit: 'maxDecompressionRatio',
    sizeBytes: defaults.limits.maxDecompressionRatio * 200 * 1000,
  },
  { title: 'the same by size', path: '/bomb', limit: 'maxDecompressedBytes', limits: anyRatio },
  // Judged from 1 MiB on.
  { title: 'a bomb packed once more', path: '/chained-bomb', limit: 'maxDecompressionRatio', sizeBytes: MIB },
  { title: 'the same by size again', path: '/chained-bomb', limit: 'maxDecompressedBytes', limits: anyRatio },
  { title: 'a body without end', path: '/endless', limit: 'maxResponseBytes', limits: small },
  {
    title: 'a body without end in chunks of one byte',
    path: '/endless-chunks',
    limit: 'maxResponseBytes',
    limits: { maxResponseBytes: MIB },
  },
  { title: '10 MB of long headers', path: '/large-head', limit: 'maxHeaderBytes' },
  { title: '10 MB of short headers', path: '/many-headers', limit: 'maxHeaderBytes' },
  { title: 'a length of 1 GB and three bytes', path: '/three-of-a-billion', limit: 'maxResponseBytes' },
];

describe('a hostile answer is refused by a named limit, at no more than twice its size', () => {
  it.each(cases)('$title', async ({ path, limit, limits = {}, sizeBytes }) => {
    const { origin } = server;
    const task: MemoryTask = { origin, path, limits };
    const figures = await runClient<MemoryTask, MemoryFigures>('memory-client.ts', task);
    expect([figures.code, figures.limit]).toEqual(['LIMIT_EXCEEDED', limit]);
    const bytes = sizeBytes ?? { ...defaults.limits, ...limits }[limit];
    expect(figures.growthBytes).toBeLessThanOrEqual(2 * bytes + 16 * MIB);
  });
});
