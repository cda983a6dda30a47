import { parseArgs } from 'node:util';

export interface Options {
  /** Under a minute: few rounds, the rows that change first, generous bounds and an exit code. */
  readonly quick: boolean;
  /** The rows to run; all when empty. */
  readonly only: readonly string[];
  readonly rounds: number;
  /** How many processors others may keep busy during a round. */
  readonly disturbance: number;
  /** Whether `docs/benchmarks/` is written: when all rows have run in full, or when it is asked for. */
  readonly write: boolean;
}

const DEFAULT_DISTURBANCE = 0.2;

/** The options of the command line; throws TypeError for what makes no sense. */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rounds: { type: 'string' },
      disturbance: { type: 'string', default: String(DEFAULT_DISTURBANCE) },
      write: { type: 'boolean' },
    },
  });
  const rounds = Number(values.rounds ?? (values.quick ? 3 : 9));
  const disturbance = Number(values.disturbance);
  if (!Number.isInteger(rounds) || rounds < 1)
    throw new TypeError('--rounds: expected a whole number of at least 1');
  if (!(disturbance >= 0)) throw new TypeError('--disturbance: expected a number of processors, such as 0.2');
  const write = values.write ?? (!values.quick && values.only.length === 0);
  return { quick: values.quick, only: values.only, rounds, disturbance, write };
}
