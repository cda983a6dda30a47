import { FerruleError } from '../../../errors.ts';
import type { RequestConfig } from './client-types.ts';
import { queryText } from './query-text.ts';

/** Where a request goes, and the user info that its base carried. */
export interface RequestTarget {
  readonly url: string;
  readonly credentials: { readonly username: string; readonly password: string } | undefined;
}

/**
 * The URL of a request. A client with a base stays within its origin: a path that is put together of what somebody typed in may
 * look like a whole URL, and the client's headers would go there.
 * @throws FerruleError URL_INVALID, ORIGIN_REFUSED
 */
export function requestTarget(config: RequestConfig): RequestTarget {
  const text = joined(config);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined) {
    throw new FerruleError('URL_INVALID', 'the URL of the request cannot be used', {
      stage: 'send',
      expected: 'an absolute URL, or a path and a baseUrl',
    });
  }
  confine(url, config);
  const credentials =
    url.username === '' && url.password === ''
      ? undefined
      : { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  url.username = '';
  url.password = '';
  url.hash = '';
  return { url: withQuery(url.href, config), credentials };
}

/** The base without slashes at its end, one slash, the path without slashes at its beginning. */
function joined({ baseURL = '', url = '' }: RequestConfig): string {
  if (baseURL === '' || /^(?:[a-z][a-z\d+.-]*:)?\/\//i.test(url)) return absolute(url, baseURL);
  return url === '' ? baseURL : `${baseURL.replace(/\/+$/, '')}/${url.replace(/^\/+/, '')}`;
}

/** `//host` has the scheme of the base. */
function absolute(url: string, baseURL: string): string {
  return url.startsWith('//') && URL.canParse(baseURL) ? `${new URL(baseURL).protocol}${url}` : url;
}

function confine(url: URL, { baseURL = '', allowOtherOrigins = false }: RequestConfig): void {
  if (baseURL === '' || allowOtherOrigins) return;
  const base = URL.canParse(baseURL) ? new URL(baseURL) : undefined;
  if (base !== undefined && base.origin === url.origin) return;
  throw new FerruleError('ORIGIN_REFUSED', 'the URL of the request leaves the origin of the client', {
    expected: base === undefined ? 'a baseUrl that is a URL' : `a URL of ${base.origin}`,
    found: url.origin,
  });
}

function withQuery(href: string, { params, paramsSerializer }: RequestConfig): string {
  if (params === undefined || params === null) return href;
  const serialize = typeof paramsSerializer === 'function' ? paramsSerializer : paramsSerializer?.serialize;
  const query = (serialize ?? queryText)(params);
  if (query === '') return href;
  return `${href}${href.includes('?') ? '&' : '?'}${query}`;
}
