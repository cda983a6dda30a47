import type { ConnectionInput, SecretValue } from '../../index.ts';
import type { StoredConnection, StoredOperation } from '../../store.ts';
import type { JsonObject } from './json.ts';
import { readConnectionDocument, readOperationDocument, secretNamesOf } from './stored-documents.ts';

/**
 * The document that the engine compiles. It is judged there, so nothing is known of its fields here.
 * Secrets are null: whoever executes puts the values in.
 */
export function toEngineDocument(
  connection: Pick<StoredConnection, 'name' | 'definition' | 'secretNames'>,
  operations: readonly JsonObject[] = [],
): ConnectionInput {
  const { secretNames: _names, ...document } = readConnectionDocument(connection);
  const secrets = Object.fromEntries(secretNamesOf(connection).map(name => [name, null]));
  return toInput({ ...document, name: connection.name, type: 'http', secrets, operations });
}

/**
 * The document with the values of its secrets: the one place where stored secrets become text. The engine takes them
 * out of the document again at once.
 */
export function withSecretValues(
  document: ConnectionInput,
  secrets: ReadonlyMap<string, SecretValue>,
): ConnectionInput {
  const values = [...secrets].map(([name, value]) => [name, value.reveal()]);
  return { ...document, secrets: { ...document.secrets, ...Object.fromEntries(values) } };
}

export function toEngineOperation(operation: Pick<StoredOperation, 'name' | 'definition'>): JsonObject {
  return { ...readOperationDocument(operation), name: operation.name };
}

/** A document whose fields the engine's parser judges, whatever they are. */
export function toInput(document: JsonObject): ConnectionInput {
  return document as unknown as ConnectionInput;
}
