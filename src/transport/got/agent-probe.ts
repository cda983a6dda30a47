import type { Agent } from 'node:http';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Lookup, Target } from '../sockets/connector.ts';
import type { ConnectPhases, ProbeContext } from '../transport.ts';
import { observeOpening } from '../wire/probe.ts';
import { openThroughAgent } from './agent-connection.ts';

/**
 * Has an agent open a connection by the rules of the channel, closes it, and gives the times of its phases. They are
 * missing when the agent gave a socket that had been open before.
 */
export function probeThroughAgent(
  target: Target,
  agent: Agent,
  lookup: Lookup,
  context: ProbeContext,
): Promise<ConnectPhases> {
  const { clock } = context;
  return observeOpening(target, context, (channel, done) => {
    const head = { method: 'GET', path: '/', headers: [], body: undefined };
    return openThroughAgent({ target, channel, clock, lookup, agent, head }, (error, connection) => {
      connection?.request.destroy();
      if (connection !== null) done(null);
      else done(error ?? new FerruleError('CONNECTION_FAILED', 'the connection failed'));
    });
  });
}
