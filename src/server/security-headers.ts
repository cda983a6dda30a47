/**
 * What every answer says to browsers: it is no page and no script, nobody may frame, keep or embed it. There is no
 * CORS header, so that scripts of other origins cannot read anything.
 */
const securityHeaders: readonly (readonly [name: string, value: string])[] = [
  ['cache-control', 'no-store'],
  ['content-security-policy', "default-src 'none'; frame-ancestors 'none'"],
  ['cross-origin-resource-policy', 'same-origin'],
  ['referrer-policy', 'no-referrer'],
  ['x-content-type-options', 'nosniff'],
];

/** Adds them where the answer does not say otherwise itself, as a page of the server may. */
export function addSecurityHeaders(headers: Headers): void {
  for (const [name, value] of securityHeaders) if (!headers.has(name)) headers.set(name, value);
}
