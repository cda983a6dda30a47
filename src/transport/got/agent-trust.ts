import type { PeerCertificate, SecureContext, TLSSocket } from 'node:tls';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { translateForeignError } from '../../errors/translate-foreign-error.ts';
import type { Target } from '../sockets/connector.ts';
import { findPinMismatch } from '../trust/pinned-certificate.ts';
import type { TrustPlan } from '../trust/trust.ts';

/**
 * Why a TLS socket that an agent opened may not be used; undefined when it may. An agent's own options win over those
 * of a request, so what was asked for says nothing: the socket is judged for what it has become. It must stand on the
 * secure context of the connection, which holds the roots, the client certificate and the lowest version, and its
 * certificate must be the pinned one, or valid and made for the host.
 */
export function findTrustBreach(
  socket: TLSSocket,
  target: Target,
  trust: TrustPlan,
): FerruleError | undefined {
  const { host, port } = target;
  const details = { host, port, requestSent: false };
  if (contextOf(socket) !== trust.secureContext) {
    return new FerruleError(
      'TLS_CERTIFICATE_UNTRUSTED',
      `${host}:${port}: the agent opened the connection under a trust that is not the connection's own`,
      {
        expected: 'an agent that hands the TLS options of a request on, secureContext among them',
        hint: 'Leave TLS settings out of the agent: roots, client certificate and versions come from the definition.',
        details,
      },
    );
  }
  if (trust.fingerprints.length > 0) return findPinMismatch(socket, target, trust.fingerprints);
  const place = { ...target, phase: 'connect', details } as const;
  if (!socket.authorized) return translateForeignError({ code: String(socket.authorizationError) }, place);
  const wrongHost = checkHost(trust.serverName ?? host, socket.getPeerCertificate());
  return wrongHost === undefined ? undefined : translateForeignError(wrongHost, place);
}

/**
 * What Node was told to do the handshake with. It has no public name; a socket that does not show it is not trusted, so
 * a Node that names it otherwise would refuse and not let through.
 */
function contextOf(socket: TLSSocket): SecureContext | undefined {
  const { _tlsOptions: options } = socket as TLSSocket & {
    readonly _tlsOptions?: { readonly secureContext?: SecureContext };
  };
  return options?.secureContext;
}

function checkHost(host: string, certificate: PeerCertificate): Error | undefined {
  return process.getBuiltinModule('node:tls').checkServerIdentity(host, certificate);
}
