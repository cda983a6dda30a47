import { FerruleError, type Parameters, SecretValue } from '../../index.ts';
import { isObject, type JsonObject } from '../documents/json.ts';
import type { ExecutionRequest } from '../execution/execution-target.ts';

/** What of an execution is kept until a worker does it. */
export interface WorkRequest extends ExecutionRequest {
  readonly options: WorkOptions;
}

/** How it is to be executed, as the query of an execution says it. */
export interface WorkOptions {
  readonly debug?: boolean;
  readonly har?: boolean;
  readonly lenient?: boolean;
  readonly timeoutMs?: number;
}

export function encodeWorkRequest(request: WorkRequest): SecretValue {
  return new SecretValue(JSON.stringify(request));
}

/** @throws FerruleError STORE_DAMAGED for what this server did not write */
export function decodeWorkRequest(secret: SecretValue): WorkRequest {
  const value: unknown = JSON.parse(secret.reveal());
  if (!isObject(value)) throw damaged();
  const { connectionId, operationId, operation, parameters, options } = value;
  if (typeof connectionId !== 'string' || !isObject(parameters) || !isObject(options)) throw damaged();
  return {
    connectionId,
    operationId: typeof operationId === 'string' ? operationId : undefined,
    operation: isObject(operation) ? operation : undefined,
    parameters: parameters as Parameters & JsonObject,
    options,
  };
}

function damaged(): FerruleError {
  return new FerruleError('STORE_DAMAGED', 'The request of an execution is not one that was written');
}
