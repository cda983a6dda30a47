import type { Options } from './options.ts';
import type { Target, Window } from './processes.ts';

/** What every row needs: the target, the build, and how thorough to be. */
export interface Bench {
  readonly target: Target;
  /** URL of the built main entry. */
  readonly entry: string;
  readonly options: Options;
}

/** The share of the time in which the event loop of a target may be busy. */
const SATURATED = 0.95;

/**
 * One after the other, each in a fresh process; the windows of one round. As long as no round has counted, the one that
 * is running may be the first: runs that are profiled once are profiled then.
 */
export type Run = (isFirst: boolean) => Promise<readonly Window[]>;

export interface Rounds {
  /** Undisturbed rounds, each with the windows of all runs. */
  readonly rounds: readonly (readonly Window[])[];
  /** Why their ratios mean nothing; undefined when they do. */
  readonly trouble: string | undefined;
}

/**
 * Runs all in turn, round after round. A round in which other processes took more than the permitted share is not
 * counted; the full run repeats it, at most as often as there are rounds. Fewer than half of the rounds are no result.
 */
export async function interleave({ options }: Pick<Bench, 'options'>, runs: readonly Run[]): Promise<Rounds> {
  const clean: (readonly Window[])[] = [];
  const loads: number[] = [];
  const most = options.quick ? options.rounds : 2 * options.rounds;
  while (clean.length < options.rounds && loads.length < most) {
    const windows: Window[] = [];
    for (const run of runs) windows.push(...(await run(clean.length === 0)));
    const load = Math.max(...windows.map(({ foreign }) => foreign));
    loads.push(load);
    if (load <= options.disturbance) clean.push(windows);
  }
  return { rounds: clean, trouble: toTrouble(clean.length, loads, options) };
}

/** At least so many rounds in a full run, for windows so short that one by itself says little. */
export function withRounds<Given extends Pick<Bench, 'options'>>(bench: Given, atLeast: number): Given {
  const { options } = bench;
  const rounds = options.quick ? options.rounds : Math.max(options.rounds, atLeast);
  return { ...bench, options: { ...options, rounds } };
}

export function toTrouble(
  cleanRounds: number,
  loads: readonly number[],
  { rounds, disturbance }: Pick<Options, 'rounds' | 'disturbance'>,
): string | undefined {
  if (cleanRounds > 0 && cleanRounds >= rounds / 2) return undefined;
  const heaviest = Math.max(...loads).toFixed(2);
  return `disturbed: other processes used up to ${heaviest} processors, ${disturbance} are permitted`;
}

/** Why a cell is void whose target was so busy that it set the pace; undefined when it was not. */
export function toSaturation(targetBusy: number): string | undefined {
  return targetBusy > SATURATED
    ? `void: the target was busy for ${(100 * targetBusy).toFixed(0)} % of the time`
    : undefined;
}

/** One number per round, of the window with this label. */
export function pick({ rounds }: Rounds, label: string, of: (window: Window) => number): readonly number[] {
  return rounds.map(windows => {
    const found = windows.find(window => window.label === label);
    return found === undefined ? Number.NaN : of(found);
  });
}
