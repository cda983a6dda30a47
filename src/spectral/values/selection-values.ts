import type { ConnectionDefinition } from '../connection-definition.ts';
import type { Element, JSONForm, ObjectFieldMap, ObjectSelection } from '../input-fields.ts';
import { conversionError } from './conversion-error.ts';
import { readJson } from './json-values.ts';
import { isString } from './text-values.ts';

export function isElement(value: unknown): value is Element {
  return hasAll(value, ['key']);
}

export function isPicklist(value: unknown): boolean {
  return Array.isArray(value) && (value.every(isString) || value.every(isElement));
}

export function isSchedule(value: unknown): boolean {
  return hasAll(value, ['value']);
}

/** A list of objects with an `object` each, or JSON of one. */
export function isObjectSelection(value: unknown): value is ObjectSelection {
  const found = unwrap(value);
  return Array.isArray(found) && found.every(item => hasAll(item, ['object']));
}

/** @throws FerruleError CONVERSION_FAILED */
export function toObjectSelection(value: unknown): ObjectSelection {
  return assure(value, isObjectSelection, 'a list of objects with an object each');
}

/** An object with a list of `fields`, each with an element as its `field`, or JSON of one. */
export function isObjectFieldMap(value: unknown): value is ObjectFieldMap {
  const fields = field(unwrap(value), 'fields');
  return Array.isArray(fields) && fields.every(item => isElement(field(item, 'field')));
}

/** @throws FerruleError CONVERSION_FAILED */
export function toObjectFieldMap(value: unknown): ObjectFieldMap {
  return assure(value, isObjectFieldMap, 'an object with a list of fields');
}

/** An object with `schema`, `uiSchema` and `data`, or JSON of one. */
export function isJSONForm(value: unknown): value is JSONForm {
  return hasAll(unwrap(value), ['schema', 'uiSchema', 'data']);
}

/** @throws FerruleError CONVERSION_FAILED */
export function toJSONForm(value: unknown): JSONForm {
  return assure(value, isJSONForm, 'an object with schema, uiSchema and data');
}

/** A definition with the older `label`; one with `oauth2Type` must have the inputs of a token request. */
export function isConnection(value: unknown): value is ConnectionDefinition {
  const found = unwrap(value);
  if (!hasAll(found, ['key', 'label'])) return false;
  const inputs = field(found, 'inputs');
  if (hasAll(found, ['oauth2Type'])) return hasAll(inputs, ['tokenUrl', 'clientId', 'clientSecret']);
  return typeof inputs === 'object';
}

/** JSON in JSON is read until something else is found. */
function unwrap(value: unknown): unknown {
  const read = readJson(value);
  return typeof read === 'string' && read !== value ? unwrap(read) : read;
}

function assure<T>(value: unknown, is: (value: unknown) => value is T, expected: string): T {
  const found = unwrap(value);
  if (is(found)) return found;
  throw conversionError(expected, value);
}

function hasAll(value: unknown, names: readonly string[]): boolean {
  return names.every(name => Boolean(field(value, name)));
}

/** A member of an object, inherited ones included; undefined for what is no object. */
function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
