import { conversionError } from './conversion-error.ts';
import { parseIsoDate } from './iso-date.ts';
import { isNumber, toNumber } from './number-values.ts';

/** Dates, also those of another realm. */
export function isDate(value: unknown): value is Date {
  return value instanceof Date || Object.prototype.toString.call(value) === '[object Date]';
}

/**
 * A date as it is; a number, or the text of one, as seconds since 1970; a text by ISO 8601, in local time where it names no
 * zone. So the text `2020` is 2020 seconds.
 * @throws FerruleError CONVERSION_FAILED for anything else, 0 included
 */
export function toDate(value: unknown): Date {
  if (isDate(value)) return value;
  if (isNumber(value) && toNumber(value) !== 0) return new Date(toNumber(value) * 1000);
  const parsed = typeof value === 'string' ? parseIsoDate(value) : undefined;
  if (parsed === undefined) throw conversionError('a date by ISO 8601, or seconds since 1970', value);
  return parsed;
}
