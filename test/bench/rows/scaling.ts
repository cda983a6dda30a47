import { availableParallelism } from 'node:os';
import type { ScalingTask } from '../measured/scaling.ts';
import { runFresh } from '../processes.ts';
import { type RowResult, showNumber, toFigure, withReason } from '../result.ts';
import { type Bench, interleave, pick, type Rounds } from '../rounds.ts';
import { median, ratios, spread } from '../statistics.ts';

const CALLS_EACH = 40_000;

/** Two engines in worker threads against one: the engine alone, answered in its own thread. */
export async function measureScaling(bench: Bench): Promise<RowResult> {
  const file = new URL('../measured/scaling.ts', import.meta.url);
  const run = (label: string, workers: number) => {
    const task: ScalingTask = { label, entry: bench.entry, workers, callsEach: CALLS_EACH };
    return () => runFresh(file, task, bench.target);
  };
  const rounds = await interleave(bench, [run('one', 1), run('two', 2), run('one again', 1)]);
  const perMs = (label: string, workers: number) => pick(rounds, label, ({ cost }) => workers / cost.wallMs);
  const one = perMs('one', 1);
  const again = perMs('one again', 1);
  const reason = availableParallelism() < 2 ? 'void: the machine has one processor' : rounds.trouble;
  const title = 'Two engines in worker threads';
  const goal = { atLeast: 1.8 };
  const ofTwo = toFigure(
    `${title}: throughput to that of one`,
    spread(ratios(perMs('two', 2), one, again)),
    '',
    { goal },
    reason,
  );
  return {
    name: 'scaling',
    title,
    figures: [
      ...withReason([ofTwo], toReason(rounds)),
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

/** What is missing to twice the throughput is either processor time that calls take more, or that they wait for. */
function toReason(rounds: Rounds): string {
  const callUs = (label: string, workers: number) =>
    showNumber(median(pick(rounds, label, ({ cost }) => (cost.cpuMs * 1000) / (workers * CALLS_EACH))));
  const busy = (label: string) =>
    showNumber(median(pick(rounds, label, ({ cost }) => cost.cpuMs / cost.wallMs)));
  return `A call takes ${callUs('two', 2)} µs of processor time when two engines run, ${callUs('one', 1)} when one does; two used ${busy('two')} processors, one ${busy('one')}.`;
}
