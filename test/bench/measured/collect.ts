import { setTimeout as wait } from 'node:timers/promises';

/** Another thread frees the buffers of what was collected. */
const FREED_AFTER_MS = 60;

/** Collects all that nobody holds, so many times, and waits until its buffers are freed. Needs `--expose-gc`. */
export async function collect(times: number): Promise<void> {
  for (let nth = 0; nth < times; nth += 1) {
    globalThis.gc?.();
    await wait(FREED_AFTER_MS);
  }
}
