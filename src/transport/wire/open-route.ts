import { FerruleError } from '../../errors/ferrule-error.ts';
import { translateForeignError } from '../../errors/translate-foreign-error.ts';
import { openThroughProxy } from '../proxies/proxy-route.ts';
import { completeRoute, type OpenedSocket, withCarrier } from '../sockets/carried-socket.ts';
import { type ConnectDone, type ConnectRequest, openSocket } from '../sockets/connector.ts';
import { connectUnixSocket } from '../sockets/unix-socket.ts';

/**
 * Opens one socket to the target by the way that its channel prescribes: a UNIX socket, a proxy, or directly. What
 * holds for {@link openSocket} holds here.
 */
export function openRoute(request: ConnectRequest, done: ConnectDone): () => void {
  const { channel, target } = request;
  if (channel.socketPath?.origin === target.origin) {
    const { path } = channel.socketPath;
    return settle(signal => openUnixRoute(path, request, signal), request, done);
  }
  const proxy = channel.proxies?.proxyFor(target);
  if (proxy === undefined) return openSocket(request, done);
  return settle(signal => openThroughProxy(proxy, request, signal), request, done);
}

async function openUnixRoute(
  path: string,
  request: ConnectRequest,
  signal: AbortSignal,
): Promise<OpenedSocket> {
  const { target, channel, clock } = request;
  const { egress } = channel;
  if (egress.assertSocketPath === undefined) {
    throw new FerruleError('EGRESS_REFUSED', 'the egress policy allows no UNIX sockets');
  }
  egress.assertSocketPath(path);
  const startedAtMs = clock.monotonicNow();
  const carrier = await connectUnixSocket(path, target, signal);
  const times = { connectMs: clock.monotonicNow() - startedAtMs };
  return withCarrier(carrier, signal, () => completeRoute(carrier, request, times, signal));
}

/** Runs one attempt; what comes of it after it was cancelled is closed and not told. */
function settle(
  open: (signal: AbortSignal) => Promise<OpenedSocket>,
  { target: { host, port, secure } }: ConnectRequest,
  done: ConnectDone,
): () => void {
  const attempt = new AbortController();
  const { signal } = attempt;
  open(signal).then(
    ({ socket, times }) => {
      if (signal.aborted) socket.destroy();
      else done(null, socket, times);
    },
    error => {
      if (signal.aborted) return;
      const place = { host, port, secure, phase: 'connect' as const, details: { requestSent: false } };
      done(translateForeignError(error, place), null, {});
    },
  );
  return () => attempt.abort();
}
