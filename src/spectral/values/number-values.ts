import { conversionError } from './conversion-error.ts';
import { toText } from './text-values.ts';

export function isBool(value: unknown): value is boolean {
  return value === true || value === false;
}

/** The words for yes and no; for anything else whether it, or the default, is truthy. */
export function toBool(value: unknown, defaultValue?: boolean): boolean {
  if (typeof value === 'string') {
    const word = value.toLowerCase();
    if (yes.has(word)) return true;
    if (no.has(word)) return false;
  }
  return isBool(value) ? value : Boolean(value || defaultValue);
}

export function isInt(value: unknown): value is number {
  return Number.isInteger(value);
}

/**
 * A whole number: fractions are cut off, and of a text its beginning counts.
 * @throws FerruleError CONVERSION_FAILED when it is none and the default is missing or 0
 */
export function toInt(value: unknown, defaultValue?: number): number {
  // A fraction keeps its 32 lowest bits, as with all bitwise operators.
  if (typeof value === 'number') return isInt(value) ? value : value | 0;
  if (value === undefined || value === '') return defaultValue || 0;
  const parsed = typeof value === 'string' ? Number.parseInt(value, 10) : Number.NaN;
  if (!Number.isNaN(parsed)) return parsed;
  if (defaultValue) return defaultValue;
  throw conversionError('an integer', value);
}

/** Whether it can be read as a number, as null and an empty text can: both are 0. */
export function isNumber(value: unknown): boolean {
  return !Number.isNaN(Number(value));
}

/**
 * A number; the default, or 0, for null, undefined and an empty text.
 * @throws FerruleError CONVERSION_FAILED for what is none
 */
export function toNumber(value: unknown, defaultValue?: number): number {
  if (value === undefined || value === null || value === '') return defaultValue || 0;
  if (isNumber(value)) return Number(value);
  throw conversionError('a number', value);
}

export function isBigInt(value: unknown): value is bigint {
  return typeof value === 'bigint';
}

/**
 * A whole number of any size.
 * @throws FerruleError CONVERSION_FAILED for what is none, booleans included
 */
export function toBigInt(value: unknown): bigint {
  if (isBigInt(value)) return value;
  try {
    return BigInt(toText(value));
  } catch {
    // What the language says repeats the value.
    throw conversionError('a whole number', value);
  }
}

const yes = new Set(['t', 'true', 'y', 'yes']);
const no = new Set(['f', 'false', 'n', 'no']);
