import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { type CompileExpressionOptions, compileExpression } from '../../src/expression/compile-expression.ts';
import type { ExpressionScope } from '../../src/expression/expression.ts';

export const emptyScope: ExpressionScope = { body: undefined, headers: {}, statusCode: 200 };

/** Compiles and evaluates in one go, as an output expression over `body`. */
export function evaluate(
  source: string,
  body?: unknown,
  options: Partial<CompileExpressionOptions> = {},
): unknown {
  return compileExpression(source, { pointer: '/value', context: 'response', ...options }).evaluate({
    ...emptyScope,
    body,
  });
}

/** The FerruleError that `work` throws; anything else fails the test. */
export function failureOf(work: () => unknown): FerruleError {
  try {
    work();
  } catch (error) {
    if (error instanceof FerruleError) return error;
    throw error;
  }
  throw new TypeError('expected a FerruleError, but nothing was thrown');
}
