import { createEngine } from '../../src/index.ts';

export interface StreamTask {
  readonly origin: string;
  /** How much has to pass. Bytes. */
  readonly totalBytes: number;
}

export interface StreamFigures {
  readonly bytes: number;
  /** The most that was held, garbage collected, beyond what was held at the first look. Bytes. */
  readonly heldBytes: number;
}

const { origin, totalBytes } = JSON.parse(process.argv[2] ?? '{}') as StreamTask;
await using engine = createEngine();
const connection = engine.connection({
  name: 'Acme',
  config: { baseUrl: origin, limits: { maxResponseBytes: Number.MAX_SAFE_INTEGER } },
  operations: [{ name: 'Go', config: { method: 'GET', path: '/', streamResponse: true } }],
});
/** How often to look. Garbage would be collected in its own time; what matters is what cannot be. */
const LOOK_EVERY_BYTES = 2 * 1024 * 1024;
let bytes = 0;
let lookAt = LOOK_EVERY_BYTES;
const looks: number[] = [];
for await (const { data } of connection.stream('Go')) {
  bytes += data instanceof Uint8Array ? data.length : 0;
  if (bytes >= lookAt) {
    lookAt += LOOK_EVERY_BYTES;
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    looks.push(heapUsed + arrayBuffers);
  }
  if (bytes >= totalBytes) break;
  // The server could send many times as fast.
  await new Promise(resolve => setTimeout(resolve, 1));
}
const figures: StreamFigures = { bytes, heldBytes: Math.max(...looks) - (looks[0] ?? 0) };
process.stdout.write(JSON.stringify(figures));
