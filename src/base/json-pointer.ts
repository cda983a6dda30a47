/**
 * A JSON Pointer (RFC 6901) from path segments: `['config', 'a/b', 0]` gives `/config/a~1b/0`.
 * The empty list is the whole document, written as the empty string.
 */
export function toJsonPointer(segments: readonly (string | number)[]): string {
  let pointer = '';
  for (const segment of segments) pointer += `/${escapeSegment(String(segment))}`;
  return pointer;
}

/** Appends segments to a pointer: `joinPointer('/config', 'auth')` gives `/config/auth`. */
export function joinPointer(pointer: string, ...segments: readonly (string | number)[]): string {
  return pointer + toJsonPointer(segments);
}

/** The segments of a pointer, unescaped. */
export function fromJsonPointer(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .map(segment => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function escapeSegment(segment: string): string {
  if (!segment.includes('~') && !segment.includes('/')) return segment;
  return segment.replaceAll('~', '~0').replaceAll('/', '~1');
}
