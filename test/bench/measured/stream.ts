import { setTimeout as wait } from 'node:timers/promises';
import { readBytes, readEvents } from '../clients/streams.ts';
import { measureWindow, readTask } from './window.ts';

/** Reads one long answer and says how far the memory of the process grew. Needs `--expose-gc`. */
export interface StreamTask {
  readonly label: string;
  readonly client: 'ferrule' | 'undici.stream' | 'eventsource-parser' | 'eventsource-parser and JSON';
  readonly kind: 'bytes' | 'events';
  readonly origin: string;
  readonly entry: string;
  readonly mib: number;
  /** As fast as it comes when left out. */
  readonly mibPerSecond?: number;
  /** Whether the answer is read once more with a profiler, after that has been measured. */
  readonly profiled: boolean;
}

const MIB = 1024 * 1024;
const SAMPLE_EVERY_MS = 5;
const task = readTask<StreamTask>();
const read = task.kind === 'bytes' ? await readBytes(task) : await readEvents(task);

// The first answer loads the libraries and warms the code.
await read.run(Math.min(16, task.mib));
await settle();
const before = process.memoryUsage.rss();
let highest = before;
const watch = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage.rss());
}, SAMPLE_EVERY_MS);
await measureWindow(
  task.label,
  () => read.run(task.mib),
  () => ({ growthMib: (Math.max(highest, process.memoryUsage.rss()) - before) / MIB }),
);
clearInterval(watch);
if (task.profiled) {
  const { profileWindow } = await import('./profile.ts');
  await profileWindow(task.label, () => read.run(task.mib));
}
await read.close();
process.disconnect();

/**
 * Buffers are freed by another thread after a collection. V8 sets how much may be allocated until the next one by what
 * is there at the end of this one: while they still count, that is 40 MiB more, for some runs and not for others.
 */
async function settle() {
  for (let nth = 0; nth < 3; nth += 1) {
    globalThis.gc?.();
    await wait(60);
  }
}
