/** True when `value` itself, not a prototype, has a member `key`. Strings have `length` and their indexes. */
export function isOwn(value: NonNullable<unknown>, key: PropertyKey): boolean {
  return Object.hasOwn(value, key);
}

/**
 * Reads an own member; undefined when there is none. What an expression must never hold (a function or a symbol
 * that a host left in its data) reads as undefined too.
 */
export function readMember(value: NonNullable<unknown>, key: string | number): unknown {
  if (!Object.hasOwn(value, key)) return undefined;
  const member: unknown = (value as Readonly<Record<PropertyKey, unknown>>)[key];
  return typeof member === 'function' || typeof member === 'symbol' ? undefined : member;
}

/** Writes an own member of a new object. `__proto__` becomes a name like any other instead of the prototype. */
export function defineMember(target: Record<string, unknown>, key: string, value: unknown): void {
  if (key === '__proto__') {
    Object.defineProperty(target, key, { value, writable: true, enumerable: true, configurable: true });
  } else {
    target[key] = value;
  }
}

/** The kinds of values an expression can hold. */
export type ValueKind =
  | 'undefined'
  | 'null'
  | 'string'
  | 'number'
  | 'boolean'
  | 'bigint'
  | 'array'
  | 'date'
  | 'object';

export function kindOf(value: unknown): ValueKind {
  switch (typeof value) {
    case 'string':
    case 'number':
    case 'boolean':
    case 'bigint':
      return typeof value as 'string' | 'number' | 'boolean' | 'bigint';
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return 'array';
      return value instanceof Date ? 'date' : 'object';
    default:
      return 'undefined';
  }
}

const kindNames: Readonly<Record<ValueKind, string>> = {
  undefined: 'undefined',
  null: 'null',
  string: 'a text',
  number: 'a number',
  boolean: 'a boolean',
  bigint: 'a big integer',
  array: 'an array',
  date: 'a date',
  object: 'an object',
};

/** The kind of a value as a sentence names it: `an array`. Never the value itself, which may be secret. */
export function describeKind(value: unknown): string {
  return kindNames[kindOf(value)];
}
