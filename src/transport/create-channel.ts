import type { Channel } from './transport.ts';

/** A channel, named by all that two requests must have in common to share a socket. */
export function createChannel(parts: Omit<Channel, 'key'>): Channel {
  const facts = [
    parts.trust.key,
    parts.egress.key,
    parts.connectionsPerOrigin,
    parts.http2,
    parts.maxHeaderBytes,
    parts.connectTimeoutMs,
    ...(parts.proxies === undefined ? [] : [`proxy ${parts.proxies.key}`]),
    ...(parts.socketPath === undefined ? [] : [`socket ${JSON.stringify(parts.socketPath)}`]),
  ];
  return { ...parts, key: facts.join('|') };
}
