import { FerruleError } from '../../errors/ferrule-error.ts';
import { isAllowed } from '../egress/secret-hosts.ts';
import type { Channel, HttpRequest, SendContext, Transport } from '../transport.ts';
import { nameOfProxy } from './proxy-errors.ts';
import type { ProxyServer } from './proxy-server.ts';

/**
 * Sends no request whose secrets are bound to hosts through a proxy that is none of them. A proxy reads plain http, and
 * whoever names both a proxy and an authority to trust could stand between even under TLS. Proxies that the host program
 * names are its own choice.
 *
 * @throws FerruleError SECRET_HOST_REFUSED, and what the inner transport throws
 */
export function withSecretProxies(transport: Transport): Transport {
  return {
    async send(request, context) {
      const proxy = proxyOf(request, context.channel);
      if (proxy !== undefined && !proxy.isExempt) assertMayCarry(proxy, request, context);
      return transport.send(request, context);
    },
    probe: (url, context) => transport.probe(url, context),
    release: channelKey => transport.release(channelKey),
    close: () => transport.close(),
  };
}

function proxyOf({ url }: HttpRequest, { proxies }: Channel): ProxyServer | undefined {
  const { origin, protocol, hostname, port } = new URL(url);
  const secure = protocol === 'https:';
  const host = hostname.replace(/^\[|\]$/g, '');
  return proxies?.proxyFor({
    origin,
    secure,
    host,
    port: port === '' ? (secure ? 443 : 80) : Number(port),
  });
}

function assertMayCarry(proxy: ProxyServer, request: HttpRequest, { secretHosts }: SendContext): void {
  const url = new URL(proxy.target.origin);
  for (const name of request.credentials.secrets ?? []) {
    const broken = secretHosts?.bindingsOf(name).find(binding => !isAllowed(binding, url));
    if (broken === undefined) continue;
    throw new FerruleError(
      'SECRET_HOST_REFUSED',
      `The secret "${name}" may not be sent through the ${nameOfProxy(proxy)}`,
      {
        pointer: broken.pointer,
        expected:
          broken.hosts.length === 0 ? 'no host at all' : broken.hosts.map(({ text }) => text).join(', '),
        found: url.host,
        hint: 'Name the proxy among the hosts of the secret, or let the host program set it by the engine option proxy.',
        details: { secret: name, host: url.hostname },
      },
    );
  }
}
