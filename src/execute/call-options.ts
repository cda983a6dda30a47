import { nearestName } from '../base/nearest-name.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { CallOptions } from './execution-context.ts';

type Judge = (value: unknown) => boolean;

const isFlag: Judge = value => typeof value === 'boolean';

/** What each option must be, in words and as a test. */
const options: Readonly<Record<keyof CallOptions, readonly [expected: string, judge: Judge]>> = {
  signal: ['an AbortSignal', isSignal],
  timeoutMs: ['a number of milliseconds greater than 0', value => typeof value === 'number' && value > 0],
  lenient: ['true or false', isFlag],
  replayWrites: ['true or false', isFlag],
  debug: ['true or false', isFlag],
  har: ['true or false', isFlag],
  reconnect: ['true or false', isFlag],
  lastEventId: ['a text', value => typeof value === 'string'],
};

/**
 * Refuses options that would be ignored: programs without types pass what they have, an AbortController for its signal,
 * and a time limit that is misspelt is none.
 *
 * @throws FerruleError OPTIONS_INVALID
 */
export function assertCallOptions(given: unknown): void {
  if (typeof given !== 'object' || given === null) throw unusable('options of the call', 'an object', given);
  for (const name of Object.keys(given)) {
    const value: unknown = Reflect.get(given, name);
    const rule = Object.hasOwn(options, name) ? options[name as keyof CallOptions] : undefined;
    if (rule === undefined) {
      const known = Object.keys(options);
      throw new FerruleError('OPTIONS_INVALID', `The option ${name.slice(0, 100)} cannot be used`, {
        expected: known.join(', '),
        found: 'an unknown option',
        suggestion: nearestName(name, known),
      });
    }
    const [expected, judge] = rule;
    if (value !== undefined && !judge(value)) {
      const found = typeof value === 'number' ? String(value) : describeValue(value);
      throw unusable(`option ${name}`, expected, value, found);
    }
  }
}

function isSignal(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'addEventListener' in value;
}

function unusable(
  what: string,
  expected: string,
  value: unknown,
  found = describeValue(value),
): FerruleError {
  return new FerruleError('OPTIONS_INVALID', `The ${what} cannot be used`, { expected, found });
}
