import type { Clock } from '../index.ts';

const PER_MINUTE = 5;
const MINUTE_MS = 60_000;
const MAX_REMEMBERED = 10_000;

/** Tells refusals that are written one by one from a flood of them. */
export interface RefusalGate {
  /**
   * How many refusals of this caller for this reason were left out since the last one that was written; undefined when
   * this one is left out too.
   */
  pass(principal: string, code: string): number | undefined;
}

/**
 * The event log has a size, so whoever is refused often enough could push everything else out of it. A few refusals a
 * minute of each caller and reason are events; of the others, the next event says how many there were. The log of the
 * server has all of them.
 */
export function createRefusalGate(clock: Clock): RefusalGate {
  const windows = new Map<string, { readonly sinceMs: number; written: number; leftOut: number }>();
  return {
    pass(principal, code) {
      const name = JSON.stringify([principal, code]);
      const nowMs = clock.now();
      const known = windows.get(name);
      if (known !== undefined && nowMs - known.sinceMs < MINUTE_MS) {
        if (known.written >= PER_MINUTE) {
          known.leftOut += 1;
          return undefined;
        }
        known.written += 1;
        return 0;
      }
      if (windows.size >= MAX_REMEMBERED) windows.clear();
      windows.set(name, { sinceMs: nowMs, written: 1, leftOut: 0 });
      return known?.leftOut ?? 0;
    },
  };
}
