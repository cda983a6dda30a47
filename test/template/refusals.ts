import { expect } from 'vitest';
import type { ErrorCode } from '../../src/errors/error-codes.ts';
import { FerruleError } from '../../src/errors/ferrule-error.ts';

/** The FerruleError that `work` throws; fails the test when it throws none. */
export function catchError(work: () => unknown): FerruleError {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(FerruleError);
    if (error instanceof FerruleError) return error;
  }
  return expect.fail('a FerruleError was expected, none was thrown');
}

/** Asserts that `work` is refused with this code and, when given, with words that match. */
export function expectRefusal(work: () => unknown, code: ErrorCode, words: RegExp = /./): void {
  const error = catchError(work);
  expect(error.code).toBe(code);
  expect(error.message).toMatch(words);
}

/** The result of `work`, or undefined when it is refused with a FerruleError. Other errors pass through. */
export function orRefused<Result>(work: () => Result): Result | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof FerruleError) return undefined;
    throw error;
  }
}
