import type { ColdTokenTask } from '../measured/cold-token.ts';
import { runFresh } from '../processes.ts';
import { type RowResult, toFigure } from '../result.ts';
import { type Bench, interleave, pick, withRounds } from '../rounds.ts';
import { ratios, spread } from '../statistics.ts';

const CALLERS = 10_000;
const QUICK_CALLERS = 3_000;

/** 10,000 callers at once who find no token, against as many who find one, in the same process. */
export async function measureColdToken(bench: Bench): Promise<RowResult> {
  const { target, entry } = bench;
  const callers = bench.options.quick ? QUICK_CALLERS : CALLERS;
  const task: ColdTokenTask = { origin: `http://127.0.0.1:${target.place.plain}`, entry, callers };
  const file = new URL('../measured/cold-token.ts', import.meta.url);
  const rounds = await interleave(withRounds(bench, 6), [() => runFresh(file, task, target)]);
  const wall = (label: string) => pick(rounds, label, ({ cost }) => cost.wallMs);
  const tokens = Math.max(...pick(rounds, 'cold', window => window.tokens));
  const title = `${callers.toLocaleString('en')} concurrent callers on a cold token`;
  return {
    name: 'cold-token',
    title,
    figures: [
      {
        what: `${title}: token requests`,
        value: rounds.trouble === undefined ? tokens : undefined,
        unit: '',
        goal: { atMost: 1 },
        guard: { atMost: 1 },
        ...(rounds.trouble === undefined ? {} : { void: rounds.trouble }),
      },
      toFigure(
        `${title}: wall time to that with a warm token`,
        spread(ratios(wall('cold'), wall('warm'), wall('warm again'))),
        '',
        { goal: { atMost: 1.2 }, guard: { atMost: 2 } },
        rounds.trouble,
      ),
      toFigure(
        `${title}: the second warm run to the first (A/A)`,
        spread(wall('warm again').map((value, nth) => value / (wall('warm')[nth] ?? Number.NaN))),
        '',
        {},
        rounds.trouble,
      ),
    ],
    tables: [],
  };
}
