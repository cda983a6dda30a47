import type { Window } from './processes.ts';
import { showNumber, type TextTable } from './result.ts';
import { pick, type Rounds } from './rounds.ts';
import { median } from './statistics.ts';

/** What the stages of a cold start take, in milliseconds of processor time; middles of the rounds. */
export interface ColdStages {
  readonly 'Node itself': number;
  readonly import: number;
  /** Ferrule compiles the connection; the script with undici makes its agent. */
  readonly preparation: number;
  readonly 'token and answer': number;
  readonly all: number;
}

/** Of the windows with this label, whose scripts had marks, and of bare Node. */
export function toColdStages(rounds: Rounds, label: string, bare: string): ColdStages {
  const middle = (of: (window: Window) => number) => median(pick(rounds, label, of));
  const mark = (nth: number) => middle(({ found }) => found[`mark ${nth}`] ?? Number.NaN);
  const node = median(pick(rounds, bare, ({ cost }) => cost.cpuMs));
  const all = middle(({ cost }) => cost.cpuMs);
  return {
    'Node itself': node,
    import: mark(0) - node,
    preparation: mark(1) - mark(0),
    'token and answer': all - mark(1),
    all,
  };
}

export function toColdSentence(ferrule: ColdStages, base: ColdStages, baseName: string): string {
  const say = ({ all, ...stages }: ColdStages) =>
    `${showNumber(all)} ms of processor time: ${Object.entries(stages)
      .map(([stage, ms]) => `${stage} ${showNumber(ms)}`)
      .join(', ')}`;
  return `Ferrule takes ${say(ferrule)}; ${baseName} ${say(base)}.`;
}

export function toColdTable(title: string, clients: Readonly<Record<string, ColdStages>>): TextTable {
  const all = Object.entries(clients);
  const stages = ['Node itself', 'import', 'preparation', 'token and answer', 'all'] as const;
  return {
    title: `${title}: where the time goes`,
    head: ['CPU ms', ...all.map(([name]) => name)],
    lines: stages.map(stage => [stage, ...all.map(([, each]) => showNumber(each[stage]))]),
  };
}
