import { type Figure, showNumber, type TextTable, toFigure, withReason } from '../result.ts';
import { type Bench, pick, type Rounds } from '../rounds.ts';
import { median, ratios, spread } from '../statistics.ts';
import { type MemoryGrowth, toMemorySentence } from '../where-memory-is.ts';
import { AGAIN, type Course, readInTurn, toLines } from './stream-course.ts';

export interface StreamMemory {
  readonly course: Course;
  readonly rounds: Rounds;
  readonly figures: readonly Figure[];
  readonly tables: readonly TextTable[];
}

interface Aim {
  /** When the next collection comes is chance: more rounds where there is a goal, and most where reading is slow. */
  readonly atLeast: number;
  readonly hasGoal: boolean;
}

/** How far the memory of a process grows while it reads its first long answer. */
export async function measureMemory(bench: Bench, course: Course, aim: Aim): Promise<StreamMemory> {
  const file = new URL('../measured/stream-memory.ts', import.meta.url);
  const { atLeast } = aim;
  const rounds = await readInTurn(bench, course, { file, atLeast, execArgv: ['--expose-gc'] });
  const { base: baseName } = course;
  const growth = (label: string) => foundOf(rounds, label, 'growthMib');
  const why = toMemorySentence(toGrowth(rounds, 'ferrule'), toGrowth(rounds, baseName, AGAIN), {
    baseName,
    again: median(growth(AGAIN)) / median(growth(baseName)),
  });
  return {
    course,
    rounds,
    figures: withReason(toFigures(course, rounds, aim), why),
    tables: [toTable(course, rounds)],
  };
}

/**
 * The middle of all processes to the middle of the base before and after. Which process waits long for a collection is
 * chance: the ratio of two single processes would have the chance of both.
 */
export function toGrowthRatios(
  measured: readonly number[],
  before: readonly number[],
  after: readonly number[],
): readonly number[] {
  const base = median([...before, ...after]);
  return measured.map(value => value / base);
}

function toFigures(course: Course, rounds: Rounds, { hasGoal }: Aim): readonly Figure[] {
  const { title, base, mib, mibPerSecond } = course;
  const { trouble } = rounds;
  const growth = (label: string) => foundOf(rounds, label, 'growthMib');
  const inform = (what: string, numbers: readonly number[], unit: Figure['unit'] = 'MiB') =>
    toFigure(`${title}: ${what}`, spread(numbers), unit, {}, trouble);
  const ratio = toFigure(
    `${title}: memory growth to ${base}`,
    spread(toGrowthRatios(growth('ferrule'), growth(base), growth(AGAIN))),
    '',
    hasGoal ? { goal: { atMost: 1.1 }, guard: { atMost: 4 } } : { guard: { atMost: 4 } },
    trouble,
  );
  const speed = (label: string) => pick(rounds, label, ({ cost }) => mib / cost.wallMs);
  const ofSpeed = toFigure(
    `${title}: throughput to ${base}`,
    spread(ratios(speed('ferrule'), speed(base), speed(AGAIN))),
    '',
    { goal: { atLeast: 0.9 } },
    trouble,
  );
  const again = toGrowthRatios(growth(AGAIN), growth(base), growth(base));
  return [
    ...(mibPerSecond === undefined ? [] : [ofSpeed]),
    ratio,
    inform(`memory growth, ${base} again (A/A)`, again, ''),
    // A ratio of two small numbers says little without them.
    ...(hasGoal
      ? [
          inform('memory growth of Ferrule', growth('ferrule')),
          inform(`memory growth of ${base}`, [...growth(base), ...growth(AGAIN)]),
        ]
      : []),
  ];
}

function foundOf(rounds: Rounds, label: string, name: string): readonly number[] {
  return pick(rounds, label, ({ found }) => found[name] ?? Number.NaN);
}

function toGrowth(rounds: Rounds, ...labels: readonly string[]): MemoryGrowth {
  const middle = (name: string) => median(labels.flatMap(label => foundOf(rounds, label, name)));
  return {
    growthMib: middle('growthMib'),
    buffersMib: middle('buffersMib'),
    heapMib: middle('heapMib'),
    otherMib: middle('otherMib'),
    collections: middle('collections'),
  };
}

function toTable(course: Course, rounds: Rounds): TextTable {
  return {
    title: `${course.title}: memory`,
    head: ['client', 'growth MiB', 'of it buffers', 'heap', 'other', 'full collections'],
    lines: toLines(course).map(([label, shown]) => {
      const { growthMib, buffersMib, heapMib, otherMib, collections } = toGrowth(rounds, label);
      return [shown, ...[growthMib, buffersMib, heapMib, otherMib, collections].map(showNumber)];
    }),
  };
}
