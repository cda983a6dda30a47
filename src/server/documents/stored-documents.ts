import type { StoredConnection, StoredOperation } from '../../store.ts';
import { isObject, type JsonObject } from './json.ts';

/** What is stored of a connection besides its name, operations and the values of its secrets. */
export interface ConnectionDocument {
  readonly description?: unknown;
  readonly documentationLink?: unknown;
  readonly config?: unknown;
  /** Declared secrets: names alone, since an export has no values. */
  readonly secretNames?: unknown;
}

/** The document of a stored connection. A text that is not JSON has no fields, and is listed as invalid. */
export function readConnectionDocument({
  definition,
}: Pick<StoredConnection, 'definition'>): ConnectionDocument {
  return readObject(definition);
}

export function readOperationDocument({ definition }: Pick<StoredOperation, 'definition'>): JsonObject {
  return readObject(definition);
}

/** The names of all secrets: those with a value, and those that are declared without. */
export function secretNamesOf(
  stored: Pick<StoredConnection, 'definition' | 'secretNames'>,
): readonly string[] {
  const { secretNames } = readConnectionDocument(stored);
  const declared = Array.isArray(secretNames) ? secretNames.filter(name => typeof name === 'string') : [];
  return [...new Set([...declared, ...stored.secretNames])].sort();
}

function readObject(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : {};
  } catch {
    // Whoever wrote it into the database did not use this server; validation says that everything is missing.
    return {};
  }
}
