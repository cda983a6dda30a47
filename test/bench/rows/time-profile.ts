import type { Window } from '../processes.ts';
import { pick, type Rounds } from '../rounds.ts';
import { median } from '../statistics.ts';
import { type ClientTimes, type TimeProfile, toClientTimes } from '../where-time-goes.ts';

interface ProfiledLoad {
  readonly load: string;
  readonly unit: TimeProfile['unit'];
  /** How many calls, events or MiB a measured window has. */
  readonly units: number;
  /** The labels of the windows, whose mean is taken; the first was profiled. `ferrule` by default. */
  readonly ferrule?: readonly string[];
  /** The same of what it is compared with: the base before and after. */
  readonly base: readonly string[];
  /** What both are called; by default as the first of their windows. */
  readonly names?: readonly [ferrule: string, base: string];
}

/** Undefined when no profile was taken, as in short runs, and when the numbers it is of mean nothing. */
export function toTimeProfile(
  rounds: Rounds,
  { load, unit, units, ferrule: labels = ['ferrule'], base, names }: ProfiledLoad,
): TimeProfile | undefined {
  if (rounds.trouble !== undefined) return undefined;
  const ferrule = toTimes(rounds, labels, units, names?.[0]);
  const other = toTimes(rounds, base, units, names?.[1]);
  return ferrule === undefined || other === undefined ? undefined : { load, unit, ferrule, base: other };
}

function toTimes(
  rounds: Rounds,
  labels: readonly string[],
  units: number,
  name: string | undefined,
): ClientTimes | undefined {
  const [first = ''] = labels;
  const profile = rounds.rounds
    .flat()
    .find(window => window.label === first && window.profile !== undefined)?.profile;
  if (profile === undefined) return undefined;
  const mean = (of: (window: Window) => number) =>
    labels.reduce((sum, label) => sum + median(pick(rounds, label, of)) / labels.length, 0);
  const measuredUs = mean(({ cost }) => (cost.cpuMs * 1000) / units);
  const mainShare = mean(({ cost }) => (cost.mainCpuMs ?? Number.NaN) / cost.cpuMs);
  return toClientTimes(name ?? first, measuredUs, mainShare, profile);
}
