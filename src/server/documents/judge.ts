import {
  type ConnectionInput,
  type Engine,
  FerruleError,
  parseConnection,
  toWholeDocument,
} from '../../index.ts';
import { toInput } from './engine-document.ts';
import type { JsonObject } from './json.ts';
import { moveIssues } from './move-issues.ts';

/**
 * The connection in its one spelling, credentials included, after everything about it was judged: fields, templates,
 * expressions, certificates.
 *
 * @throws FerruleError DEFINITION_INVALID with every issue, DEFINITION_UNSUPPORTED_TYPE
 */
export function judgeConnection(document: JsonObject, engine: Engine): ConnectionInput {
  const input = toInput(document);
  const whole = toWholeDocument(parseConnection(input).definition);
  engine.connection(input);
  return whole;
}

/**
 * The same for an operation of a connection; pointers begin at the operation. A connection that cannot be used itself
 * does not keep its operations from being written.
 */
export function judgeOperation(
  operation: JsonObject,
  connection: ConnectionInput,
  engine: Engine,
): JsonObject {
  try {
    const whole = judgeConnection({ ...connection, operations: [operation] }, engine);
    return { ...whole.operations?.[0] };
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    if (placesOf(error).some(isInOperation)) throw toOperationError(error);
    return judgeAlone(operation, connection, engine);
  }
}

function judgeAlone(operation: JsonObject, { secrets = {} }: ConnectionInput, engine: Engine): JsonObject {
  const config = { configType: 'http', baseUrl: 'https://connection.invalid' };
  try {
    const whole = judgeConnection({ name: 'connection', config, secrets, operations: [operation] }, engine);
    return { ...whole.operations?.[0] };
  } catch (error) {
    throw error instanceof FerruleError ? toOperationError(error) : error;
  }
}

const PLACE = '/operations/0';

function isInOperation(pointer: string): boolean {
  return pointer === PLACE || pointer.startsWith(`${PLACE}/`);
}

function placesOf({ pointer, issues }: FerruleError): readonly string[] {
  return [...(pointer === undefined ? [] : [pointer]), ...issues.map(issue => issue.pointer)];
}

function toOperationError(error: FerruleError): FerruleError {
  const { code, summary, pointer, expected, found, suggestion, issues } = moveIssues(error, PLACE, '');
  const about = code === 'DEFINITION_INVALID' ? 'The operation has problems' : summary;
  return new FerruleError(code, about, { pointer, expected, found, suggestion, issues });
}
