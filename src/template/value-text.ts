import { SecretValue } from '../base/secret-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { TagReference } from './compile-template.ts';
import { invalidValue } from './value-errors.ts';

/** The text of a value of a place that takes no lists and objects; `''` for an absent one. */
export function toSingleText(value: unknown, tag: TagReference): string {
  if (typeof value === 'string') return value;
  const text = toScalarText(value, tag);
  if (text === undefined) throw invalidValue(tag, value, 'text, a number or true/false');
  return text;
}

/** The text of a value that is neither list nor object (undefined for those); `''` for an absent one. */
export function toScalarText(value: unknown, tag: TagReference): string | undefined {
  switch (typeof value) {
    case 'string':
      return value;
    case 'undefined':
      return '';
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'number':
      if (Number.isFinite(value)) return String(value);
      throw invalidValue(tag, value, 'a finite number');
    case 'object':
      if (value === null) return '';
      if (value instanceof SecretValue) return value.reveal();
      return value instanceof Date ? toIsoText(value, tag) : undefined;
    default:
      throw invalidValue(tag, value);
  }
}

function toIsoText(value: Date, tag: TagReference): string {
  if (Number.isNaN(value.getTime())) throw invalidValue(tag, value, 'a valid date');
  return value.toISOString();
}

/** What makes a section disappear: undefined, null, false, 0, NaN, the empty text and the empty list. */
export function isFalsy(value: unknown): boolean {
  if (Array.isArray(value)) return value.length === 0;
  if (value instanceof SecretValue) return value.reveal() === '';
  return !value;
}

/** For places that carry text as UTF-8: half of a surrogate pair has no bytes. */
export function assertWellFormed(text: string, tag: TagReference): string {
  if (text.isWellFormed()) return text;
  throw new FerruleError('PARAMETER_INVALID', `The value of "${tag.name}" is not valid Unicode text`, {
    pointer: tag.pointer,
    expected: 'whole characters',
    found: 'half of a surrogate pair',
  });
}
