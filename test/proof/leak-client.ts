import { getEventListeners } from 'node:events';
import { createEngine, FerruleError } from '../../src/index.ts';

export interface LeakTask {
  /** Asked for in turn. */
  readonly urls: readonly string[];
  readonly caCert: string | null;
  readonly count: number;
}

export interface LeakFigures {
  /** How often each code came; `answered` for answers. */
  readonly codes: Readonly<Record<string, number>>;
  /** Heap and buffers after collection, compared to before. */
  readonly bytesPerRequest: number;
  /** Kinds of sockets, timers and the like that are there afterwards and were not before. */
  readonly resources: readonly string[];
  /** Listeners left on the signal that all requests shared. */
  readonly listeners: number;
}

/** As many before the first measurement, so that caches are full and functions compiled. */
const WARM_UP = 300;
const AT_ONCE = 20;

const { urls, caCert, count } = JSON.parse(process.argv[2] ?? '{}') as LeakTask;
const { signal } = new AbortController();
// Node opens these when they are first looked at, which is no leak.
const standardStreams = [process.stdout, process.stderr];
const resourcesAtFirst = process.getActiveResourcesInfo();
const engine = createEngine({ connectionsPerOrigin: AT_ONCE });
const connections = urls.map(baseUrl =>
  engine.connection({
    name: 'Acme',
    config: { baseUrl, caCert, timeouts: { headersMs: 1000, bodyIdleMs: 1000 } },
    operations: [
      { name: 'Get', config: { method: 'GET', path: '', followRedirect: true } },
      { name: 'Post', config: { method: 'POST', path: '', body: { bodyType: 'raw', raw: '{"a": 1}' } } },
    ],
  }),
);

const codes: Record<string, number> = {};
await run(Math.min(count, WARM_UP));
for (const code of Object.keys(codes)) codes[code] = 0;
const before = await usedBytes();
await run(count);
const bytesPerRequest = ((await usedBytes()) - before) / count;
await engine.close();
const figures: LeakFigures = {
  codes,
  bytesPerRequest,
  resources: await whatStays(),
  listeners: getEventListeners(signal, 'abort').length,
};
standardStreams[0]?.write(JSON.stringify(figures));

async function run(total: number): Promise<void> {
  let next = 0;
  const work = async () => {
    for (let nth = next++; nth < total; nth = next++) {
      const connection = connections[nth % connections.length];
      const outcome = await connection
        ?.execute(nth % 3 === 0 ? 'Post' : 'Get', {}, { signal })
        .catch((error: unknown) => error);
      const code = outcome instanceof FerruleError ? outcome.code : 'answered';
      codes[code] = (codes[code] ?? 0) + 1;
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

/** What sockets and timers there are once those that are closing have closed. Some take a turn of the event loop. */
async function whatStays(): Promise<string[]> {
  let stays: string[] = [];
  for (let turn = 0; turn < 200; turn += 1) {
    stays = surplus(process.getActiveResourcesInfo(), resourcesAtFirst);
    if (stays.length === 0) break;
    await new Promise(resolve => setImmediate(resolve));
  }
  return stays;
}

async function usedBytes(): Promise<number> {
  for (let turn = 0; turn < 5; turn += 1) {
    globalThis.gc?.();
    await new Promise(resolve => setImmediate(resolve));
  }
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}

function surplus(after: readonly string[], before: readonly string[]): string[] {
  const left = [...before];
  return after.filter(name => {
    const at = left.indexOf(name);
    if (at !== -1) left.splice(at, 1);
    return at === -1 && name !== 'Immediate';
  });
}
