import { checkedValues, coldFerrule, coldUndici, markStage } from '../cold-scripts.ts';
import { toColdSentence, toColdStages, toColdTable } from '../cold-stages.ts';
import { type RowResult, toFigure, withReason } from '../result.ts';
import { type Bench, interleave, pick, type Rounds } from '../rounds.ts';
import { runScripts } from '../scripts.ts';
import { ratios, spread } from '../statistics.ts';

/** Processes are short, and so differ: there are more of them than of other rounds. */
const MORE_ROUNDS = 3;

/** Importing the main entry, over bare Node. */
export async function measureImport(bench: Bench): Promise<RowResult> {
  const scripts = [
    ['bare', ''],
    ['imported', `await import(${JSON.stringify(bench.entry)});`],
    ['bare again', ''],
  ] as const;
  const rounds = await interleave(withMore(bench), [() => runScripts(bench.target, scripts)]);
  const cpu = (label: string) => pick(rounds, label, ({ cost }) => cost.cpuMs);
  const beyond = (label: string, before: string, after = before) =>
    spread(cpu(label).map((value, nth) => value - ((cpu(before)[nth] ?? 0) + (cpu(after)[nth] ?? 0)) / 2));
  const title = 'Import of the main entry';
  return {
    name: 'import',
    title,
    figures: [
      toFigure(
        `${title}: CPU over bare Node`,
        beyond('imported', 'bare', 'bare again'),
        'ms',
        { goal: { atMost: 20 }, guard: { atMost: 60 } },
        rounds.trouble,
      ),
      toFigure(
        `${title}: bare Node over bare Node (A/A)`,
        beyond('bare again', 'bare'),
        'ms',
        {},
        rounds.trouble,
      ),
    ],
    tables: [],
  };
}

/** From nothing to the first answer: import, compile, fetch a token, execute, against a script with undici. */
export async function measureColdProcess(bench: Bench): Promise<RowResult> {
  const origin = `http://127.0.0.1:${bench.target.place.plain}`;
  const scripts = [
    ['undici', coldUndici(origin)],
    ['ferrule', coldFerrule(origin, bench.entry)],
    ['undici again', coldUndici(origin)],
  ] as const;
  const staged = [
    ['bare', ''],
    ['undici in stages', coldUndici(origin, markStage)],
    ['ferrule in stages', coldFerrule(origin, bench.entry, markStage)],
  ] as const;
  const all = bench.options.quick ? scripts : [...scripts, ...staged];
  const rounds = await interleave(withMore(bench), [() => runScripts(bench.target, all)]);
  const title = `Cold process to first answer (${checkedValues})`;
  const figures = [
    ...toColdFigures(rounds, 'CPU', ({ cpuMs }) => cpuMs),
    ...toColdFigures(rounds, 'wall time', ({ wallMs }) => wallMs),
  ];
  const shown = { name: 'cold-process', title };
  if (bench.options.quick || rounds.trouble !== undefined) return { ...shown, figures, tables: [] };
  const ferrule = toColdStages(rounds, 'ferrule in stages', 'bare');
  const undici = toColdStages(rounds, 'undici in stages', 'bare');
  return {
    ...shown,
    figures: withReason(figures, toColdSentence(ferrule, undici, 'the script with undici')),
    tables: [toColdTable(title, { ferrule, undici })],
  };
}

function toColdFigures(
  rounds: Rounds,
  what: string,
  of: (cost: { readonly cpuMs: number; readonly wallMs: number }) => number,
) {
  const each = (label: string) => pick(rounds, label, ({ cost }) => of(cost));
  const ferrule = each('ferrule');
  const bounds = { goal: { atMost: 1.15 }, guard: { atMost: 3 } };
  const ratio = spread(ratios(ferrule, each('undici'), each('undici again')));
  const again = spread(each('undici again').map((value, nth) => value / (each('undici')[nth] ?? Number.NaN)));
  return [
    toFigure(
      `Cold process to first answer: ${what} to a script with undici`,
      ratio,
      '',
      bounds,
      rounds.trouble,
    ),
    toFigure(`Cold process to first answer: ${what}, undici again (A/A)`, again, '', {}, rounds.trouble),
    toFigure(`Cold process to first answer: ${what} of Ferrule`, spread(ferrule), 'ms', {}, rounds.trouble),
  ];
}

function withMore(bench: Bench): Bench {
  return {
    ...bench,
    options: { ...bench.options, rounds: (bench.options.quick ? 2 : MORE_ROUNDS) * bench.options.rounds },
  };
}
