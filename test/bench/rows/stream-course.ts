import type { StreamTask } from '../measured/stream-task.ts';
import { runFresh } from '../processes.ts';
import { type Bench, interleave, type Rounds, withRounds } from '../rounds.ts';

/** One kind of long answer, and who reads it beside Ferrule. */
export interface Course {
  readonly title: string;
  readonly kind: StreamTask['kind'];
  readonly base: StreamTask['client'];
  readonly others: readonly StreamTask['client'][];
  readonly mib: number;
  readonly mibPerSecond?: number;
}

export const AGAIN = 'again';

/** What a process gets beside its task. */
interface Reading {
  readonly file: URL;
  readonly atLeast: number;
  readonly execArgv?: readonly string[];
  readonly more?: (isFirst: boolean, label: string) => object;
}

/** Each client in a fresh process, round after round: base, Ferrule, the others, base again. */
export function readInTurn(bench: Bench, course: Course, reading: Reading): Promise<Rounds> {
  const { target, entry } = bench;
  const { kind, mib, mibPerSecond, base, others } = course;
  const origin = `http://127.0.0.1:${target.place.plain}`;
  const pace = mibPerSecond === undefined ? {} : { mibPerSecond };
  const run = (client: StreamTask['client'], label: string = client) => {
    const task: StreamTask = { label, client, kind, origin, entry, mib, ...pace };
    return (isFirst: boolean) =>
      runFresh(reading.file, { ...task, ...reading.more?.(isFirst, label) }, target, reading.execArgv);
  };
  const runs = [run(base), run('ferrule'), ...others.map(client => run(client)), run(base, AGAIN)];
  return interleave(withRounds(bench, reading.atLeast), runs);
}

/** Every client of a course with what the tables call it. */
export function toLines({ base, others }: Course): readonly (readonly [label: string, shown: string])[] {
  return [base, 'ferrule', ...others, AGAIN].map(label => [
    label,
    label === AGAIN ? `${base} again (A/A)` : label,
  ]);
}
