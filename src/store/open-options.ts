import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';

/**
 * What the types ask for and a program without types may leave out; judged before a file or a database is touched.
 * @throws FerruleError OPTIONS_INVALID
 */
export function assertOpenOptions(opener: string, options: unknown, needed: readonly Needed[]): void {
  for (const { name, expected, isUsable } of needed) {
    const given = typeof options === 'object' && options !== null ? Reflect.get(options, name) : undefined;
    if (isUsable(given)) continue;
    throw new FerruleError('OPTIONS_INVALID', `The option ${name} of ${opener} cannot be used`, {
      expected,
      found: describeValue(given),
    });
  }
}

/** An option that must be there. */
interface Needed {
  readonly name: string;
  readonly expected: string;
  isUsable(given: unknown): boolean;
}

export const keysOption: Needed = {
  name: 'keys',
  expected: 'a key provider, such as createKeyring(text) or openKeyFile(path) give',
  isUsable: given => typeof given === 'object' && given !== null && 'wrap' in given && 'unwrap' in given,
};

export const pathOption: Needed = {
  name: 'path',
  expected: 'the path of a file',
  isUsable: given => typeof given === 'string' && given !== '',
};
