import { FerruleError } from '../errors/ferrule-error.ts';
import { nextRequest } from '../transport/redirects/redirect-rules.ts';
import type { HttpRequest, HttpResponse } from '../transport/transport.ts';

/** RFC 9110 sections 15.4.8 and 15.4.9: the request is repeated as it is, its body included. */
const REPEATING = new Set([307, 308]);
const REWRITING = new Set([301, 302, 303]);

/**
 * Sends a token request and follows its redirects. It carries credentials, so only those are followed that repeat it
 * to the origin it was meant for.
 *
 * @throws FerruleError REDIRECT_REFUSED, REDIRECT_LIMIT
 */
export async function sendToTokenHost(
  request: HttpRequest,
  maxRedirects: number,
  send: (request: HttpRequest) => Promise<HttpResponse>,
): Promise<HttpResponse> {
  let current = request;
  for (let followed = 0; ; followed++) {
    const response = await send(current);
    const location = response.headers.find(([name]) => name.toLowerCase() === 'location')?.[1];
    const { statusCode } = response;
    const isRedirect = REPEATING.has(statusCode) || REWRITING.has(statusCode);
    if (maxRedirects === 0 || !isRedirect || location === undefined) return response;
    response.body.cancel();
    const next = nextRequest(current, statusCode, location, undefined).request;
    assertRepeats(current, next, statusCode);
    if (followed >= maxRedirects) {
      throw new FerruleError(
        'REDIRECT_LIMIT',
        `The token request was redirected more than ${maxRedirects} times`,
        {
          details: { limit: 'maxRedirects', value: maxRedirects },
        },
      );
    }
    current = next;
  }
}

function assertRepeats(from: HttpRequest, to: HttpRequest, statusCode: number): void {
  const sameOrigin = new URL(from.url).origin === new URL(to.url).origin;
  if (sameOrigin && REPEATING.has(statusCode)) return;
  throw new FerruleError(
    'REDIRECT_REFUSED',
    'The token request was redirected in a way that is not followed',
    {
      expected: 'a redirect with status 307 or 308 to the same origin',
      found: `status ${statusCode} to ${new URL(to.url).origin}`,
    },
  );
}
