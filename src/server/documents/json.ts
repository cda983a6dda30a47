import { FerruleError } from '../../index.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The body of a request that must be an object with these fields at most. @throws FerruleError REQUEST_INVALID */
export function toFields(body: unknown, known: readonly string[]): JsonObject {
  const fields = toObject(body);
  const unknown = Object.keys(fields).find(name => !known.includes(name));
  if (unknown === undefined) return fields;
  throw new FerruleError('REQUEST_INVALID', 'The body of the request has a field that is not known', {
    pointer: `/${unknown.slice(0, 100)}`,
    expected: known.join(', '),
  });
}

/** @throws FerruleError REQUEST_INVALID */
export function toObject(body: unknown): JsonObject {
  if (isObject(body)) return body;
  throw new FerruleError('REQUEST_INVALID', 'The body of the request cannot be used', {
    expected: 'a JSON object',
    found: describe(body),
  });
}

/** @throws FerruleError REQUEST_INVALID */
export function toList(body: unknown): readonly unknown[] {
  if (Array.isArray(body)) return body;
  throw new FerruleError('REQUEST_INVALID', 'The body of the request cannot be used', {
    expected: 'a JSON list',
    found: describe(body),
  });
}

export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'an object' : `a ${typeof value}`;
}

/** As this server writes ids; requests may write them in capitals. */
export function toUuid(value: unknown): string | undefined {
  const isUuid = typeof value === 'string' && /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value);
  return isUuid ? value.toLowerCase() : undefined;
}
