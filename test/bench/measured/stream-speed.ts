import { median } from '../statistics.ts';
import { profileWindow } from './profile.ts';
import { openReader, type StreamTask } from './stream-task.ts';
import { measureWindow, readTask } from './window.ts';

/** Reads one long answer again and again, and says how long the median of them took. */
export interface StreamSpeedTask extends StreamTask {
  /** Whole answers that are read before anything is measured. */
  readonly warmUps: number;
  readonly reads: number;
  /** Whether an answer is read once more with a profiler, after all have been measured. */
  readonly profiled: boolean;
}

const task = readTask<StreamSpeedTask>();
const { label, mib, warmUps, reads, profiled } = task;
const read = await openReader(task);
for (let nth = 0; nth < warmUps; nth += 1) await read.run(mib);
const lastedMs: number[] = [];
await measureWindow(
  label,
  async () => {
    for (let nth = 0; nth < reads; nth += 1) {
      const startedAtMs = performance.now();
      await read.run(mib);
      lastedMs.push(performance.now() - startedAtMs);
    }
  },
  () => ({ readMs: median(lastedMs) }),
);
if (profiled) await profileWindow(label, () => read.run(mib));
await read.close();
process.disconnect();
