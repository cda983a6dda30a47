import { setTimeout as wait } from 'node:timers/promises';
import type { Options } from './options.ts';
import type { Target, Turns, Window } from './processes.ts';

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
  /** Undisturbed rounds, or turns of them, each with a window of every run. */
  readonly rounds: readonly (readonly Window[])[];
  /** Why their ratios mean nothing; undefined when they do. */
  readonly trouble: string | undefined;
}

/**
 * Runs all in turn, round after round. A round in which other processes took more than the permitted share is not
 * counted; the full run repeats it, at most as often as there are rounds. Fewer than half of the rounds are no result.
 */
export function interleave(bench: Pick<Bench, 'options'>, runs: readonly Run[]): Promise<Rounds> {
  return repeat(bench.options, async isFirst => {
    const windows: Window[] = [];
    for (const run of runs) windows.push(...(await run(isFirst)));
    return { turns: [windows], load: Math.max(...windows.map(({ foreign }) => foreign)) };
  });
}

/** How the processes of {@link takeTurns} work: each pauses after every warm-up and between its turns. */
export interface TurnPlan {
  readonly warmUps: number;
  /** Between two warm-ups, after the last process has ended the first: sockets are to become too old meanwhile. */
  readonly restMs: number;
  readonly turns: number;
}

/**
 * The same with processes that are all there at once and measure in short turns, one after the other: on a machine
 * whose speed changes from second to second, what is compared has to be measured in the same second. Each turn of all
 * counts like a round.
 */
export function takeTurns(
  bench: Pick<Bench, 'options'>,
  { warmUps, restMs, turns }: TurnPlan,
  starts: readonly ((isFirst: boolean) => Turns)[],
): Promise<Rounds> {
  return repeat(bench.options, async isFirst => {
    const lanes: Turns[] = [];
    for (const start of starts) {
      const lane = start(isFirst);
      lanes.push(lane);
      await lane.next();
    }
    for (let nth = 1; nth < warmUps; nth += 1) {
      await wait(restMs);
      for (const lane of lanes) await lane.next();
    }
    const measured: (readonly Window[])[] = [];
    for (let nth = 0; nth < turns; nth += 1) {
      const windows: Window[] = [];
      for (const lane of lanes) windows.push(...(await lane.next()));
      measured.push(windows);
    }
    return { turns: measured, load: meanLoad(measured.flat()) };
  });
}

interface Round {
  readonly turns: readonly (readonly Window[])[];
  readonly load: number;
}

async function repeat(options: Options, measure: (isFirst: boolean) => Promise<Round>): Promise<Rounds> {
  const clean: (readonly Window[])[] = [];
  const loads: number[] = [];
  const most = options.quick ? options.rounds : 2 * options.rounds;
  let counted = 0;
  while (counted < options.rounds && loads.length < most) {
    const { turns, load } = await measure(counted === 0);
    loads.push(load);
    if (load > options.disturbance) continue;
    clean.push(...turns);
    counted += 1;
  }
  return { rounds: clean, trouble: toTrouble(counted, loads, options) };
}

/** Over all windows together: the counters of the machine are too coarse for a short one. */
function meanLoad(windows: readonly Window[]): number {
  const all = windows.reduce((sum, { cost }) => sum + cost.wallMs, 0);
  return windows.reduce((sum, { foreign, cost }) => sum + (foreign * cost.wallMs) / all, 0);
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
