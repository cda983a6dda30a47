/**
 * Pairs of names and values as a query or a form writes them: a list under `name[]`, the members of an object under
 * `name[key]`. Null, undefined and functions are left out.
 */
export function queryPairs(values: object): readonly (readonly [string, string])[] {
  if (values instanceof URLSearchParams) return [...values];
  return Object.entries(values).flatMap(([name, value]) => pairsOf(name, value, []));
}

/** The query of some parameters, without a question mark. Colons, commas and dollars stay as they are. */
export function queryText(values: object): string {
  if (values instanceof URLSearchParams) return values.toString();
  return queryPairs(values)
    .map(([name, value]) => `${encode(name)}=${encode(value)}`)
    .join('&');
}

function pairsOf(
  name: string,
  value: unknown,
  above: readonly object[],
): readonly (readonly [string, string])[] {
  if (value === null || value === undefined || typeof value === 'function') return [];
  if (value instanceof Date) return [[name, value.toISOString()]];
  if (typeof value !== 'object') return [[name, String(value)]];
  // What contains itself would never end.
  if (above.includes(value)) return [];
  const path = [...above, value];
  if (Array.isArray(value) && above.length === 0 && value.every(isPlain)) {
    return value.flatMap(item => pairsOf(`${name.replace(/\[\]$/, '')}[]`, item, path));
  }
  // Lists of more than plain values are numbered: without numbers, what belongs together could not be told.
  return Object.entries(value).flatMap(([key, member]) => pairsOf(`${name}[${key}]`, member, path));
}

function isPlain(value: unknown): boolean {
  return typeof value !== 'object' || value === null || value instanceof Date;
}

function encode(text: string): string {
  return encodeURIComponent(text)
    .replaceAll('%3A', ':')
    .replaceAll('%24', '$')
    .replaceAll('%2C', ',')
    .replaceAll('%20', '+');
}
