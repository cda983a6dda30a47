import type { IncomingMessage } from 'node:http';
import type { Socket } from 'node:net';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { translateForeignError } from '../../errors/translate-foreign-error.ts';
import type { Target } from '../sockets/connector.ts';
import {
  asProxyFailure,
  detailsOfProxy,
  nameOfProxy,
  schemesOf,
  toProxyAuthError,
  toProxyRefusal,
} from './proxy-errors.ts';
import type { ProxyCredentials, ProxyServer } from './proxy-server.ts';

/** Statuses of a proxy that may be another one a moment later. */
const PASSING_STATUSES = new Set([408, 425, 429, 500, 502, 503, 504]);

/**
 * Asks an HTTP proxy for a tunnel to the target over `carrier` (RFC 9110 section 9.3.6). Node's HTTP client reads the
 * answer. Resolves when bytes of the carrier are bytes of the target; the caller ends the carrier otherwise.
 *
 * @throws FerruleError PROXY_AUTH_FAILED, PROXY_REFUSED, PROTOCOL_ERROR, LIMIT_EXCEEDED, CONNECTION_FAILED
 */
export function openHttpTunnel(
  proxy: ProxyServer,
  target: Target,
  carrier: Socket,
  maxHeaderBytes: number,
): Promise<void> {
  const authority = `${target.host.includes(':') ? `[${target.host}]` : target.host}:${target.port}`;
  return new Promise((resolve, reject) => {
    const request = process.getBuiltinModule('node:http').request({
      method: 'CONNECT',
      path: authority,
      host: proxy.target.host,
      port: proxy.target.port,
      headers: { host: authority, connection: 'keep-alive', ...toProxyAuthorization(proxy.credentials) },
      maxHeaderSize: Math.min(maxHeaderBytes, Number.MAX_SAFE_INTEGER),
      createConnection: () => carrier,
    });
    request.once('connect', (response, _socket, early) => {
      const refusal = refusalOf(response, early, proxy, target);
      if (refusal === undefined) resolve();
      else reject(refusal);
    });
    request.on('error', error => {
      const { host, port } = proxy.target;
      const place = { host, port, phase: 'connect' as const, maxHeaderBytes };
      reject(asProxyFailure(translateForeignError(error, place), proxy, target));
    });
    request.end();
  });
}

/** The credentials as a header for the proxy, and for nobody else (RFC 9110 section 11.7.1). Empty without any. */
export function toProxyAuthorization(
  credentials: ProxyCredentials | undefined,
): Readonly<Record<string, string>> {
  if (credentials === undefined) return {};
  const pair = `${credentials.username.reveal()}:${credentials.password.reveal()}`;
  return { 'proxy-authorization': `Basic ${Buffer.from(pair).toString('base64')}` };
}

function refusalOf(
  response: IncomingMessage,
  early: Buffer,
  proxy: ProxyServer,
  target: Target,
): FerruleError | undefined {
  const { statusCode = 0, headersDistinct } = response;
  if (statusCode === 407) {
    return toProxyAuthError(proxy, target, schemesOf(headersDistinct['proxy-authenticate'] ?? []));
  }
  if (statusCode < 200 || statusCode > 299) {
    const options = { retryable: PASSING_STATUSES.has(statusCode), found: `status ${statusCode}` };
    return toProxyRefusal(proxy, target, 'it refuses the tunnel', options);
  }
  if (early.length === 0) return undefined;
  // Whoever accepts a connection speaks second, in TLS as in HTTP: these bytes are not the target's.
  return new FerruleError('PROTOCOL_ERROR', `${nameOfProxy(proxy)}: bytes came before the tunnel was used`, {
    details: detailsOfProxy(proxy, target),
  });
}
