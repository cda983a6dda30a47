import { FerruleError } from './ferrule-error.ts';

/**
 * The same error at the place of the document that its author wrote: the stages after parsing know the places of its
 * one spelling only. `toSource` leads from one to the other. Issues of calls are about parameters, and stay.
 */
export function errorAtSource(error: FerruleError, toSource: (pointer: string) => string): FerruleError {
  const { pointer } = error;
  const source = pointer === undefined ? undefined : toSource(pointer);
  if (source === pointer) return error;
  const moved = new FerruleError(error.code, error.summary, {
    stage: error.stage,
    pointer: source,
    expected: error.expected,
    found: error.found,
    suggestion: error.suggestion,
    hint: error.hint,
    retryable: error.retryable,
    issues: error.issues,
    details: error.details,
    report: error.report,
    cause: error.cause,
  });
  moved.stack = (error.stack ?? '').replace(error.message, () => moved.message);
  return moved;
}
