import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import type { LimitsDefinition } from '../../src/definition/definition.ts';
import { createEngine, FerruleError } from '../../src/index.ts';

/** What the process is told by its argument. */
export interface MemoryTask {
  readonly origin: string;
  readonly path: string;
  readonly limits: Partial<LimitsDefinition>;
}

/** What it prints. */
export interface MemoryFigures {
  /** Code of the failure. */
  readonly code: string;
  /** The limit it names. */
  readonly limit: unknown;
  /** How much more memory the process had at its peak than after ordinary answers. Bytes. */
  readonly growthBytes: number;
}

const { origin, path, limits } = JSON.parse(process.argv[2] ?? '{}') as MemoryTask;
await using engine = createEngine();
const connection = engine.connection({
  name: 'Acme',
  config: { baseUrl: origin, limits, timeouts: { totalMs: 60_000 } },
  operations: ['/ok', path].map(each => ({ name: each, config: { method: 'GET', path: each } })),
});
for (let count = 0; count < 300; count += 1) await connection.execute('/ok');
globalThis.gc?.();
resetPeak();
const before = process.memoryUsage.rss();
const outcome = await connection.execute(path).catch((error: unknown) => error);
const figures: MemoryFigures = {
  code: outcome instanceof FerruleError ? outcome.code : 'answered',
  limit: outcome instanceof FerruleError ? outcome.details['limit'] : undefined,
  growthBytes: Math.max(0, peakBytes() - before),
};
process.stdout.write(JSON.stringify(figures));

/** proc(5): from now on the kernel counts the peak of this process anew. */
function resetPeak(): void {
  if (existsSync('/proc/self/clear_refs')) writeFileSync('/proc/self/clear_refs', '5');
}

/**
 * The peak as the kernel counts it, so that nothing is missed between two samples. `resourceUsage().maxRSS` would not do:
 * it begins with the peak of the process that started this one. Elsewhere than on Linux, what is in use now.
 */
function peakBytes(): number {
  if (!existsSync('/proc/self/status')) return process.memoryUsage.rss();
  const kib = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  return Number(kib) * 1024;
}
