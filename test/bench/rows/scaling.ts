import { availableParallelism } from 'node:os';
import type { ScalingTask } from '../measured/scaling.ts';
import { runFresh } from '../processes.ts';
import { type RowResult, toFigure } from '../result.ts';
import { type Bench, interleave, pick } from '../rounds.ts';
import { ratios, spread } from '../statistics.ts';

/** Two engines in worker threads against one: the engine alone, answered in its own thread. */
export async function measureScaling(bench: Bench): Promise<RowResult> {
  const file = new URL('../measured/scaling.ts', import.meta.url);
  const run = (label: string, workers: number) => {
    const task: ScalingTask = { label, entry: bench.entry, workers, callsEach: 40_000 };
    return () => runFresh(file, task, bench.target);
  };
  const rounds = await interleave(bench, [run('one', 1), run('two', 2), run('one again', 1)]);
  const perMs = (label: string, workers: number) => pick(rounds, label, ({ cost }) => workers / cost.wallMs);
  const one = perMs('one', 1);
  const again = perMs('one again', 1);
  const reason = availableParallelism() < 2 ? 'void: the machine has one processor' : rounds.trouble;
  const title = 'Two engines in worker threads';
  const goal = { atLeast: 1.8 };
  return {
    name: 'scaling',
    title,
    figures: [
      toFigure(
        `${title}: throughput to that of one`,
        spread(ratios(perMs('two', 2), one, again)),
        '',
        { goal },
        reason,
      ),
      toFigure(
        `${title}: one again to one (A/A)`,
        spread(again.map((value, nth) => value / (one[nth] ?? Number.NaN))),
        '',
        {},
        reason,
      ),
    ],
    tables: [],
    notes: ['Requests are answered inside the worker: two engines and a target would need three processors.'],
  };
}
