import type { Lookup, Target } from './connector.ts';
import { toAbortError } from './incoming-body.ts';
import { openRoute } from './open-route.ts';
import type { ConnectPhases, ProbeContext } from './transport.ts';

/**
 * Opens a socket by the rules of the channel, closes it, and gives the times of its phases.
 * @throws FerruleError as for a request whose connection cannot be opened; its details hold the phases that went well
 */
export function probeTarget(target: Target, lookup: Lookup, context: ProbeContext): Promise<ConnectPhases> {
  const { channel, clock, signal } = context;
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
    // Before the attempt: a refusal by the egress policy comes back at once.
    signal?.addEventListener('abort', onAbort, { once: true });
    const request = { target, channel: observed, clock, lookup, tlsSession: { session: undefined } };
    cancel = openRoute(request, (error, socket) => {
      signal?.removeEventListener('abort', onAbort);
      socket?.destroy();
      if (error === null) resolve(phases);
      else reject(error);
    });
  });
}
