import { FerruleError } from '../../errors/ferrule-error.ts';
import type { HeaderPair, HttpRequest } from '../transport.ts';

/** Longer than any server accepts a URL; a hostile one could send a Location as large as the head may be. */
const MAX_LOCATION_LENGTH = 8 * 1024;

/** Credentials wherever they stand, RFC 9110 sections 11.6.2 and 11.7.2, RFC 6265. */
const CREDENTIAL_HEADERS = ['authorization', 'proxy-authorization', 'cookie', 'cookie2'];

/** The headers that describe a body, dropped with it (fetch standard, "request-body-header name"). */
const BODY_HEADERS = [
  'content-encoding',
  'content-language',
  'content-location',
  'content-type',
  'content-length',
];

/** The request a redirect asks for, by the rules of the fetch standard and stricter ones for credentials. */
export interface RedirectStep {
  readonly request: HttpRequest;
  readonly credentialsDropped: boolean;
}

/**
 * The request that follows `request` after an answer of `statusCode` with a Location header.
 * What was dropped on the way to another origin is not in the result, so a way back does not restore it.
 *
 * @throws FerruleError REDIRECT_REFUSED naming the rule
 */
export function nextRequest(
  request: HttpRequest,
  statusCode: number,
  location: string,
  isSecretText: ((text: string) => boolean) | undefined,
): RedirectStep {
  const from = new URL(request.url);
  const to = resolveLocation(from, location);
  if (from.protocol === 'https:' && to.protocol === 'http:') {
    throw refused('a redirect from https to http would send the request unprotected', to);
  }
  if (to.origin === from.origin && request.credentials.signed === true) {
    throw refused('a redirect would send the request to a URL that its signature does not cover', to);
  }
  const rewritten = rewriteMethod(request, statusCode);
  if (to.origin === from.origin)
    return { request: { ...rewritten, url: to.href }, credentialsDropped: false };
  if (rewritten.body !== undefined) {
    throw refused(`a redirect (${statusCode}) would send the body to another server`, to);
  }
  assertNoSecrets(to, request.credentials.query, isSecretText);
  const headers = withoutHeaders(rewritten.headers, [
    ...CREDENTIAL_HEADERS,
    ...request.credentials.headers,
    // A Host header of the author's belongs to the first server only.
    'host',
  ]);
  return {
    request: {
      ...rewritten,
      url: to.href,
      headers,
      // The signature stayed behind with the credentials, and every secret with them.
      credentials: { ...rewritten.credentials, signed: false, secrets: [] },
    },
    credentialsDropped: headers.length < rewritten.headers.length,
  };
}

/** RFC 9110 section 10.2.2: relative to the URL of the request; a fragment stays with the client. */
function resolveLocation(from: URL, location: string): URL {
  if (location.length > MAX_LOCATION_LENGTH) {
    throw new FerruleError('REDIRECT_REFUSED', 'the Location of the redirect is too long', {
      expected: `at most ${MAX_LOCATION_LENGTH} characters`,
      found: `${location.length}`,
    });
  }
  // Header values were read as ISO 8859-1; servers that send raw UTF-8 mean UTF-8.
  const text = Buffer.from(location, 'latin1').toString('utf8');
  const readable = text.includes('\ufffd') ? location : text;
  if (!URL.canParse(readable, from.href)) {
    throw new FerruleError('REDIRECT_REFUSED', 'the Location of the redirect is not a URL');
  }
  const to = new URL(readable, from.href);
  if (to.protocol !== 'http:' && to.protocol !== 'https:') {
    throw new FerruleError('REDIRECT_REFUSED', 'the redirect leads away from http and https', {
      found: to.protocol.slice(0, 40),
    });
  }
  if (to.username !== '' || to.password !== '') {
    throw refused('the Location of the redirect holds a user name or password', to);
  }
  to.hash = '';
  return to;
}

/** Fetch standard, "HTTP-redirect fetch", step 12. */
function rewriteMethod(request: HttpRequest, statusCode: number): HttpRequest {
  const { method } = request;
  const becomesGet =
    ((statusCode === 301 || statusCode === 302) && method === 'POST') ||
    (statusCode === 303 && method !== 'GET' && method !== 'HEAD');
  if (!becomesGet) return request;
  const { body: _, ...rest } = request;
  return {
    ...rest,
    method: 'GET',
    headers: withoutHeaders(request.headers, BODY_HEADERS),
    credentials: { ...request.credentials, body: false },
  };
}

/** A server may echo what it was sent; its Location must not carry that to another server. */
function assertNoSecrets(
  to: URL,
  secretParameters: readonly string[],
  isSecretText: ((text: string) => boolean) | undefined,
): void {
  for (const [name, value] of to.searchParams) {
    if (secretParameters.includes(name) || isSecretText?.(value) || isSecretText?.(name)) {
      throw refused('the Location of the redirect would carry a secret to another server', to);
    }
  }
  if (isSecretText?.(to.href) || isSecretText?.(decodeLeniently(to.pathname))) {
    throw refused('the Location of the redirect would carry a secret to another server', to);
  }
}

function decodeLeniently(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    // A stray percent sign: the path as it stands was already looked at.
    return path;
  }
}

function withoutHeaders(headers: readonly HeaderPair[], names: readonly string[]): readonly HeaderPair[] {
  return headers.filter(([name]) => !names.includes(name.toLowerCase()));
}

/** Only the origin is named: path and query come from the server and may hold anything. */
function refused(summary: string, to: URL): FerruleError {
  return new FerruleError('REDIRECT_REFUSED', summary, {
    found: `a redirect to ${to.origin}`,
    details: { to: to.origin },
  });
}
