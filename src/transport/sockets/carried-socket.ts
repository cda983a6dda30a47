import type { Socket } from 'node:net';
import type { ConnectTimes } from '../phases.ts';
import { type ConnectRequest, openSocket } from './connector.ts';

/** A socket over which the request can be sent, and what opening it took. */
export interface OpenedSocket {
  readonly socket: Socket;
  readonly times: ConnectTimes;
}

/** {@link openSocket} as a promise. It never settles once `signal` has fired. */
export function dial(request: ConnectRequest, signal: AbortSignal): Promise<OpenedSocket> {
  return new Promise((resolve, reject) => {
    let cancel: (() => void) | undefined;
    // Before the attempt: a refusal by the egress policy comes back at once.
    const onAbort = () => cancel?.();
    signal.addEventListener('abort', onAbort, { once: true });
    cancel = openSocket(request, (error, socket, times) => {
      signal.removeEventListener('abort', onAbort);
      if (socket === null) reject(error);
      else resolve({ socket, times });
    });
  });
}

/** Runs `work` on a socket, which is closed when the work fails or `signal` fires. */
export async function withCarrier<Result>(
  carrier: Socket,
  signal: AbortSignal,
  work: () => Promise<Result>,
): Promise<Result> {
  const end = () => carrier.destroy();
  // Whoever works on it reports its errors; without a listener they would end this process.
  carrier.on('error', end);
  signal.addEventListener('abort', end, { once: true });
  if (signal.aborted) end();
  try {
    return await work();
  } catch (error) {
    end();
    throw error;
  } finally {
    signal.removeEventListener('abort', end);
  }
}

/**
 * What the target expects over a carrier that leads to it: TLS by the rules of the channel, within what is left of the
 * time for connecting, or nothing. `earlier` is what opening the carrier took.
 */
export async function completeRoute(
  carrier: Socket,
  request: ConnectRequest,
  earlier: ConnectTimes,
  signal: AbortSignal,
): Promise<OpenedSocket> {
  const { channel, target } = request;
  const { onConnect } = channel;
  if (!target.secure) {
    onConnect?.({ host: target.host, ...earlier });
    return { socket: carrier, times: earlier };
  }
  const observed: ConnectRequest =
    onConnect === undefined
      ? request
      : { ...request, channel: { ...channel, onConnect: phases => onConnect({ ...phases, ...earlier }) } };
  const spentMs = (earlier.dnsMs ?? 0) + (earlier.connectMs ?? 0);
  const timeoutMs = Math.max(1, channel.connectTimeoutMs - spentMs);
  const { socket, times } = await dial({ ...observed, carrier, timeoutMs }, signal);
  socket.once('close', () => carrier.destroy());
  return { socket, times: { ...earlier, ...times } };
}
