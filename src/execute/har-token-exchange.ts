import type { HarEntry, HarPair } from './har.ts';

const MASK = '[secret]';

/** Names under which credentials travel, whatever they look like. */
const CREDENTIAL_NAME =
  /token|secret|passw|assertion|credential|session|cookie|verifier|signature|otp|(?:^|[_-])(?:code|key|sid|jwt|nonce|state|hash)$/i;

/** Names like those of credentials whose values are none: RFC 6749 section 5.1, RFC 8414 section 2. */
const PLAIN_NAME = /^token_type$|^expires|_type$|_supported$|_endpoint$|_uri$|^error/i;

/**
 * What may be read by anybody: words, whole numbers, versions and names of algorithms, times, media types, and URLs
 * without user info, query and fragment.
 */
const PLAIN_VALUES = [
  /^[A-Za-z]{1,24}(?:[ _.:,/-]+[A-Za-z]{1,24}){0,32}$/,
  /^\d{1,13}$/,
  /^[A-Z]{1,5}\d{3}$/,
  /^\d{4}-\d{2}-\d{2}T[\d:.]{5,15}(?:Z|[+-]\d{2}:?\d{2})$/,
  /^[a-z]+\/[a-z.+-]+(?:; ?charset=[\w-]+)?$/i,
  /^https?:\/\/[\w.:[\]-]+(?:\/[\w.~-]{1,40}){0,8}\/?$/i,
];

/** Headers that say how to read the answer, and when it came. */
const PLAIN_HEADERS =
  /^(?:content-(?:type|length|encoding)|transfer-encoding|connection|keep-alive|date|expires|cache-control|pragma|vary|retry-after|host|accept.*|user-agent|server)$/i;

/**
 * An entry for a request that fetched a token. Its answer may bring credentials that nobody has taken out of it and
 * that are masked nowhere else for that reason, such as an ID token. So here only what is plainly none stays.
 */
export function maskTokenExchange(entry: HarEntry): HarEntry {
  const { request, response } = entry;
  const { postData } = request;
  const { content } = response;
  return {
    ...entry,
    request: {
      ...request,
      url: maskQuery(request.url),
      headers: request.headers.map(maskHeader),
      queryString: request.queryString.map(({ name, value }) => ({ name, value: maskSent(value, name) })),
      ...(postData === undefined
        ? {}
        : { postData: { ...postData, text: maskBody(postData.text, postData.mimeType, maskSent) } }),
    },
    response: {
      ...response,
      headers: response.headers.map(maskHeader),
      redirectURL: maskQuery(response.redirectURL),
      content:
        content.text === undefined
          ? content
          : { ...content, text: maskBody(content.text, content.mimeType, maskValue) },
    },
  };
}

type Mask = (value: string, name: string) => string;

function maskValue(value: string, name: string): string {
  if (CREDENTIAL_NAME.test(name) && !PLAIN_NAME.test(name)) return MASK;
  return PLAIN_VALUES.some(plain => plain.test(value)) ? value : MASK;
}

/** Numbers of a request are times and counters, which are others the next time: replaying must pass over them. */
function maskSent(value: string, name: string): string {
  return /^\d+$/.test(value) ? MASK : maskValue(value, name);
}

function maskHeader({ name, value }: HarPair): HarPair {
  if (/^(?:content-)?location$/i.test(name)) return { name, value: maskQuery(value) };
  return { name, value: PLAIN_HEADERS.test(name) ? value : maskValue(value, name) };
}

function maskQuery(url: string): string {
  const at = url.indexOf('?');
  return at === -1 ? url : `${url.slice(0, at + 1)}${maskForm(url.slice(at + 1), maskSent)}`;
}

function maskBody(text: string, mimeType: string, mask: Mask): string {
  if (isJson(text)) return maskJson(text, mask);
  if (mimeType.includes('x-www-form-urlencoded') || /^[\w.-]+=[^\s<]*$/.test(text))
    return maskForm(text, mask);
  // Of XML and other text, what is between two marks.
  return text.replaceAll(/[^\s<>"'=&;,]{8,}/g, run => (/^[A-Za-z:/.-]+$/.test(run) ? run : mask(run, '')));
}

function isJson(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null;
  } catch {
    // Then it is a form or another text.
    return false;
  }
}

/** In the text, so that everything else stays as it was written: requests are compared by their text. */
function maskJson(text: string, mask: Mask): string {
  let name = '';
  return text.replaceAll(/("(?:[^"\\]|\\.)*")(\s*:)?/g, (whole, literal: string, colon?: string) => {
    const value: unknown = JSON.parse(literal);
    if (typeof value !== 'string') return whole;
    if (colon !== undefined) {
      name = value;
      return whole;
    }
    return mask(value, name) === value ? whole : `"${MASK}"`;
  });
}

/** Pair by pair, as they are written. A value is looked at decoded, as far as it can be. */
function maskForm(text: string, mask: Mask): string {
  return text
    .split('&')
    .map(pair => {
      const at = pair.indexOf('=');
      if (at === -1) return pair === '' ? '' : mask(pair, '');
      const name = pair.slice(0, at);
      const value = pair.slice(at + 1);
      const decoded = new URLSearchParams(`v=${value}`).get('v') ?? value;
      return value === '' || mask(decoded, name) === decoded ? pair : `${name}=${MASK}`;
    })
    .join('&');
}
