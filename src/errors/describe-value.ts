const MAX_LISTED_FIELDS = 8;

/** What kind of value this is, for messages, without showing it: "text of 12 characters", "a list of 3". */
export function describeValue(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (typeof value === 'string') return value === '' ? 'an empty text' : `text of ${value.length} characters`;
  if (typeof value === 'number') return Number.isNaN(value) ? 'not a number (NaN)' : 'a number';
  if (typeof value === 'boolean') return `the truth value ${value}`;
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (value instanceof Uint8Array) return `${value.length} bytes`;
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  return describeFields(Object.keys(value));
}

function describeFields(names: readonly string[]): string {
  if (names.length === 0) return 'an object without fields';
  const listed = names.slice(0, MAX_LISTED_FIELDS).map(name => name.slice(0, 40));
  const more = names.length > MAX_LISTED_FIELDS ? ` and ${names.length - MAX_LISTED_FIELDS} more` : '';
  return `an object with the fields ${listed.join(', ')}${more}`;
}
