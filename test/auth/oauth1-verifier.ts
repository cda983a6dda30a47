import type { Received } from '../support/echo-server.ts';

/*
 * A second implementation of RFC 5849, from the server's side: it reads header, request line and body as received.
 */

export function strict(text: string): string {
  return [...Buffer.from(text)]
    .map(byte => {
      const character = String.fromCharCode(byte);
      return /[A-Za-z0-9._~-]/.test(character)
        ? character
        : `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
    })
    .join('');
}

export function readHeader({ headers }: Received) {
  const text = headers.authorization ?? '';
  const fields = [...text.matchAll(/(\w+)="((?:[^"\\]|\\.)*)"/g)].map(
    ([, name = '', value = '']) => [name, value] as const,
  );
  const { realm, ...encoded } = Object.fromEntries(fields);
  const decoded = Object.entries(encoded).map(([name, value]) => [name, decodeURIComponent(value)]);
  const { oauth_signature: signature = '', ...parameters } = Object.fromEntries(decoded);
  return { realm, signature: String(signature), parameters: parameters as Record<string, string> };
}

export function baseOf(received: Received, origin: string, oauth: Record<string, string>): string {
  const url = new URL(received.url, origin);
  const isForm = received.headers['content-type']?.startsWith('application/x-www-form-urlencoded');
  const pairs = [
    ...url.searchParams,
    ...Object.entries(oauth),
    ...(isForm ? new URLSearchParams(received.body) : []),
  ]
    .map(([name, value]) => [strict(name), strict(value)] as const)
    .sort(([nameA, valueA], [nameB, valueB]) =>
      nameA === nameB ? Buffer.compare(Buffer.from(valueA), Buffer.from(valueB)) : nameA < nameB ? -1 : 1,
    )
    .map(pair => pair.join('='))
    .join('&');
  return [received.method, `${origin}${received.url.split('?')[0]}`, pairs].map(strict).join('&');
}
