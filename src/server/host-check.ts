import { FerruleError } from '../index.ts';

/**
 * Refuses requests for a name that is not the server's: a page of the web whose name was made to resolve to this
 * machine (DNS rebinding) carries its own name in the Host header.
 *
 * @throws FerruleError HOST_REFUSED
 */
export function assertHost(header: string | null, allowed: readonly string[] | undefined): void {
  if (allowed === undefined) return;
  const name = (header ?? '').toLowerCase().replace(/:\d+$/, '');
  if (allowed.some(each => each.toLowerCase() === name)) return;
  throw new FerruleError('HOST_REFUSED', 'The server does not answer under this host name', {
    expected: allowed.join(', '),
    found: name === '' ? 'no host name' : `"${name.slice(0, 100)}"`,
  });
}
