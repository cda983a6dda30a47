import { nearestName } from '../base/nearest-name.ts';
import { defaults } from '../definition/defaults.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { Limits, Timeouts } from './transport.ts';

/** Node's timers hold no more than 31 bits; a longer one would fire at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** The limits with what `given` changes of them. */
export function withLimits(limits: Limits = defaults.limits, given: Partial<Limits> = {}): Limits {
  return merge('limits', limits, given, value => value >= 0, 'a number of at least 0');
}

/** The timeouts with what `given` changes of them. */
export function withTimeouts(
  timeouts: Timeouts = defaults.timeouts,
  given: Partial<Timeouts> = {},
): Timeouts {
  const expected = `milliseconds: a number above 0 and at most ${MAX_TIMEOUT_MS}`;
  return merge('timeouts', timeouts, given, value => value > 0 && value <= MAX_TIMEOUT_MS, expected);
}

/** @throws FerruleError OPTIONS_INVALID unless `value` is a whole number from `least` on */
export function assertCount(name: string, value: unknown, least: number): asserts value is number {
  if (Number.isSafeInteger(value) && Number(value) >= least) return;
  throw invalid(name, `a whole number of at least ${least}`, value);
}

/**
 * A limit that is not a number would never be exceeded, and a misspelt one never be looked at.
 * @throws FerruleError OPTIONS_INVALID
 */
function merge<Values extends Readonly<Record<keyof Values, number>>>(
  option: string,
  values: Values,
  given: Partial<Values>,
  isUsable: (value: number) => boolean,
  expected: string,
): Values {
  const merged = { ...values };
  for (const [name, value] of Object.entries<unknown>(given)) {
    if (!Object.hasOwn(values, name)) throw unknown(`${option}.${name}`, option, Object.keys(values), name);
    if (value === undefined) continue;
    if (typeof value !== 'number' || !isUsable(value)) throw invalid(`${option}.${name}`, expected, value);
    Object.assign(merged, { [name]: value });
  }
  return merged;
}

function invalid(name: string, expected: string, found: unknown): FerruleError {
  return new FerruleError('OPTIONS_INVALID', `The option ${name} cannot be used`, {
    expected,
    found: typeof found === 'number' ? String(found) : typeof found,
  });
}

function unknown(path: string, option: string, names: readonly string[], name: string): FerruleError {
  return new FerruleError('OPTIONS_INVALID', `There is no option ${path.slice(0, 100)}`, {
    expected: `${option} with ${names.join(', ')}`,
    suggestion: nearestName(name, names),
  });
}
