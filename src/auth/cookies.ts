import type { Clock } from '../base/clock.ts';
import type { HttpRequest } from '../transport/transport.ts';
import { placeHeader } from './place-header.ts';
import type { TokenAnswer } from './token-answer.ts';

/**
 * The cookies of a `Cookie` header after an answer: those it sets are added or replaced, those it expires removed
 * (RFC 6265 section 5.3). Domain, path and security are not looked at: the definition says where cookies are sent.
 *
 * @param cookies `a=1; b=2`, as it was before the answer.
 */
export function withAnswerCookies(cookies: string, { headers }: TokenAnswer, clock: Clock): string {
  const known = toPairs(cookies);
  for (const line of [headers['set-cookie'] ?? []].flat()) {
    const [pair = '', ...attributes] = line.split(';').map(part => part.trim());
    const [name, value] = cut(pair);
    if (name === '') continue;
    if (isOver(attributes, clock.now())) known.delete(name);
    else known.set(name, value);
  }
  return [...known].map(([name, value]) => `${name}=${value}`).join('; ');
}

/** The request with the cookies in its one Cookie header; those of the same name give way. */
export function placeCookies(request: HttpRequest, cookies: string): HttpRequest {
  if (cookies === '') return request;
  const own = request.headers.filter(([name]) => name.toLowerCase() === 'cookie').map(([, value]) => value);
  const merged = new Map([...own.flatMap(value => [...toPairs(value)]), ...toPairs(cookies)]);
  return placeHeader(request, 'Cookie', [...merged].map(([name, value]) => `${name}=${value}`).join('; '));
}

function toPairs(cookies: string): Map<string, string> {
  const pairs = cookies.split(';').map(pair => cut(pair.trim()));
  return new Map(pairs.filter(([name]) => name !== ''));
}

function cut(pair: string): readonly [name: string, value: string] {
  const equalsAt = pair.indexOf('=');
  return equalsAt === -1 ? ['', ''] : [pair.slice(0, equalsAt).trim(), pair.slice(equalsAt + 1).trim()];
}

/** Max-Age goes before Expires (RFC 6265 section 5.3, step 3). */
function isOver(attributes: readonly string[], now: number): boolean {
  const read = (name: string) => attributes.map(cut).find(([found]) => found.toLowerCase() === name)?.[1];
  const maxAge = read('max-age');
  if (maxAge !== undefined && /^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0;
  const expires = Date.parse(read('expires') ?? '');
  return !Number.isNaN(expires) && expires <= now;
}
