import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Target } from '../sockets/connector.ts';
import { detailsOfProxy, nameOfProxy, toProxyAuthError, toProxyRefusal } from './proxy-errors.ts';
import type { ProxyServer } from './proxy-server.ts';

type SocksModule = typeof import('socks');

let loaded: SocksModule | undefined;

/** The replies of RFC 1928 section 6 by the names that `socks` has for them. */
const replies: Readonly<Record<string, readonly [reason: string, retryable: boolean]>> = {
  Failure: ['it failed', true],
  NotAllowed: ['its rules do not allow it', false],
  NetworkUnreachable: ['it cannot reach the network', true],
  HostUnreachable: ['it cannot reach the host', true],
  TTLExpired: ['the target is too far away', true],
  CommandNotSupported: ['it opens no connections', false],
  AddressNotSupported: ['it does not know this type of address', false],
};

const GRACE_MS = 1_000;

/** A name that is longer has no place in the request (RFC 1928 section 5). */
const MAX_HOST_BYTES = 255;

/**
 * Asks a SOCKS5 proxy for a connection to `host` over `carrier` (RFC 1928, RFC 1929). `host` is a name when the proxy
 * is to resolve it. Resolves when bytes of the carrier are bytes of the target. The caller sets the deadline, and ends
 * the carrier when it passes, which ends the negotiation.
 *
 * @throws FerruleError PROXY_AUTH_FAILED, PROXY_REFUSED, PROTOCOL_ERROR, CONNECTION_FAILED
 */
export async function openSocksTunnel(
  proxy: ProxyServer,
  target: Target,
  host: string,
  carrier: Socket,
  timeoutMs: number,
): Promise<void> {
  if (Buffer.byteLength(host) > MAX_HOST_BYTES) {
    throw toProxyRefusal(proxy, target, 'the host name is too long for SOCKS', { retryable: false });
  }
  loaded ??= createRequire(import.meta.url)('socks') as SocksModule;
  const { credentials } = proxy;
  try {
    await loaded.SocksClient.createConnection({
      proxy: {
        host: proxy.target.host,
        port: proxy.target.port,
        type: 5,
        ...(credentials === undefined
          ? {}
          : { userId: credentials.username.reveal(), password: credentials.password.reveal() }),
      },
      command: 'connect',
      destination: { host, port: target.port },
      existing_socket: carrier,
      // Its own timer cannot be taken back: it must not outlive the attempt by much, nor end it first.
      timeout: Math.max(1, Math.ceil(timeoutMs)) + GRACE_MS,
    });
  } catch (error) {
    // The error of `socks` carries all options, the password among them: it is no cause to hand on.
    throw toFailure(error instanceof Error ? error.message : '', proxy, target);
  }
}

function toFailure(message: string, proxy: ProxyServer, target: Target): FerruleError {
  const details = detailsOfProxy(proxy, target);
  const reply = /rejected connection - (\w+)$/.exec(message)?.[1];
  if (reply === 'ConnectionRefused') {
    const summary = `${nameOfProxy(proxy)}: nothing accepts connections at ${target.host}:${target.port}`;
    return new FerruleError('CONNECT_REFUSED', summary, { details });
  }
  if (reply !== undefined) {
    const [reason, retryable] = (Object.hasOwn(replies, reply) ? replies[reply] : undefined) ?? [
      'its reply has no known meaning',
      false,
    ];
    return toProxyRefusal(proxy, target, reason, { retryable });
  }
  if (/Authentication failed|no accepted authentication/.test(message))
    return toProxyAuthError(proxy, target);
  if (/invalid|unknown authentication/i.test(message)) {
    return new FerruleError('PROTOCOL_ERROR', `${nameOfProxy(proxy)}: it does not speak SOCKS5`, { details });
  }
  return new FerruleError(
    'CONNECTION_FAILED',
    `${nameOfProxy(proxy)}: the connection was closed while it was being opened`,
    { details },
  );
}
