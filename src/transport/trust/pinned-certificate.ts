import type { TLSSocket } from 'node:tls';
import { FerruleError } from '../../errors/ferrule-error.ts';

/** The error for a server whose certificate is not a pinned one; undefined when it is, and when there is no pin. */
export function findPinMismatch(
  socket: TLSSocket,
  { host, port }: { readonly host: string; readonly port: number },
  pins: readonly string[],
): FerruleError | undefined {
  if (pins.length === 0) return undefined;
  const found = socket.getPeerX509Certificate()?.fingerprint256;
  if (found !== undefined && pins.includes(found)) return undefined;
  return new FerruleError(
    'TLS_CERTIFICATE_UNTRUSTED',
    `${host}:${port}: the server certificate is not the pinned one`,
    {
      expected: `a certificate with the fingerprint ${pins.join(' or ')}`,
      found: found ?? 'no certificate',
      hint: 'If the server was given a new certificate, put its fingerprint into tls.fingerprint256.',
      details: { host, port, requestSent: false },
    },
  );
}
