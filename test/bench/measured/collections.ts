import {
  constants,
  type NodeGCPerformanceDetail,
  type PerformanceEntry,
  PerformanceObserver,
} from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { quantile } from '../statistics.ts';

/** A collection, as long as the main thread waited for it. */
export interface Pause {
  readonly startedAtMs: number;
  readonly lastedMs: number;
  /** Of the whole heap, not only of what is young. */
  readonly isFull: boolean;
}

/** When each call began and how long it took, by its number. */
export interface CallTimes {
  readonly startedAtMs: Float64Array;
  readonly lastedMs: Float64Array;
}

/** Node tells of collections in turns of their own. */
const TOLD_AFTER_MS = 10;

/** Does `work` and gives the collections there were meanwhile. */
export async function watchCollections(work: () => Promise<void>): Promise<readonly Pause[]> {
  const pauses: Pause[] = [];
  const observer = new PerformanceObserver(list => {
    for (const entry of list.getEntries()) {
      const { detail } = entry as PerformanceEntry & { readonly detail: NodeGCPerformanceDetail };
      const isFull = detail.kind === constants.NODE_PERFORMANCE_GC_MAJOR;
      pauses.push({ startedAtMs: entry.startTime, lastedMs: entry.duration, isFull });
    }
  });
  observer.observe({ entryTypes: ['gc'] });
  await work();
  await wait(TOLD_AFTER_MS);
  observer.disconnect();
  return pauses;
}

/**
 * What collections have to do with slow calls: how many there were per 1,000 calls and how long one took, which share
 * of the slowest hundredth of the calls met one, and the p99 of the calls that met none.
 */
export function toCollectionNumbers(pauses: readonly Pause[], { startedAtMs, lastedMs }: CallTimes) {
  const slow = quantile(lastedMs, 0.99);
  const met = Array.from(lastedMs, (lasted, nth) => {
    const began = startedAtMs[nth] ?? 0;
    return pauses.some(
      pause => pause.startedAtMs < began + lasted && pause.startedAtMs + pause.lastedMs > began,
    );
  });
  const slowest = met.filter((_, nth) => (lastedMs[nth] ?? 0) >= slow);
  const paused = pauses.reduce((sum, pause) => sum + pause.lastedMs, 0);
  return {
    collectionsPer1000: (pauses.length * 1000) / lastedMs.length,
    pauseMs: pauses.length === 0 ? 0 : paused / pauses.length,
    slowestMet: slowest.filter(Boolean).length / slowest.length,
    p99WithoutMs: quantile(
      lastedMs.filter((_, nth) => !met[nth]),
      0.99,
    ),
  };
}
