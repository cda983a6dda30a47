import { type ErrorCode, FerruleError, formatIssue } from '../index.ts';
import type { Reply } from './route.ts';

/** Statuses of failures; whatever is not listed is a 400, as in Integrator. */
const statuses: Readonly<Partial<Record<ErrorCode, number>>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  STORE_NOT_FOUND: 404,
  METHOD_REFUSED: 405,
  STORE_CONFLICT: 409,
  IDEMPOTENCY_CONFLICT: 409,
  WORK_STATE: 409,
  REQUEST_TOO_LARGE: 413,
  HOST_REFUSED: 421,
  SERVER_BUSY: 503,
  SERVER_STOPPING: 503,
  STORE_UNAVAILABLE: 503,
  STORE_CLOSED: 503,
  ENGINE_CLOSED: 503,
  REQUEST_TIMEOUT: 504,
  STORE_FULL: 507,
  STORE_DAMAGED: 500,
  STORE_FAILED: 500,
  ENCRYPTION_KEY_INVALID: 500,
  ENCRYPTION_KEY_MISSING: 500,
  ENCRYPTION_KEY_RETIRED: 500,
  ENCRYPTION_KEY_WRONG: 500,
  ENCRYPTION_FAILED: 500,
  INTERNAL_DEFECT: 500,
};

/** Problems of what the caller sent have places, which these answers list. */
const WITH_PROBLEMS: ReadonlySet<string> = new Set(['input', 'definition']);

/**
 * A failure as Integrator's clients expect it: `error`, a sentence, and `errorKey`. To a caller that accepts
 * `application/problem+json` (RFC 9457) every detail is told: code, category, pointers and issues.
 */
export function toErrorReply(error: FerruleError, accept: string | null): Reply {
  const status = statusOf(error);
  const headers = headersOf(error, status);
  if (accept?.includes('application/problem+json')) {
    const { name: _name, message: _message, ...details } = error.toJSON();
    const type = `urn:ferrule:error:${error.code}`;
    const body = { type, title: error.summary, status, detail: error.message, ...details };
    return { status, body, headers: { ...headers, 'content-type': 'application/problem+json' } };
  }
  const { error: sentence, errorKey } = toErrorBody(error);
  return { status, body: { error: sentence, errorKey }, headers };
}

/**
 * The same for executions: Integrator lists there what is wrong with the parameters, and answers 400 also when there
 * is no such connection.
 */
export function toExecutionErrorReply(error: FerruleError, accept: string | null): Reply {
  const found = toErrorReply(error, accept);
  const reply = found.status === 404 ? { ...found, status: 400 } : found;
  if (
    error.code === 'NOT_FOUND' ||
    reply.status !== 400 ||
    !WITH_PROBLEMS.has(error.category) ||
    'content-type' in (reply.headers ?? {})
  ) {
    return reply;
  }
  return { ...reply, body: { ...toErrorBody(error), validationErrors: toValidationErrors(error) } };
}

export function statusOf(error: FerruleError): number {
  if (error.code === 'IDEMPOTENCY_CONFLICT' && error.details['mismatch'] === true) return 422;
  return statuses[error.code] ?? 400;
}

/** Integrator's `error` and `errorKey`. Several problems stand in the sentence, each with its place. */
export function toErrorBody(error: FerruleError): { readonly error: string; readonly errorKey: string } {
  if (statusOf(error) === 404) return { error: 'Not Found', errorKey: ':not_found' };
  return { error: error.message, errorKey: error.code };
}

/** Each problem with its JSON pointer. */
export function toValidationErrors(error: FerruleError): readonly Readonly<Record<string, unknown>>[] {
  const { code, pointer, expected, found, suggestion } = error;
  if (error.issues.length > 0) return error.issues.map(issue => ({ ...issue, error: formatIssue(issue) }));
  return [
    {
      error: error.message,
      code,
      pointer: pointer ?? '',
      message: error.summary,
      ...(expected === undefined ? {} : { expected }),
      ...(found === undefined ? {} : { found }),
      ...(suggestion === undefined ? {} : { suggestion }),
    },
  ];
}

/** Anything that was thrown, as an error that may be shown. Of an execution that the server ended, it says why. */
export function toFerruleError(error: unknown): FerruleError {
  if (error instanceof FerruleError) {
    const { cause } = error;
    return error.code === 'ABORTED' && cause instanceof FerruleError ? cause : error;
  }
  return new FerruleError('INTERNAL_DEFECT', 'The server failed in a way it should not', { cause: error });
}

function headersOf(error: FerruleError, status: number): Readonly<Record<string, string>> {
  if (status === 401) return { 'www-authenticate': 'Bearer' };
  if (status === 503) return { 'retry-after': '1' };
  const { allow } = error.details;
  return typeof allow === 'string' ? { allow } : {};
}
