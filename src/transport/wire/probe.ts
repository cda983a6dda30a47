import { toAbortError } from '../bodies/incoming-body.ts';
import type { Lookup, Target } from '../sockets/connector.ts';
import type { Channel, ConnectPhases, ProbeContext } from '../transport.ts';
import { openRoute } from './open-route.ts';

/**
 * Opens a socket by the rules of the channel, closes it, and gives the times of its phases.
 * @throws FerruleError as for a request whose connection cannot be opened; its details hold the phases that went well
 */
export function probeTarget(target: Target, lookup: Lookup, context: ProbeContext): Promise<ConnectPhases> {
  const { clock } = context;
  return observeOpening(target, context, (channel, done) => {
    const request = { target, channel, clock, lookup, tlsSession: { session: undefined } };
    return openRoute(request, (error, socket) => {
      socket?.destroy();
      done(error);
    });
  });
}

/** Opens a connection over a channel that is listened to, and gives up when the function that it returns is called. */
export type Opening = (observed: Channel, done: (error: Error | null) => void) => () => void;

/** The phases of one opening, which ends with the signal at the latest. */
export function observeOpening(
  target: Target,
  { channel, signal }: ProbeContext,
  open: Opening,
): Promise<ConnectPhases> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) throw toAbortError(signal);
    let phases: ConnectPhases = { host: target.host };
    const onConnect = (observation: ConnectPhases) => {
      phases = observation;
    };
    let cancel: (() => void) | undefined;
    const onAbort = () => {
      cancel?.();
      if (signal !== undefined) reject(toAbortError(signal));
    };
    // Before the attempt: a refusal by the egress policy comes back at once.
    signal?.addEventListener('abort', onAbort, { once: true });
    cancel = open({ ...channel, onConnect }, error => {
      signal?.removeEventListener('abort', onAbort);
      if (error === null) resolve(phases);
      else reject(error);
    });
  });
}
