import type { ConnectionInput, Engine } from '../../index.ts';
import type { OperationDraft, StoredOperation } from '../../store.ts';
import { isObject, type JsonObject, toObject } from './json.ts';
import { judgeOperation } from './judge.ts';
import { readOperationDocument } from './stored-documents.ts';

/** What the server itself adds to an operation; clients send it back. */
const SERVER_FIELDS: readonly string[] = [
  'id',
  'connectionId',
  'lockVersion',
  'insertedAt',
  'updatedAt',
  'status',
];

/**
 * What a client wrote, merged into what is stored: fields that are left out stay, fields of `config` too.
 *
 * @throws FerruleError DEFINITION_INVALID and the like, with pointers into the body; REQUEST_INVALID
 */
export function toOperationDraft(
  body: unknown,
  stored: StoredOperation | undefined,
  connection: ConnectionInput,
  engine: Engine,
): OperationDraft {
  const merged = mergeOperation(body, stored);
  const { name, ...document } = judgeOperation(merged, connection, engine);
  return { name: String(name), definition: JSON.stringify(document) };
}

/** The fields of a stored operation with those of the body over them; not judged yet. */
export function mergeOperation(body: unknown, stored: StoredOperation | undefined): JsonObject {
  const { config, ...others } = toObject(body);
  const before = stored === undefined ? {} : readOperationDocument(stored);
  const given = Object.entries(others).filter(([field]) => !SERVER_FIELDS.includes(field));
  return {
    ...(stored === undefined ? {} : { name: stored.name }),
    ...before,
    ...Object.fromEntries(given),
    ...withConfig(config, before['config']),
  };
}

function withConfig(config: unknown, stored: unknown): JsonObject {
  // An invalid config that was read says why the stored one cannot be used.
  if (config === undefined || (isObject(config) && config['configType'] === 'invalid')) {
    return stored === undefined ? {} : { config: stored };
  }
  return { config: isObject(config) && isObject(stored) ? { ...stored, ...config } : config };
}
