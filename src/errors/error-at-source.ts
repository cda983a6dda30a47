import { FerruleError } from './ferrule-error.ts';

/**
 * The same error at the place of the document that its author wrote: the stages after parsing know the places of its
 * one spelling only. `toSource` leads from one to the other. Issues of calls are about parameters, and stay.
 */
export function errorAtSource(error: FerruleError, toSource: (pointer: string) => string): FerruleError {
  const { pointer } = error;
  const source = pointer === undefined ? undefined : toSource(pointer);
  if (source === pointer) return error;
  const {
    code,
    summary,
    stage,
    expected,
    found,
    suggestion,
    hint,
    retryable,
    issues,
    details,
    report,
    cause,
  } = error;
  const moved = new FerruleError(code, summary, {
    stage,
    pointer: source,
    expected,
    found,
    suggestion,
    hint,
    retryable,
    issues,
    details,
    report,
    cause,
  });
  moved.stack = (error.stack ?? '').replace(error.message, () => moved.message);
  return moved;
}
