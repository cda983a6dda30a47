import type { KeyValuePair } from '../input-fields.ts';

/** An object of a list of pairs; of several with one key the last counts. */
export function keyValPairListToObject<Value = unknown>(
  pairs: readonly KeyValuePair<unknown>[],
  valueConverter?: (value: unknown) => Value,
): Record<string, Value> {
  const object: Record<string, Value> = {};
  // What is falsy is an empty list: an input that was left empty gives undefined.
  return (pairs || []).reduce((made, { key, value }) => {
    // Setting it would give the object another prototype.
    if (key !== '__proto__') made[key] = valueConverter ? valueConverter(value) : (value as Value);
    return made;
  }, object);
}

/** The same headers under names of small letters. */
export function lowerCaseHeaders(headers: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]));
}

/** A copy without what the predicate finds: null, undefined and empty texts, unless another is given. */
export function cleanObject(
  object: Record<string, unknown>,
  predicate: (value: never, key: string) => boolean = isBlank,
): Record<string, unknown> {
  const source = Object(object) as Record<PropertyKey, unknown>;
  const cleaned: Record<PropertyKey, unknown> = {};
  const keys: PropertyKey[] = Object.getOwnPropertySymbols(source);
  // Inherited members as well: connectors clean the parameters of classes.
  for (const key in source) keys.push(key);
  for (const key of keys) {
    if (!guarded.has(key) && !predicate(source[key] as never, String(key))) cleaned[key] = source[key];
  }
  return cleaned;
}

/** Names by which data could reach a prototype; the SDK leaves them out of what it cleans, too. */
const guarded: ReadonlySet<PropertyKey> = new Set(['__proto__', 'constructor', 'prototype']);

function isBlank(value: unknown): boolean {
  return value === null || value === undefined || value === '';
}
