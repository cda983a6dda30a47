import type { Window } from '../processes.ts';
import { pick, type Rounds } from '../rounds.ts';
import { median } from '../statistics.ts';
import { type ClientTimes, type TimeProfile, toClientTimes } from '../where-time-goes.ts';

interface ProfiledLoad {
  readonly load: string;
  readonly unit: TimeProfile['unit'];
  /** How many calls or events a measured window has. */
  readonly units: number;
  /** The labels of the base before and after, which Ferrule is compared with the mean of. */
  readonly base: readonly [before: string, after: string];
}

/** Undefined when no profile was taken, as in short runs, and when the numbers it is of mean nothing. */
export function toTimeProfile(
  rounds: Rounds,
  { load, unit, units, base }: ProfiledLoad,
): TimeProfile | undefined {
  if (rounds.trouble !== undefined) return undefined;
  const ferrule = toTimes(rounds, ['ferrule'], units);
  const other = toTimes(rounds, base, units);
  return ferrule === undefined || other === undefined ? undefined : { load, unit, ferrule, base: other };
}

function toTimes(rounds: Rounds, labels: readonly string[], units: number): ClientTimes | undefined {
  const [client = ''] = labels;
  const profile = rounds.rounds
    .flat()
    .find(window => window.label === client && window.profile !== undefined)?.profile;
  if (profile === undefined) return undefined;
  const mean = (of: (window: Window) => number) =>
    labels.reduce((sum, label) => sum + median(pick(rounds, label, of)) / labels.length, 0);
  const measuredUs = mean(({ cost }) => (cost.cpuMs * 1000) / units);
  const mainShare = mean(({ cost }) => (cost.mainCpuMs ?? Number.NaN) / cost.cpuMs);
  return toClientTimes(client, measuredUs, mainShare, profile);
}
