import type { HttpRequest } from '../transport/transport.ts';

/**
 * The request with a credential in a header. A header of that name that is already there is replaced, and the
 * name is marked, so that the credential does not follow a redirect to another origin.
 */
export function placeHeader(request: HttpRequest, name: string, value: string): HttpRequest {
  const lowerName = name.toLowerCase();
  const others = request.headers.filter(([other]) => other.toLowerCase() !== lowerName);
  const { headers } = request.credentials;
  return {
    ...request,
    headers: [...others, [name, value]],
    credentials: {
      ...request.credentials,
      headers: headers.includes(lowerName) ? headers : [...headers, lowerName],
    },
  };
}

/** `Bearer abc`, or the token alone when there is no prefix. Non-ASCII text travels as its UTF-8 bytes. */
export function toCredential(prefix: string, token: string): string {
  const credential = prefix === '' ? token : `${prefix} ${token}`;
  return Buffer.from(credential, 'utf8').toString('latin1');
}
