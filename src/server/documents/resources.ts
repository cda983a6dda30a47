import { FerruleError, parseConnection } from '../../index.ts';
import type { ConnectionStatus, StoredConnection, StoredOperation } from '../../store.ts';
import { maskCredentials } from './credential-places.ts';
import { toEngineDocument, toEngineOperation, toInput } from './engine-document.ts';
import { isObject, type JsonObject } from './json.ts';
import { readConnectionDocument, readOperationDocument, secretNamesOf } from './stored-documents.ts';

/** A stored connection as clients see it: no secret has a value, and a definition that cannot be read says why. */
export function toConnectionResource(stored: StoredConnection): JsonObject {
  const { description, documentationLink, config } = readConnectionDocument(stored);
  const reason = reasonOf(() => parseConnection(toEngineDocument(stored)));
  return {
    id: stored.id,
    name: stored.name,
    type: 'http',
    description: toText(description),
    documentationLink: toText(documentationLink),
    config: reason === undefined ? maskCredentials(config) : toInvalidConfig(config, reason),
    secrets: Object.fromEntries(secretNamesOf(stored).map(name => [name, null])),
    status: toStatus(stored.status),
    ...toStamps(stored),
  };
}

export function toOperationResource(stored: StoredOperation): JsonObject {
  const { notes, documentationLink, config, outputs, inputs } = readOperationDocument(stored);
  const reason = reasonOf(() => parseConnection(toLoneDocument(toEngineOperation(stored))));
  return {
    id: stored.id,
    connectionId: stored.connectionId,
    name: stored.name,
    notes: typeof notes === 'string' ? notes : null,
    documentationLink: toText(documentationLink),
    config: reason === undefined ? config : toInvalidConfig(config, reason),
    outputs: isObject(outputs) ? outputs : {},
    // Only where there are any: Integrator does not know them.
    ...(isObject(inputs) ? { inputs } : {}),
    ...toStamps(stored),
  };
}

/** A connection around one operation, so that it can be judged by itself. */
export function toLoneDocument(operation: JsonObject) {
  const config = { configType: 'http', baseUrl: 'https://connection.invalid' };
  return toInput({ name: 'connection', config, operations: [operation] });
}

export function toStatus({ state, reason, atMs }: ConnectionStatus): JsonObject {
  const at = new Date(atMs).toISOString();
  return { healthy: state === 'active', state, at, ...(reason === undefined ? {} : { reason }) };
}

function toStamps({
  lockVersion,
  insertedAtMs,
  updatedAtMs,
}: StoredConnection | StoredOperation): JsonObject {
  const insertedAt = new Date(insertedAtMs).toISOString();
  return { lockVersion, insertedAt, updatedAt: new Date(updatedAtMs).toISOString() };
}

function reasonOf(judge: () => unknown): string | undefined {
  try {
    judge();
    return undefined;
  } catch (error) {
    if (error instanceof FerruleError) return error.message;
    throw error;
  }
}

function toInvalidConfig(config: unknown, errorMessage: string): JsonObject {
  return { configType: 'invalid', errorMessage, rawValue: JSON.stringify(maskCredentials(config) ?? null) };
}

function toText(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
