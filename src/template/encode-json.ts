import { SecretValue } from '../base/secret-value.ts';
import type { TagReference } from './compile-template.ts';
import { invalidValue } from './value-errors.ts';
import { toScalarText, toSingleText } from './value-text.ts';

/** Deeper values are refused, long before the stack ends. */
const MAX_DEPTH = 500;

/**
 * A value as JSON. An absent value is `null`, an absent field is left out, a date is its ISO text, a bigint is exact.
 * Throws PARAMETER_INVALID for what JSON cannot hold: functions, symbols, NaN, infinite numbers, values that contain
 * themselves, and objects that are neither plain nor of a class with plain fields (maps, sets, bytes).
 */
export function encodeJson(value: unknown, tag: TagReference): string {
  return encode(value, tag, []);
}

/** The text of a value of a place that takes lists and objects as JSON text; `''` for an absent one. */
export function toText(value: unknown, tag: TagReference): string {
  return toScalarText(value, tag) ?? encodeJson(value, tag);
}

/** Text as it stands between the quotes of a JSON string. */
export function escapeJsonText(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function encode(value: unknown, tag: TagReference, ancestors: object[]): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (value === undefined || value === null) return 'null';
  if (typeof value !== 'object') return toSingleText(value, tag);
  if (value instanceof SecretValue || value instanceof Date) return JSON.stringify(toSingleText(value, tag));
  if (ancestors.includes(value)) throw invalidValue(tag, value, 'a value that does not contain itself');
  if (ancestors.length === MAX_DEPTH) throw invalidValue(tag, value, `at most ${MAX_DEPTH} levels`);
  ancestors.push(value);
  const json = Array.isArray(value) ? encodeList(value, tag, ancestors) : encodeObject(value, tag, ancestors);
  ancestors.pop();
  return json;
}

function encodeList(list: readonly unknown[], tag: TagReference, ancestors: object[]): string {
  let json = '[';
  for (let index = 0; index < list.length; index += 1) {
    json += (index === 0 ? '' : ',') + encode(list[index], tag, ancestors);
  }
  return `${json}]`;
}

function encodeObject(value: object, tag: TagReference, ancestors: object[]): string {
  if (Object.prototype.toString.call(value) !== '[object Object]') {
    throw invalidValue(tag, value, 'plain objects, lists, text, numbers and true/false');
  }
  let json = '{';
  for (const [name, field] of Object.entries(value)) {
    if (field === undefined) continue;
    json += `${json === '{' ? '' : ','}${JSON.stringify(name)}:${encode(field, tag, ancestors)}`;
  }
  return `${json}}`;
}
