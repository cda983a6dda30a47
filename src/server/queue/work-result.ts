import { type ExecutionReport, type FerruleError, SecretValue } from '../../index.ts';
import { isObject, type JsonObject } from '../documents/json.ts';
import { toErrorBody, toValidationErrors } from '../error-reply.ts';

/** What is kept of an execution that has ended. */
export interface WorkResult {
  readonly outputs?: unknown;
  /** Without the outputs. */
  readonly report?: unknown;
  readonly error?: JsonObject;
  /** What was too large to be kept. */
  readonly omitted?: JsonObject;
}

export function resultOf({ outputs, ...report }: ExecutionReport): WorkResult {
  return { outputs, report };
}

export function resultOfFailure(error: FerruleError): WorkResult {
  const { report } = error;
  const { error: sentence, errorKey } = toErrorBody(error);
  return {
    error: { error: sentence, errorKey, validationErrors: toValidationErrors(error) },
    ...(report === undefined ? {} : { report }),
  };
}

/** No more than `maxBytes`: the report goes first, then the outputs; the state of the execution always stays. */
export function encodeWorkResult(result: WorkResult, maxBytes: number): SecretValue {
  const { outputs, error } = result;
  const rest: WorkResult = { outputs, ...(error === undefined ? {} : { error }) };
  const whole = JSON.stringify(result);
  const bytes = Buffer.byteLength(whole);
  if (bytes <= maxBytes) return new SecretValue(whole);
  const limit = { limit: 'FERRULE_QUEUE_MAX_RESULT_BYTES', maxBytes, bytes };
  const withoutReport = JSON.stringify({ ...rest, omitted: { what: 'report', ...limit } });
  if (Buffer.byteLength(withoutReport) <= maxBytes) return new SecretValue(withoutReport);
  return new SecretValue(JSON.stringify({ omitted: { what: 'outputs and report', ...limit } }));
}

export function decodeWorkResult(secret: SecretValue): WorkResult {
  const value: unknown = JSON.parse(secret.reveal());
  return isObject(value) ? value : {};
}
