import type { Clock } from '../base/clock.ts';
import type { ConnectionPlan } from '../compile/connection-plan.ts';
import type { CompiledExpression } from '../expression/expression.ts';
import { withSecretHosts } from '../transport/egress/secret-hosts.ts';
import { withRateLimit } from '../transport/pacing/rate-limit.ts';
import { withRetries } from '../transport/pacing/retries.ts';
import { withSecretProxies } from '../transport/proxies/secret-proxies.ts';
import { withRedirects } from '../transport/redirects/redirects.ts';
import type { HttpResponse, Transport } from '../transport/transport.ts';
import { readAnswer } from './read-answer.ts';
import type { SecretProvider } from './secret-reader.ts';

export interface ConnectionTransportParts {
  readonly clock: Clock;
  /** A number from 0 to below 1. */
  readonly random: () => number;
  /** Fires when the engine closes. */
  readonly closing: AbortSignal;
  /** Sends single requests. */
  readonly wire: Transport;
  /** `wire` with redirects, shared by all connections that ask for nothing more. */
  readonly transport: Transport;
}

/**
 * The engine's own transports, or those that look at the hosts of secrets, where any may be bound to hosts: by the
 * definition, or by a provider at any time.
 */
export function toSenders(
  { secretHosts, proxy }: ConnectionPlan,
  {
    wire,
    transport,
    secretProvider,
  }: Pick<ConnectionTransportParts, 'wire' | 'transport'> & {
    readonly secretProvider: SecretProvider | undefined;
  },
): Pick<ConnectionTransportParts, 'wire' | 'transport'> {
  if (secretHosts.size === 0 && secretProvider === undefined) return { wire, transport };
  const guarded = withSecretHosts(proxy === null ? wire : withSecretProxies(wire));
  return { wire: guarded, transport: withRedirects(guarded) };
}

/**
 * What the operations of a connection are sent with. Each request of a redirect chain is retried for itself, because
 * only the last one has not been processed, and each attempt waits for its turn under the rate limit.
 */
export function createConnectionTransport(
  { retry, rateLimit }: ConnectionPlan,
  { clock, random, closing, wire, transport }: ConnectionTransportParts,
): Transport {
  if (retry === null && rateLimit === null) return transport;
  const limited = rateLimit === null ? wire : withRateLimit(wire, rateLimit, { clock, closing });
  if (retry === null) return withRedirects(limited);
  const { rules, waitFrom } = retry;
  return withRedirects(
    withRetries(limited, rules, {
      random,
      closing,
      ...(waitFrom === null ? {} : { waitFrom: answer => readWait(waitFrom, answer, clock) }),
    }),
  );
}

/** An answer in which the wait cannot be found names none; then its headers are asked, and after them the backoff. */
async function readWait(
  expression: CompiledExpression,
  response: HttpResponse,
  clock: Clock,
): Promise<unknown> {
  try {
    return await expression.evaluate(await readAnswer(response), { clock });
  } catch {
    // A busy server may answer with anything, and the answer itself is handed out in the end.
    return undefined;
  }
}
