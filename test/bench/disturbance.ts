import { readFileSync } from 'node:fs';

/** What the processors did up to a moment, in milliseconds of processor time. */
export interface MachineSample {
  readonly atMs: number;
  /** All processors, all processes, time stolen by other virtual machines included. */
  readonly busyMs: number;
  /** The benchmark itself: its own process, those it has ended, and those it runs. */
  readonly ownMs: number;
}

/** `/proc` counts in hundredths of a second on every Linux (USER_HZ). */
const TICK_MS = 10;

/** Undefined where there is no `/proc`: then nothing can be said about other processes. */
export function sampleMachine(runningPids: readonly number[]): MachineSample | undefined {
  try {
    const own = toTicks(readFileSync('/proc/self/stat', 'utf8'), true);
    const others = runningPids.map(pid => toTicks(readFileSync(`/proc/${pid}/stat`, 'utf8'), false));
    return {
      atMs: performance.now(),
      busyMs: toBusyTicks(readFileSync('/proc/stat', 'utf8')) * TICK_MS,
      ownMs: others.reduce((sum, ticks) => sum + ticks, own) * TICK_MS,
    };
  } catch {
    // No /proc, or a process that has ended between two reads: a round without a verdict counts as disturbed.
    return undefined;
  }
}

/** How many processors other processes kept busy between two samples: 0.5 is half of one. Infinity when unknown. */
export function foreignLoad(before: MachineSample | undefined, after: MachineSample | undefined): number {
  if (before === undefined || after === undefined) return Number.POSITIVE_INFINITY;
  const foreignMs = after.busyMs - before.busyMs - (after.ownMs - before.ownMs);
  return Math.max(0, foreignMs) / (after.atMs - before.atMs);
}

/** Busy ticks of the first line of `/proc/stat`: all but idle and waiting for disks, guests being part of user. */
export function toBusyTicks(stat: string): number {
  const [user = 0, nice = 0, system = 0, , , irq = 0, softIrq = 0, steal = 0] = stat
    .slice(0, stat.indexOf('\n'))
    .replace(/^cpu\s+/, '')
    .split(' ')
    .map(Number);
  return user + nice + system + irq + softIrq + steal;
}

/** User and system ticks of `/proc/PID/stat`, with those of children that have ended if asked for. */
export function toTicks(stat: string, withEndedChildren: boolean): number {
  // The name in parentheses may hold spaces and parentheses; the fields behind it are counted from the third on.
  const fields = stat
    .slice(stat.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  return user + system + (withEndedChildren ? childUser + childSystem : 0);
}
