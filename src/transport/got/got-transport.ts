import type { Agent } from 'node:http';
import { describeValue } from '../../errors/describe-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Channel, Transport } from '../transport.ts';
import { OriginPool } from '../wire/origin-pool.ts';
import { type CreatePool, createPooledTransport, type PoolingOptions } from '../wire/pooled-transport.ts';
import { probeTarget } from '../wire/probe.ts';
import { AgentPool } from './agent-pool.ts';
import { probeThroughAgent } from './agent-probe.ts';
import { createGotClient } from './got-client.ts';

/** Agents by the scheme of the URL. For a scheme without one, the transport opens its sockets itself. */
export interface GotAgents {
  readonly http?: Agent;
  /** An `https.Agent`, or another that opens connections with TLS. Its own TLS options have no effect. */
  readonly https?: Agent;
}

export interface GotTransportOptions extends PoolingOptions {
  /**
   * Agents of the host program: for a proxy of their own, instrumented ones, settings of keep-alive. They stay the host
   * program's, which closes them. A connection with a proxy or UNIX socket in its definition goes past them.
   */
  readonly agent?: GotAgents;
}

/**
 * The transport over got and Node's own HTTP client, for programs that live on its agents. The same rules hold as over
 * undici, except for HTTP/2, which it does not speak. got is an optional peer, and is loaded at the first request.
 *
 * @throws FerruleError OPTIONS_INVALID for an agent that is none
 */
export function createGotTransport(options: GotTransportOptions = {}): Transport {
  const { agent: agents = {}, ...pooling } = options;
  assertAgent('http', agents.http);
  assertAgent('https', agents.https);
  const agentOf = (secure: boolean, channel: Channel): Agent | undefined => {
    if (channel.proxies !== undefined || channel.socketPath !== undefined) return undefined;
    return secure ? agents.https : agents.http;
  };
  const createPool: CreatePool = (target, channel, lookup) => {
    const agent = agentOf(target.secure, channel);
    if (agent !== undefined) return new AgentPool(target, channel, lookup, agent);
    return new OriginPool(target, withoutHttp2(channel), lookup, (_origin, clientOptions) =>
      createGotClient(target, clientOptions),
    );
  };
  return createPooledTransport(pooling, createPool, (target, lookup, context) => {
    const agent = agentOf(target.secure, context.channel);
    if (agent !== undefined) return probeThroughAgent(target, agent, lookup, context);
    return probeTarget(target, lookup, { ...context, channel: withoutHttp2(context.channel) });
  });
}

/** Node's client would read the frames of HTTP/2 as a broken answer, so it is not offered. */
function withoutHttp2(channel: Channel): Channel {
  return channel.http2 ? { ...channel, http2: false } : channel;
}

function assertAgent(scheme: 'http' | 'https', agent: unknown): void {
  if (agent === undefined || typeof Object(agent).addRequest === 'function') return;
  throw new FerruleError('OPTIONS_INVALID', `The option agent.${scheme} cannot be used`, {
    expected: `an agent of node:${scheme}, or one that does what it does`,
    found: describeValue(agent),
  });
}
