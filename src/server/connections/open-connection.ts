import {
  type Connection,
  type ConnectionOptions,
  type Engine,
  FerruleError,
  type SecretValue,
} from '../../index.ts';
import type { StoredConnection, StoredOperation } from '../../store.ts';
import {
  toEngineDocument,
  toEngineOperation,
  toInput,
  withSecretValues,
} from '../documents/engine-document.ts';
import { isObject, type JsonObject } from '../documents/json.ts';

/** A stored connection, compiled with its secrets. */
export interface OpenConnection {
  readonly stored: StoredConnection;
  readonly connection: Connection;
  /** By id: an operation that can be executed, or why it cannot. */
  readonly operations: ReadonlyMap<string, OpenOperation | FerruleError>;
  /** For operations that are not stored. */
  compileWith(operation: JsonObject): Connection;
}

export interface OpenOperation {
  readonly name: string;
  readonly streams: boolean;
}

export interface OpenConnectionParts {
  readonly stored: StoredConnection;
  readonly operations: readonly StoredOperation[];
  readonly secrets: ReadonlyMap<string, SecretValue>;
  readonly options: ConnectionOptions;
}

/**
 * Compiles a connection with all of its operations that can be used: one that cannot be read does not keep the others
 * from working.
 *
 * @throws FerruleError when the connection itself has problems
 */
export function openConnection(parts: OpenConnectionParts, engine: Engine): OpenConnection {
  const { stored, secrets, options } = parts;
  const document = withSecretValues(toEngineDocument(stored), secrets);
  const compile = (operations: readonly JsonObject[]) =>
    engine.connection(toInput({ ...document, operations }), options);
  const operations = new Map<string, OpenOperation | FerruleError>();
  let rest = parts.operations.map(operation => ({
    id: operation.id,
    document: toEngineOperation(operation),
  }));
  for (;;) {
    try {
      const connection = compile(rest.map(({ document }) => document));
      for (const { id, document } of rest) operations.set(id, toOpenOperation(document));
      const compileWith = (operation: JsonObject) => compile([operation]);
      return { stored, connection, operations, compileWith };
    } catch (error) {
      if (!(error instanceof FerruleError)) throw error;
      const broken = brokenOperations(error);
      if (broken.size === 0) throw error;
      for (const [index, { id }] of rest.entries()) {
        const reason = broken.get(index);
        if (reason !== undefined) operations.set(id, reason);
      }
      rest = rest.filter((_, index) => !broken.has(index));
    }
  }
}

function toOpenOperation(document: JsonObject): OpenOperation {
  const { name, config } = document;
  return { name: String(name), streams: isObject(config) && config['streamResponse'] === true };
}

/** The operations an error is about, by index; empty when it is about the connection too. */
function brokenOperations({
  code,
  pointer,
  issues,
  summary,
}: FerruleError): ReadonlyMap<number, FerruleError> {
  const found = new Map<number, FerruleError>();
  const problems = issues.length > 0 ? issues : [{ code, pointer: pointer ?? '', message: summary }];
  for (const problem of problems) {
    const index = /^\/operations\/(\d+)(?:\/|$)/.exec(problem.pointer)?.[1];
    if (index === undefined) return new Map();
    const earlier = found.get(Number(index))?.issues ?? [];
    const place = problem.pointer.slice(`/operations/${index}`.length);
    const error = new FerruleError('DEFINITION_INVALID', 'The operation cannot be executed', {
      issues: [...earlier, { ...problem, pointer: place }],
    });
    found.set(Number(index), error);
  }
  return found;
}
