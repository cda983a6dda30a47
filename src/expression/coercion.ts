import type { Meter } from './meter.ts';
import { isOwn } from './own-property.ts';

type Hint = 'default' | 'string' | 'number';
export type Primitive = string | number | boolean | bigint | null | undefined;

/**
 * ToPrimitive of the ECMAScript specification (section 7.1.1) for data: no member of the data is ever called,
 * and lists and texts are charged before they grow.
 */
export function toPrimitive(value: unknown, hint: Hint, meter: Meter): Primitive {
  if (typeof value !== 'object' || value === null) return value as Primitive;
  if (Array.isArray(value)) return joinList(value, ',', meter);
  if (value instanceof Date) return hint === 'number' ? value.getTime() : String(value);
  if (isOwn(value, 'toString')) throw meter.failure('an object with a member "toString" has no text form');
  return '[object Object]';
}

/** ToString (section 7.1.17). */
export function toText(value: unknown, meter: Meter): string {
  return typeof value === 'string' ? value : String(toPrimitive(value, 'string', meter));
}

/** ToNumber (section 7.1.4). */
export function toNumber(value: unknown, meter: Meter): number {
  if (typeof value === 'number') return value;
  const primitive = toPrimitive(value, 'number', meter);
  if (typeof primitive === 'bigint') {
    throw meter.failure('a big integer cannot be used as a number here', { expected: 'a number' });
  }
  if (typeof primitive === 'string') meter.scan(primitive.length);
  return Number(primitive);
}

/** ToPropertyKey (section 7.1.19). */
export function toKey(value: unknown, meter: Meter): string | number {
  if (typeof value === 'number') return value;
  const key = toText(value, meter);
  if (key.length > 64) meter.scan(key.length);
  return key;
}

/** Array.prototype.join, with nested lists and without calls into data. */
export function joinList(
  list: readonly unknown[],
  separator: string,
  meter: Meter,
  depth: number = 1,
): string {
  meter.depth(depth);
  meter.spend(list.length);
  const parts: string[] = [];
  let length = Math.max(0, list.length - 1) * separator.length;
  for (const element of list) {
    const part = typeof element === 'string' ? element : elementText(element, meter, depth);
    length += part.length;
    parts.push(part);
  }
  meter.text(length);
  return parts.join(separator);
}

function elementText(element: unknown, meter: Meter, depth: number): string {
  if (element === undefined || element === null) return '';
  return Array.isArray(element) ? joinList(element, ',', meter, depth + 1) : toText(element, meter);
}

/** The elements that spreading or destructuring gives: of a list, or the characters of a text. */
export function toElements(value: unknown, meter: Meter): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (typeof value === 'string') {
    meter.list(value.length);
    return [...value];
  }
  throw meter.failure('only a list or a text can be spread into a list');
}
