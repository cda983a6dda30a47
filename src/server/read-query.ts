import { FerruleError } from '../index.ts';

/** A text of a query, such as a name; undefined when it is not there. @throws FerruleError REQUEST_INVALID */
export function readText(query: URLSearchParams, name: string): string | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  // Databases that keep no such text refuse to look for it.
  if (!text.includes('\0')) return text;
  throw new FerruleError('REQUEST_INVALID', `The query parameter ${name} cannot be used`, {
    expected: 'a text without NUL characters',
  });
}

/** A number of a query, such as that of a page; undefined when it is not there. @throws FerruleError REQUEST_INVALID */
export function readNumber(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name);
  if (text === null) return undefined;
  if (/^[1-9]\d{0,14}$/.test(text)) return Number(text);
  throw new FerruleError('REQUEST_INVALID', `The query parameter ${name} cannot be used`, {
    expected: 'a whole number, greater than 0',
  });
}
