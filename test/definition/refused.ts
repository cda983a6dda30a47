import { FerruleError, type Issue } from '../../src/errors/ferrule-error.ts';

/** The error that `work` throws. */
export function refused(work: () => unknown): FerruleError {
  try {
    work();
  } catch (error) {
    if (error instanceof FerruleError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** The issues of the error that `work` throws. */
export function issuesOf(work: () => unknown): readonly Issue[] {
  return refused(work).issues;
}
