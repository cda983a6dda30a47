import { type Engine, FerruleError, SecretValue } from '../../index.ts';
import type { ConnectionDraft, SecretChanges, StoredConnection } from '../../store.ts';
import { isClearing, restoreCredentials } from './credential-places.ts';
import { judgeWithoutForeignFields } from './foreign-fields.ts';
import { describe, isObject, type JsonObject, toObject } from './json.ts';
import { judgeConnection } from './judge.ts';
import { type ConnectionDocument, readConnectionDocument, secretNamesOf } from './stored-documents.ts';

/** What the server itself adds to a connection; clients send it back. */
const SERVER_FIELDS: readonly string[] = [
  'id',
  'lockVersion',
  'insertedAt',
  'updatedAt',
  'status',
  'operations',
];

/** A connection, ready to be written. */
export type JudgedConnection = Pick<ConnectionDraft, 'name' | 'definition'> & {
  readonly secrets: SecretChanges;
};

export interface DraftOptions {
  /** True: what is left out goes, secrets and credentials aside. */
  readonly replaces?: boolean;
}

/**
 * What a client wrote, merged into what is stored: fields that are left out stay, fields of `config` too. null for a
 * secret or a credential means: as it is; `{"$clear": true}` removes it.
 *
 * @throws FerruleError DEFINITION_INVALID and the like, with pointers into the body; REQUEST_INVALID
 */
export function toConnectionDraft(
  body: unknown,
  stored: StoredConnection | undefined,
  engine: Engine,
  { replaces = false }: DraftOptions = {},
): JudgedConnection {
  const { name = stored?.name, config, secrets, ...others } = toObject(body);
  const before = stored === undefined ? {} : readConnectionDocument(stored);
  const given = Object.entries(others).filter(([field]) => !SERVER_FIELDS.includes(field));
  const written = toWrittenSecrets(secrets);
  const names = new Set(stored === undefined ? [] : secretNamesOf(stored));
  for (const [secret, value] of written) {
    if (value === 'clear') names.delete(secret);
    else names.add(secret);
  }
  const document = {
    type: 'http',
    ...(replaces ? {} : textsOf(before)),
    ...Object.fromEntries(given),
    ...(name === undefined ? {} : { name }),
    config: replaces ? restoreCredentials(config, before.config) : mergeConfig(config, before.config),
    secrets: Object.fromEntries([...names].map(secret => [secret, null])),
  };
  const judge = (judged: JsonObject) => judgeConnection(judged, engine);
  const mayAdd = replaces || stored !== undefined;
  const judged = mayAdd ? judgeWithoutForeignFields(document, judge) : judge(document);
  const { description, documentationLink, config: whole } = judged;
  const definition = { description, documentationLink, config: whole, secretNames: [...names].sort() };
  const known = new Set(stored?.secretNames);
  // To keep or remove what has no value is nothing to do.
  const changes = [...written].filter(([secret, value]) => value instanceof SecretValue || known.has(secret));
  return { name: judged.name, definition: JSON.stringify(definition), secrets: new Map(changes) };
}

/** The lock version a client bases its change on, if it names one. @throws FerruleError REQUEST_INVALID */
export function readLockVersion(body: unknown): number | undefined {
  const version = isObject(body) ? body['lockVersion'] : undefined;
  if (version === undefined || version === null) return undefined;
  if (typeof version === 'number' && Number.isInteger(version)) return version;
  throw new FerruleError('REQUEST_INVALID', 'The lock version cannot be used', {
    pointer: '/lockVersion',
    expected: 'a whole number',
    found: describe(version),
  });
}

function textsOf({ description, documentationLink }: ConnectionDocument): JsonObject {
  return {
    ...(description === undefined ? {} : { description }),
    ...(documentationLink === undefined ? {} : { documentationLink }),
  };
}

function mergeConfig(config: unknown, stored: unknown): unknown {
  // An invalid config that was read is not a new one: it says why the stored one cannot be used.
  if (config === undefined || (isObject(config) && config['configType'] === 'invalid'))
    return stored ?? config;
  if (!isObject(config) || !isObject(stored)) return restoreCredentials(config, undefined);
  return restoreCredentials({ ...stored, ...config }, stored);
}

function toWrittenSecrets(secrets: unknown): SecretChanges {
  if (secrets === undefined || secrets === null) return new Map();
  if (!isObject(secrets)) throw refusal('/secrets', 'an object of secrets by name', secrets);
  return new Map(Object.entries(secrets).map(([name, value]) => [name, toWrittenSecret(name, value)]));
}

function toWrittenSecret(name: string, value: unknown): SecretValue | 'keep' | 'clear' {
  if (typeof value === 'string') return new SecretValue(value);
  if (value === null) return 'keep';
  if (isClearing(value)) return 'clear';
  const pointer = `/secrets/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
  throw refusal(pointer, 'a text, null to keep it, or {"$clear": true} to remove it', value);
}

function refusal(pointer: string, expected: string, value: unknown): FerruleError {
  const found = describe(value);
  return new FerruleError('REQUEST_INVALID', 'The secrets cannot be read', { pointer, expected, found });
}
