import type { PlacementPlan } from '../compile/auth/placement.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { HttpRequest } from '../transport/transport.ts';
import { placeHeader } from './place-header.ts';
import { decodePercent, splitQuery, splitUrl, withQuery } from './request-url.ts';

/** RFC 6265 section 4.1.1, and the bytes above 0x7F that servers take besides. */
const COOKIE_VALUE = /^[\x21\x23-\x2b\x2d-\x3a\x3c-\x5b\x5d-\x7e\x80-\xff]*$/;

/**
 * The request with a credential where the placement says, in place of what the request had under that name. The place
 * is marked, so that the credential does not follow a redirect to another origin. `value` is rendered for its place.
 *
 * @throws FerruleError CREDENTIAL_INVALID for a value that no cookie can hold
 */
export function placeCredential(
  request: HttpRequest,
  placement: Pick<PlacementPlan, 'in' | 'name' | 'wireName' | 'pointer'>,
  value: string,
): HttpRequest {
  switch (placement.in) {
    case 'header':
      return placeHeader(request, placement.name, value);
    case 'query':
      return placeQuery(request, placement.name, `${placement.wireName}=${value}`);
    case 'cookie':
      assertCookieValue(value, placement);
      return placeCookie(request, placement.name, value);
  }
}

function placeQuery(request: HttpRequest, name: string, pair: string): HttpRequest {
  const others = splitUrl(request.url)
    .query.split('&')
    .filter(other => other !== '' && splitQuery(other).every(([found]) => decodePercent(found) !== name));
  const { query } = request.credentials;
  return {
    ...request,
    url: withQuery(request.url, [...others, pair].join('&')),
    credentials: { ...request.credentials, query: query.includes(name) ? query : [...query, name] },
  };
}

/** One Cookie header with all cookies (RFC 6265 section 5.4). */
function placeCookie(request: HttpRequest, name: string, value: string): HttpRequest {
  const others = request.headers
    .filter(([header]) => header.toLowerCase() === 'cookie')
    .flatMap(([, cookies]) => cookies.split(';'))
    .map(cookie => cookie.trim())
    .filter(cookie => cookie !== '' && cookie.split('=', 1)[0] !== name);
  return placeHeader(request, 'Cookie', [...others, `${name}=${value}`].join('; '));
}

function assertCookieValue(value: string, { name, pointer }: Pick<PlacementPlan, 'name' | 'pointer'>): void {
  if (COOKIE_VALUE.test(value)) return;
  throw new FerruleError('CREDENTIAL_INVALID', `The value of the cookie "${name}" cannot be sent`, {
    pointer,
    expected: 'text without spaces, quotes, commas, semicolons and backslashes (RFC 6265 section 4.1.1)',
  });
}
