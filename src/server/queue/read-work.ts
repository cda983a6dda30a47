import { createHash } from 'node:crypto';
import { FerruleError } from '../../index.ts';
import { describe, isObject, type JsonObject, toFields } from '../documents/json.ts';
import { type ExecutionRequest, readExecutionRequest } from '../execution/execution-target.ts';

/** The body of a request for executions later, read but not looked up. */
export interface WorkOrder {
  readonly request: ExecutionRequest;
  /** One execution for each, with these parameters over the common ones. */
  readonly rows: readonly JsonObject[];
  readonly maxAttempts: number;
  /** The parameter that is given the id of the execution: every attempt then says the same to the other system. */
  readonly idempotencyParameter: string | undefined;
}

/** In one request. */
const MAX_ROWS = 10_000;
const MAX_ATTEMPTS = 20;
const ATTEMPTS = 5;

/** @throws FerruleError REQUEST_INVALID */
export function readWorkOrder(body: unknown): WorkOrder {
  const fields = toFields(body, [
    'connectionId',
    'operationId',
    'operation',
    'parameters',
    'rows',
    'attempts',
    'idempotencyParameter',
  ]);
  const { rows = [{}], attempts = ATTEMPTS, idempotencyParameter, ...rest } = fields;
  const request = readExecutionRequest(rest);
  if (!Array.isArray(rows) || rows.length === 0 || rows.length > MAX_ROWS) {
    throw invalid('/rows', `a list of 1 to ${MAX_ROWS} rows`, rows);
  }
  const wrong = rows.findIndex(row => !isObject(row));
  if (wrong !== -1) throw invalid(`/rows/${wrong}`, 'an object of values by name', rows[wrong]);
  if (!isCount(attempts) || attempts > MAX_ATTEMPTS) {
    throw invalid('/attempts', `a whole number from 1 to ${MAX_ATTEMPTS}`, attempts);
  }
  if (idempotencyParameter !== undefined && typeof idempotencyParameter !== 'string') {
    throw invalid('/idempotencyParameter', 'the name of a parameter', idempotencyParameter);
  }
  return { request, rows, maxAttempts: attempts, idempotencyParameter };
}

function isCount(value: unknown): value is number {
  return Number.isInteger(value) && Number(value) >= 1;
}

/** The same id for the same seed and number: what is enqueued twice under one key is enqueued once. RFC 9562, version 8. */
export function toWorkId(seed: string, index: number): string {
  const digest = createHash('sha256').update(`${seed}\n${index}`).digest('hex');
  const variant = '89ab'[Number.parseInt(digest.slice(16, 17), 16) % 4];
  return [
    digest.slice(0, 8),
    digest.slice(8, 12),
    `8${digest.slice(13, 16)}`,
    `${variant}${digest.slice(17, 20)}`,
    digest.slice(20, 32),
  ].join('-');
}

function invalid(pointer: string, expected: string, value: unknown): FerruleError {
  return new FerruleError('REQUEST_INVALID', 'The body of the request cannot be used', {
    pointer,
    expected,
    found: Array.isArray(value) ? `${value.length} rows` : describe(value),
  });
}
