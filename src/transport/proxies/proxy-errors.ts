import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Target } from '../sockets/connector.ts';
import type { ProxyServer } from './proxy-server.ts';

/** What a proxy is called in messages: host and port, never its credentials. */
export function nameOfProxy({ target: { host, port } }: ProxyServer): string {
  return `proxy ${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** Facts about a failure at a proxy, before anything of the request was sent. */
export function detailsOfProxy(proxy: ProxyServer, target: Target): Readonly<Record<string, unknown>> {
  const { host, port } = target;
  return { host, port, proxy: nameOfProxy(proxy).slice('proxy '.length), requestSent: false };
}

/** The failure to reach a proxy, told as one: whoever reads it would look at the target first. */
export function asProxyFailure(error: FerruleError, proxy: ProxyServer, target: Target): FerruleError {
  const { code, summary, retryable, expected, found, hint, cause } = error;
  const isTrust = code === 'TLS_CERTIFICATE_UNTRUSTED';
  return new FerruleError(code, `proxy ${summary}`, {
    stage: 'send',
    retryable,
    expected,
    found,
    hint: isTrust
      ? 'Put the CA certificate that signed the certificate of the proxy into proxy.caCert.'
      : hint,
    details: { ...error.details, ...detailsOfProxy(proxy, target) },
    cause,
  });
}

/** Credentials that the proxy asks for or refuses. `schemes` are those it names, if any. */
export function toProxyAuthError(
  proxy: ProxyServer,
  target: Target,
  schemes: readonly string[] = [],
): FerruleError {
  const isBasic = schemes.length === 0 || schemes.some(scheme => scheme.toLowerCase() === 'basic');
  const hint = !isBasic
    ? 'Only Basic authentication is spoken to proxies; ask whoever runs the proxy for an account that may use it.'
    : proxy.credentials === undefined
      ? 'Put username and password into proxy.'
      : 'Check proxy.username and proxy.password.';
  const verdict =
    proxy.credentials === undefined ? 'it asks for a user name and password' : 'it refuses the credentials';
  return new FerruleError('PROXY_AUTH_FAILED', `${nameOfProxy(proxy)}: ${verdict}`, {
    hint,
    ...(schemes.length === 0 ? {} : { found: `Proxy-Authenticate: ${schemes.join(', ')}` }),
    details: detailsOfProxy(proxy, target),
  });
}

/** A proxy that answered, and does not lead to the target. `reason` is a sentence of ours, not of the proxy. */
export function toProxyRefusal(
  proxy: ProxyServer,
  target: Target,
  reason: string,
  options: { readonly retryable: boolean; readonly found?: string },
): FerruleError {
  const { retryable, found } = options;
  return new FerruleError(
    'PROXY_REFUSED',
    `${nameOfProxy(proxy)}: no way to ${target.host}:${target.port}: ${reason}`,
    { retryable, found, details: detailsOfProxy(proxy, target) },
  );
}

/** The names of the authentication schemes in the fields of Proxy-Authenticate; their parameters are the proxy's words. */
export function schemesOf(fields: readonly string[]): readonly string[] {
  return fields.flatMap(field => /^[A-Za-z][A-Za-z0-9-]{0,30}(?=\s|$|,)/.exec(field.trim())?.[0] ?? []);
}
