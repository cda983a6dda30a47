import { collect } from './collect.ts';
import { watchCollections } from './collections.ts';
import { watchMemory } from './memory-watch.ts';
import { openReader, type StreamTask } from './stream-task.ts';
import { measureWindow, readTask } from './window.ts';

/**
 * Reads one long answer and says how far the memory of the process grew. A later answer would tell less: what the one
 * before it let go of is still with the process, and is used again. Needs `--expose-gc`.
 *
 * For the same reason the first answer, which loads the libraries, is short: one of 16 MiB leaves 16 MiB behind, by which
 * all that comes after seems smaller.
 */
const FIRST_MIB = 1;
/**
 * V8 sets how much may be allocated until the next collection by what is there at the end of this one: while buffers
 * that are being freed still count, that is 40 MiB more, for some runs and not for others.
 */
const COLLECTIONS = 3;

const task = readTask<StreamTask>();
const { label, mib } = task;
const read = await openReader(task);
await read.run(Math.min(FIRST_MIB, mib));
await collect(COLLECTIONS);
const stop = watchMemory();
let collections = 0;
await measureWindow(
  label,
  async () => {
    const pauses = await watchCollections(() => read.run(mib));
    collections = pauses.filter(({ isFull }) => isFull).length;
  },
  () => ({ ...stop(), collections }),
);
await read.close();
process.disconnect();
