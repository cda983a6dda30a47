import { encodeHeaderText } from '../template/header-text.ts';
import type { CredentialPlaces, HeaderPair, HttpRequest } from '../transport/transport.ts';

/**
 * The request with a credential in a header. A header of that name that is already there is replaced, and the
 * name is marked, so that the credential does not follow a redirect to another origin.
 */
export function placeHeader(request: HttpRequest, name: string, value: string): HttpRequest {
  const lowerName = name.toLowerCase();
  const { method, url, body } = request;
  const headers: HeaderPair[] = [];
  for (const pair of request.headers) {
    const [other] = pair;
    if (other.length !== name.length || other.toLowerCase() !== lowerName) headers.push(pair);
  }
  headers.push([name, value]);
  return { method, url, headers, body, credentials: markHeader(request.credentials, lowerName) };
}

function markHeader(credentials: CredentialPlaces, lowerName: string): CredentialPlaces {
  const { headers } = credentials;
  return headers.includes(lowerName) ? credentials : { ...credentials, headers: [...headers, lowerName] };
}

/** `Bearer abc`, or the token alone when there is no prefix. Non-ASCII text travels as its UTF-8 bytes. */
export function toCredential(prefix: string, token: string): string {
  return encodeHeaderText(prefix === '' ? token : `${prefix} ${token}`);
}
