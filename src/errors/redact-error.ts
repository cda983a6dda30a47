import type { Redactor } from '../base/redactor.ts';
import { FerruleError, type FerruleErrorOptions, type Issue } from './ferrule-error.ts';

const MAX_CAUSES = 8;

/**
 * An error of a library or of Node, as it may be shown: name, code, message and stack with secrets masked.
 * The original is not kept, because it may hold requests, sockets and headers.
 */
class ForeignError extends Error {
  override readonly name: string;
  readonly code: string | undefined;

  constructor(name: string, message: string, code: string | undefined, cause: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = name;
    this.code = code;
  }
}

/**
 * The same error with every known secret masked: message, place, details, stack and the whole chain of causes.
 * `toReport` makes the report that the error carries, of the error as it is shown; it must be masked already.
 */
export function redactError(
  error: FerruleError,
  redactor: Redactor,
  toReport?: (shown: FerruleError) => object,
): FerruleError {
  return redactFerruleError(error, redactor, 0, toReport);
}

/** A ForeignError for whatever was thrown; a FerruleError stays one. */
function toSafeCause(cause: unknown, redactor: Redactor, depth = 0): unknown {
  if (cause === undefined || depth > MAX_CAUSES) return undefined;
  if (cause instanceof FerruleError) return redactFerruleError(cause, redactor, depth, undefined);
  if (!(cause instanceof Error)) return redactor.redactDeep(cause);
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const inner = toSafeCause(cause.cause, redactor, depth + 1);
  const safe = new ForeignError(cause.name, redactor.redact(cause.message), code, inner);
  safe.stack = redactor.redact(cause.stack ?? '');
  return safe;
}

function redactFerruleError(
  error: FerruleError,
  redactor: Redactor,
  depth: number,
  toReport: ((shown: FerruleError) => object) | undefined,
): FerruleError {
  const redact = (text: string | undefined) => (text === undefined ? undefined : redactor.redact(text));
  const options: FerruleErrorOptions = {
    stage: error.stage,
    pointer: redact(error.pointer),
    expected: redact(error.expected),
    found: redact(error.found),
    suggestion: redact(error.suggestion),
    hint: redact(error.hint),
    retryable: error.retryable,
    issues: redactor.redactDeep(error.issues) as readonly Issue[],
    details: redactor.redactDeep(error.details) as Readonly<Record<string, unknown>>,
    report: error.report,
    cause: toSafeCause(error.cause, redactor, depth + 1),
  };
  const summary = redactor.redact(error.summary);
  const shown = new FerruleError(error.code, summary, options);
  const redacted =
    toReport === undefined
      ? shown
      : new FerruleError(error.code, summary, { ...options, report: toReport(shown) });
  redacted.stack = redactor.redact(error.stack ?? '');
  return redacted;
}
