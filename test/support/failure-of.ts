import { FerruleError } from '../../src/errors/ferrule-error.ts';

/** The FerruleError that `work` fails with; anything else, success included, fails the test. */
export async function failureOf(work: Promise<unknown> | (() => unknown)): Promise<FerruleError> {
  try {
    await (typeof work === 'function' ? work() : work);
  } catch (error) {
    if (error instanceof FerruleError) return error;
    throw error;
  }
  throw new TypeError('expected a FerruleError, but nothing failed');
}
