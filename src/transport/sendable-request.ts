import { Redactor } from '../base/redactor.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { CredentialPlaces, HeaderPair } from './transport.ts';

/**
 * Headers that say what is asked for and how, never who asks. Any other may be the token header of some API, and
 * is taken for one unless its sender says what is.
 */
const HARMLESS_HEADERS = new Set([
  'accept',
  'accept-charset',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-language',
  'content-length',
  'content-type',
  'if-match',
  'if-modified-since',
  'if-none-match',
  'if-range',
  'if-unmodified-since',
  'pragma',
  'prefer',
  'range',
  'traceparent',
  'user-agent',
]);

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[!#$%&'*+.^_`|~\w-]+$/;

/** @throws FerruleError OPTIONS_INVALID for what is no method, and for CONNECT, which asks for a tunnel */
export function toMethod(method: string): string {
  const name = method.toUpperCase();
  if (TOKEN.test(name) && name !== 'CONNECT') return name;
  throw new FerruleError('OPTIONS_INVALID', 'The option method cannot be used', {
    expected: 'a method of HTTP other than CONNECT',
    found: TOKEN.test(name) ? name.slice(0, 40) : 'characters that a method cannot have',
  });
}

/**
 * The URL in normal form, without its fragment.
 * @throws FerruleError URL_INVALID; the URL is not repeated, since its query may hold anything
 */
export function toSendableUrl(text: string | URL): string {
  const url = URL.canParse(String(text)) ? new URL(text) : undefined;
  if (url === undefined || !/^https?:$/.test(url.protocol) || url.username !== '' || url.password !== '') {
    throw new FerruleError('URL_INVALID', 'the URL of the request cannot be used', {
      stage: 'send',
      expected: 'an absolute http or https URL without user info; credentials go into a header',
    });
  }
  url.hash = '';
  return url.href;
}

/** What must not reach another origin: what the sender names, else every header that may be a credential. */
export function toCredentialPlaces(
  headers: readonly HeaderPair[],
  given: Partial<CredentialPlaces> = {},
): CredentialPlaces {
  const names = given.headers ?? headers.map(([name]) => name);
  const lower = names.map(name => name.toLowerCase());
  return {
    headers: given.headers === undefined ? lower.filter(name => !HARMLESS_HEADERS.has(name)) : lower,
    query: given.query ?? [],
    body: given.body ?? false,
  };
}

/** Shorter values occur in addresses by chance. */
const MIN_SECRET_LENGTH = 8;

/** Finds the values of credential headers in a text, in every encoding; each also without its scheme (`Bearer`). */
export function toSecretFinder(
  headers: readonly HeaderPair[],
  places: CredentialPlaces,
): (text: string) => boolean {
  const redactor = new Redactor();
  const names = ['authorization', 'proxy-authorization', 'cookie', ...places.headers];
  for (const [name, value] of headers) {
    if (!names.includes(name.toLowerCase())) continue;
    for (const text of [value, value.slice(value.indexOf(' ') + 1)]) {
      if (text.length >= MIN_SECRET_LENGTH) redactor.addText(text);
    }
  }
  return text => redactor.finds(text);
}
