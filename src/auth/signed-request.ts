import type { HttpRequest } from '../transport/transport.ts';

/**
 * The request, marked as signed for its URL. A redirect within the origin is then refused with REDIRECT_REFUSED
 * instead of being followed with a signature that no longer fits; to another origin no signature goes along anyway.
 */
export function bindToUrl(request: HttpRequest): HttpRequest {
  return { ...request, credentials: { ...request.credentials, signed: true } };
}
