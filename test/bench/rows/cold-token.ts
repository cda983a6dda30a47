import type { ColdTokenTask } from '../measured/cold-token.ts';
import { runFresh, type Window } from '../processes.ts';
import { type RowResult, showNumber, type TextTable, toFigure } from '../result.ts';
import { type Bench, interleave, pick, type Rounds, withRounds } from '../rounds.ts';
import { median, ratios, spread } from '../statistics.ts';
import { explainMissed, withProfiles } from '../where-time-goes.ts';
import { toTimeProfile } from './time-profile.ts';

const CALLERS = 10_000;
const QUICK_CALLERS = 3_000;

/** 10,000 callers at once who find no token, against as many who find one, in the same process. */
export async function measureColdToken(bench: Bench): Promise<RowResult> {
  const { target, entry, options } = bench;
  const sizes = options.quick
    ? { callers: QUICK_CALLERS, warmUps: 2, pairs: 1 }
    : { callers: CALLERS, warmUps: 5, pairs: 2 };
  const task = { origin: `http://127.0.0.1:${target.place.plain}`, entry, ...sizes };
  const file = new URL('../measured/cold-token.ts', import.meta.url);
  const run = (isFirst: boolean) => {
    const profiled: ColdTokenTask = { ...task, profiled: isFirst && !options.quick };
    return runFresh(file, profiled, target, ['--expose-gc']);
  };
  const rounds = await interleave(withRounds(bench, 4), [run]);
  const { callers, pairs } = sizes;
  const wall = toPairRatios(rounds, pairs, ({ cost }) => cost.wallMs);
  const cpu = toPairRatios(rounds, pairs, ({ cost }) => cost.cpuMs);
  const tokens = Math.max(...numbered('cold', pairs).flatMap(label => pick(rounds, label, tokensOf)));
  const title = `${callers.toLocaleString('en')} concurrent callers on a cold token`;
  const { trouble } = rounds;
  const inform = (what: string, values: readonly number[]) =>
    toFigure(`${title}: ${what}`, spread(values), '', {}, trouble);
  const ofWall = toFigure(
    `${title}: wall time to that with a warm token`,
    spread(wall.cold),
    '',
    { goal: { atMost: 1.2 }, guard: { atMost: 2 } },
    trouble,
  );
  const profile = toTimeProfile(rounds, {
    load: `${callers.toLocaleString('en')} at once`,
    unit: 'call',
    units: callers,
    ferrule: numbered('cold', pairs),
    base: numbered('warm', 2 * pairs + 1),
    names: ['a cold token', 'a warm token'],
  });
  const requests = {
    what: `${title}: token requests`,
    unit: '',
    goal: { atMost: 1 },
    guard: { atMost: 1 },
    ...(trouble === undefined ? { value: tokens } : { value: undefined, void: trouble }),
  } as const;
  return {
    name: 'cold-token',
    title,
    figures: [
      requests,
      ...explainMissed([ofWall], profile),
      inform('wall time with a warm token in its place (A/A)', wall.again),
      inform('CPU to that with a warm token', cpu.cold),
      inform('CPU with a warm token in its place (A/A)', cpu.again),
    ],
    ...withProfiles(title, trouble === undefined ? [toTable(title, rounds, sizes)] : [], [profile]),
  };
}

const tokensOf = ({ tokens }: Window) => tokens;

function numbered(kind: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, nth) => `${kind} ${nth}`);
}

/** Of every pair of every round: a cold run, and a warm one in its place, to the mean of the warm before and after. */
export function toPairRatios(rounds: Rounds, pairs: number, of: (window: Window) => number) {
  const inPlace = (kind: 'cold' | 'again', offset: 0 | 1) =>
    numbered(kind, pairs).flatMap((label, nth) => {
      const warm = (after: 0 | 1) => pick(rounds, `warm ${2 * nth + offset + after}`, of);
      return ratios(pick(rounds, label, of), warm(0), warm(1));
    });
  return { cold: inPlace('cold', 0), again: inPlace('again', 1) };
}

function toTable(
  title: string,
  rounds: Rounds,
  { callers, pairs }: Pick<ColdTokenTask, 'callers' | 'pairs'>,
): TextTable {
  const line = (name: string, labels: readonly string[]) => {
    const each = (of: (window: Window) => number) =>
      showNumber(median(labels.flatMap(label => pick(rounds, label, of))));
    return [
      name,
      each(({ cost }) => cost.wallMs),
      each(({ cost }) => (cost.cpuMs * 1000) / callers),
      each(({ targetBusy }) => 100 * targetBusy),
    ];
  };
  return {
    title,
    head: ['all at once', 'wall ms', 'CPU µs per call', 'target busy %'],
    lines: [
      line('with a warm token', numbered('warm', 2 * pairs + 1)),
      line('with a cold token', numbered('cold', pairs)),
      line('with a warm token in its place (A/A)', numbered('again', pairs)),
    ],
  };
}
