import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { measureWindow, readTask } from './window.ts';

/** Engines in worker threads, each doing the same number of calls, all beginning at once. */
export interface ScalingTask {
  readonly label: string;
  readonly entry: string;
  readonly workers: number;
  readonly callsEach: number;
}

const { label, entry, workers: count, callsEach } = readTask<ScalingTask>();
const file = new URL('./scaling-worker.ts', import.meta.url);
const workers = Array.from({ length: count }, () => new Worker(file, { workerData: { entry, callsEach } }));
const exits = workers.map(worker => once(worker, 'exit'));
await Promise.all(workers.map(worker => once(worker, 'message')));
await measureWindow(label, async () => {
  const done = Promise.all(workers.map(worker => once(worker, 'message')));
  for (const worker of workers) worker.postMessage('go');
  await done;
});
await Promise.all(exits);
process.disconnect();
