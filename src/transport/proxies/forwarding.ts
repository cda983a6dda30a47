import type { FerruleError } from '../../errors/ferrule-error.ts';
import type { Target } from '../sockets/connector.ts';
import type { HttpResponse } from '../transport.ts';
import { toProxyAuthorization } from './http-tunnel.ts';
import { isForwarding, type ProxyChoice } from './proxy-choice.ts';
import { schemesOf, toProxyAuthError } from './proxy-errors.ts';
import type { ProxyServer } from './proxy-server.ts';

/**
 * The proxy that requests to the target are handed to as a whole, their URL in full (RFC 9112 section 3.2.2). Plain http
 * only: many proxies lend no tunnels to port 80.
 */
export function findForwarder(proxies: ProxyChoice, target: Target): ProxyServer | undefined {
  const proxy = proxies.proxyFor(target);
  return proxy !== undefined && isForwarding(proxy, target) ? proxy : undefined;
}

/** Names and values in turn, with the credentials of the proxy in place of any the request brings for it. */
export function toForwardedHeaders({ credentials }: ProxyServer, headers: readonly string[]): string[] {
  const own = Object.entries(toProxyAuthorization(credentials)).flat();
  if (own.length === 0) return [...headers];
  const kept = headers.filter((_, index) => {
    const name = headers[index - (index % 2)] ?? '';
    return name.toLowerCase() !== 'proxy-authorization';
  });
  return [...kept, ...own];
}

/** A 407 is the word of the proxy; every other answer may be the target's and is handed on. */
export function judgeForwarded(
  proxy: ProxyServer,
  target: Target,
  resolve: (response: HttpResponse) => void,
  reject: (error: FerruleError) => void,
): (response: HttpResponse) => void {
  return response => {
    if (response.statusCode !== 407) {
      resolve(response);
      return;
    }
    response.body.cancel();
    const fields = response.headers
      .filter(([name]) => name.toLowerCase() === 'proxy-authenticate')
      .map(([, value]) => value);
    reject(toProxyAuthError(proxy, target, schemesOf(fields)));
  };
}
