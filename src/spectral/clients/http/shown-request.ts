import type { HeaderPair } from '../../../transport.ts';
import type { ShownRequest } from './client-types.ts';

/** Headers that say what is asked for, never who asks. Any other may be the token header of some API. */
const harmless = new Set([
  'accept',
  'accept-encoding',
  'accept-language',
  'cache-control',
  'content-encoding',
  'content-length',
  'content-type',
  'if-match',
  'if-none-match',
  'user-agent',
]);

const MASK = '[secret]';

/** What may be shown of a request. */
export function shownRequest(method: string, url: string, headers: readonly HeaderPair[]): ShownRequest {
  return {
    method: method.toLowerCase(),
    url: shownUrl(url),
    headers: Object.fromEntries(
      headers.map(([name, value]) => [name, harmless.has(name.toLowerCase()) ? value : MASK]),
    ),
  };
}

/** The URL without user info, and with the names of its query alone. */
export function shownUrl(text: string): string {
  if (!URL.canParse(text)) return '';
  const { origin, pathname, searchParams } = new URL(text);
  const names = [...searchParams.keys()].map(name => `${encodeURIComponent(name)}=${MASK}`);
  return `${origin}${pathname}${names.length === 0 ? '' : `?${names.join('&')}`}`;
}
