import { conversionError } from './conversion-error.ts';

/** Texts, also those that are objects. */
export function isString(value: unknown): value is string {
  return typeof value === 'string' || value instanceof String;
}

/** The text of a value; `defaultValue` for null and undefined. */
export function toText(value: unknown, defaultValue = ''): string {
  return `${value ?? defaultValue}`;
}

/**
 * Whether it is an http or https address by the characters and parts of RFC 3986, none of them converted.
 * @throws FerruleError CONVERSION_FAILED for what is no text, and yet has only such characters
 */
export function isUrl(value: string): boolean {
  if (!value || forbidden.test(String(value))) return false;
  if (!isString(value)) throw conversionError('a text', value);
  return webAddress.test(value);
}

/** What no address has: other characters, and a percent sign that escapes nothing. */
const forbidden = /[^a-z0-9:/?#[\]@!$&'()*+,;=.\-_~%]|%[^0-9a-f]|%[0-9a-f](?![0-9a-f])/i;
const webAddress = /^https?:\/\/[^/?#]+/i;
