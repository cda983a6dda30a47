import type { ConnectionPlan } from '../compile/connection-plan.ts';
import type { EgressPolicy } from '../transport/egress-policy.ts';
import type { Channel } from '../transport/transport.ts';
import type { TrustPlan } from '../transport/trust.ts';

/** The channel of a connection's requests, under its own trust or under that of its token endpoint. */
export function toChannel(
  plan: ConnectionPlan,
  egress: EgressPolicy,
  connectionsPerOrigin: number,
  trust: TrustPlan = plan.trust,
): Channel {
  const { http2, limits, timeouts } = plan;
  const parts = [
    trust.key,
    egress.key,
    connectionsPerOrigin,
    http2,
    limits.maxHeaderBytes,
    timeouts.connectMs,
  ];
  return {
    key: parts.join('|'),
    trust,
    egress,
    http2,
    connectionsPerOrigin,
    connectTimeoutMs: timeouts.connectMs,
    maxHeaderBytes: limits.maxHeaderBytes,
  };
}
