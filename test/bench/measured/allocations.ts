import { getHeapSpaceStatistics } from 'node:v8';

const BURSTS = 100;
/** So many calls that what looking itself allocates is little beside them. */
export const BURST_CALLS = 50;

/**
 * What one call takes of the space for young objects, in kB, and how large V8 has made that space, in MiB: the more there
 * is of the one and the less of the other, the more often it collects. Bursts in which it did are left out.
 */
export async function measureAllocations(burst: () => Promise<void>, calls: number) {
  let bytes = 0;
  let counted = 0;
  for (let nth = 0; nth < BURSTS; nth += 1) {
    const before = findYoung().space_used_size;
    await burst();
    const taken = findYoung().space_used_size - before;
    if (taken <= 0) continue;
    bytes += taken;
    counted += calls;
  }
  return { allocatedKb: bytes / counted / 1024, youngMib: findYoung().space_size / (1024 * 1024) };
}

function findYoung() {
  const found = getHeapSpaceStatistics().find(({ space_name: name }) => name === 'new_space');
  if (found === undefined) throw new TypeError('V8 names no space for young objects');
  return found;
}
