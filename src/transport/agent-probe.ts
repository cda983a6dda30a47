import type { Agent } from 'node:http';
import { FerruleError } from '../errors/ferrule-error.ts';
import { openThroughAgent } from './agent-connection.ts';
import type { Lookup, Target } from './connector.ts';
import { toAbortError } from './incoming-body.ts';
import type { ConnectPhases, ProbeContext } from './transport.ts';

/**
 * Has an agent open a connection by the rules of the channel, closes it, and gives the times of its phases. They are
 * missing when the agent gave a socket that had been open before.
 */
export function probeThroughAgent(
  target: Target,
  agent: Agent,
  lookup: Lookup,
  { channel, clock, signal }: ProbeContext,
): Promise<ConnectPhases> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw toAbortError(signal);
    let phases: ConnectPhases = { host: target.host };
    const observed = {
      ...channel,
      onConnect: (observation: ConnectPhases) => {
        phases = observation;
      },
    };
    let cancel: (() => void) | undefined;
    const onAbort = () => {
      cancel?.();
      if (signal !== undefined) reject(toAbortError(signal));
    };
    signal?.addEventListener('abort', onAbort, { once: true });
    const head = { method: 'GET', path: '/', headers: [], body: undefined };
    cancel = openThroughAgent(
      { target, channel: observed, clock, lookup, agent, head },
      (error, connection) => {
        signal?.removeEventListener('abort', onAbort);
        connection?.request.destroy();
        if (connection !== null) resolve(phases);
        else reject(error ?? new FerruleError('CONNECTION_FAILED', 'the connection failed'));
      },
    );
  });
}
