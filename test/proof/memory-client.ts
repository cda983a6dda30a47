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
  /** How much more memory the process had at its peak than ordinary answers had taken. Bytes. */
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
// The peak as the kernel counts it, before and after: nothing is missed between two samples.
const before = process.resourceUsage().maxRSS;
const outcome = await connection.execute(path).catch((error: unknown) => error);
const growthKib = process.resourceUsage().maxRSS - before;
const figures: MemoryFigures = {
  code: outcome instanceof FerruleError ? outcome.code : 'answered',
  limit: outcome instanceof FerruleError ? outcome.details['limit'] : undefined,
  growthBytes: growthKib * 1024,
};
process.stdout.write(JSON.stringify(figures));
