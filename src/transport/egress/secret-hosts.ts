import { FerruleError } from '../../errors/ferrule-error.ts';
import type { HttpRequest, Transport } from '../transport.ts';
import { type HostPattern, matchesHost } from './host-pattern.ts';

/** The hosts that a secret may be sent to, and where that is said. */
export interface SecretBinding {
  readonly hosts: readonly HostPattern[];
  /** JSON pointer, for messages. */
  readonly pointer: string;
}

/** What the secrets of one call are bound to. */
export interface SecretHosts {
  /** All of them hold at once. Empty: the secret may be sent anywhere. */
  bindingsOf(secretName: string): readonly SecretBinding[];
}

/**
 * Sends no request whose secrets are bound to other hosts than its own. It stands innermost, so that it sees every
 * attempt, every hop of a redirect and every token request as they would leave.
 *
 * @throws FerruleError SECRET_HOST_REFUSED, and what the inner transport throws
 */
export function withSecretHosts(transport: Transport): Transport {
  return {
    async send(request, context) {
      assertSecretHosts(request, context.secretHosts);
      return transport.send(request, context);
    },
    probe: (url, context) => transport.probe(url, context),
    release: channelKey => transport.release(channelKey),
    close: () => transport.close(),
  };
}

/**
 * Looks at a request before anything of it is sent.
 * @throws FerruleError SECRET_HOST_REFUSED naming the secret and the host
 */
export function assertSecretHosts(request: HttpRequest, secretHosts: SecretHosts | undefined): void {
  const { secrets = [] } = request.credentials;
  if (secretHosts === undefined || secrets.length === 0) return;
  const url = new URL(request.url);
  for (const name of secrets) {
    for (const binding of secretHosts.bindingsOf(name)) {
      if (!isAllowed(binding, url)) throw toSecretHostError(name, binding, url);
    }
  }
}

export function isAllowed({ hosts }: SecretBinding, url: URL): boolean {
  return hosts.some(pattern => matchesHost(pattern, url));
}

export function toSecretHostError(name: string, { hosts, pointer }: SecretBinding, url: URL): FerruleError {
  return new FerruleError('SECRET_HOST_REFUSED', `The secret "${name}" may not be sent to ${url.host}`, {
    pointer,
    expected: hosts.length === 0 ? 'no host at all' : hosts.map(({ text }) => text).join(', '),
    found: url.host,
    details: { secret: name, host: url.host },
  });
}
