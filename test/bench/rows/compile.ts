import type { CompileTask } from '../measured/compile.ts';
import { runFresh } from '../processes.ts';
import { type RowResult, toFigure } from '../result.ts';
import { type Bench, interleave, pick } from '../rounds.ts';
import { spread } from '../statistics.ts';

/** Compiling a connection of 100 operations, and finding it again by its fingerprint. */
export async function measureCompile(bench: Bench): Promise<RowResult> {
  const task: CompileTask = { entry: bench.entry, operations: 100, compilations: 20, openings: 10_000 };
  const file = new URL('../measured/compile.ts', import.meta.url);
  const rounds = await interleave(bench, [() => runFresh(file, task, bench.target)]);
  const each = (label: string, count: number, perMs: number) =>
    spread(pick(rounds, label, ({ cost }) => (cost.cpuMs * perMs) / count));
  const { trouble } = rounds;
  const title = 'A connection of 100 operations';
  return {
    name: 'compile',
    title,
    figures: [
      toFigure(
        `${title}: compiled (CPU)`,
        each('compiled', task.compilations, 1),
        'ms',
        { goal: { atMost: 20 }, guard: { atMost: 60 } },
        trouble,
      ),
      toFigure(
        `${title}: the first of a process, libraries loaded (CPU)`,
        each('first', 1, 1),
        'ms',
        {},
        trouble,
      ),
      ...['text', 'object', 'frozen object'].map(form =>
        toFigure(
          `${title}: found again, given as ${form} (CPU)`,
          each(`opened ${form}`, task.openings, 1000),
          'µs',
          { goal: { atMost: 20 }, guard: { atMost: 100 } },
          trouble,
        ),
      ),
    ],
    tables: [],
  };
}
