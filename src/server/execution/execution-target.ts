import { type Connection, FerruleError } from '../../index.ts';
import type { OpenConnection, OpenOperation } from '../connections/open-connection.ts';
import { judgeWithoutForeignFields } from '../documents/foreign-fields.ts';
import { describe, isObject, type JsonObject, toFields, toUuid } from '../documents/json.ts';
import { moveIssues } from '../documents/move-issues.ts';
import { mergeOperation } from '../documents/operation-draft.ts';
import type { RouteCall } from '../route.ts';
import type { Services } from '../services.ts';

/** What is to be executed, found and compiled. */
export interface ExecutionTarget {
  readonly open: OpenConnection;
  readonly connection: Connection;
  readonly operation: OpenOperation;
  readonly parameters: JsonObject;
}

/** The body of an execution, read but not looked up yet. */
export interface ExecutionRequest {
  readonly connectionId: string;
  readonly operationId: string | undefined;
  /** Written in the request; over the stored one when there is an id too. */
  readonly operation: JsonObject | undefined;
  readonly parameters: JsonObject;
}

/** @throws FerruleError REQUEST_INVALID */
export function readExecutionRequest(body: unknown): ExecutionRequest {
  const fields = toFields(body, ['connectionId', 'operationId', 'operation', 'parameters']);
  const { operation = null, parameters = {} } = fields;
  const connectionId = toUuid(fields['connectionId']);
  if (connectionId === undefined)
    throw invalid('/connectionId', 'the id of a connection', fields['connectionId']);
  const operationId = toUuid(fields['operationId']);
  if (operationId === undefined && (fields['operationId'] ?? null) !== null) {
    throw invalid('/operationId', 'the id of an operation', fields['operationId']);
  }
  if (!isObject(parameters)) throw invalid('/parameters', 'an object of values by name', parameters);
  if (operation !== null && !isObject(operation)) throw invalid('/operation', 'an operation', operation);
  if (operation === null && operationId === undefined) {
    throw invalid('/operationId', 'the id of an operation, or an operation beside it', undefined);
  }
  return { connectionId, operationId, operation: operation ?? undefined, parameters };
}

/**
 * Finds what a request names. An operation that is written in the request can send secrets to wherever the base URL
 * leads and read the answer, so it takes the right to change connections.
 *
 * @throws FerruleError NOT_FOUND, FORBIDDEN, and the problems of connection and operation
 */
export async function findTarget(
  request: ExecutionRequest,
  call: Pick<RouteCall, 'demand'>,
  { connections, store }: Pick<Services, 'connections' | 'store'>,
): Promise<ExecutionTarget> {
  const { operationId, parameters } = request;
  if (request.operation !== undefined)
    call.demand('manage', 'An operation written in the request may not be executed');
  const open = await connections.open(request.connectionId);
  if (request.operation === undefined) {
    const operation = open.operations.get(operationId ?? '');
    if (operation === undefined) throw new FerruleError('NOT_FOUND', 'There is no such operation');
    if (operation instanceof FerruleError) throw operation;
    return { open, connection: open.connection, operation, parameters };
  }
  const stored =
    operationId === undefined ? undefined : await store.operations.get(open.stored.id, operationId);
  if (operationId !== undefined && stored === undefined) {
    throw new FerruleError('NOT_FOUND', 'There is no such operation');
  }
  const document = { name: 'operation', ...mergeOperation(request.operation, stored) };
  const { config } = document as JsonObject;
  const streams = isObject(config) && config['streamResponse'] === true;
  return {
    open,
    connection: compileInline(open, document),
    operation: { name: String(document.name), streams },
    parameters,
  };
}

/** Its problems have places in the request, not in a connection that is made for the moment. */
function compileInline(open: OpenConnection, document: JsonObject): Connection {
  try {
    return judgeWithoutForeignFields(document, open.compileWith, '/operations/0');
  } catch (error) {
    throw error instanceof FerruleError ? moveIssues(error, '/operations/0', '/operation') : error;
  }
}

function invalid(pointer: string, expected: string, value: unknown): FerruleError {
  return new FerruleError('REQUEST_INVALID', 'The body of the request cannot be used', {
    pointer,
    expected,
    found: describe(value),
  });
}
