import type { Socket } from 'node:net';
import type { Clock } from '../../base/clock.ts';
import type { Http2Session } from './socket-client.ts';

/** How long a server has to answer a PING. Milliseconds. */
export const SIGN_OF_LIFE_MS = 2000;

/**
 * Asks an HTTP/2 server whether it is still there, and tells `verdict`. Anything that comes is a sign of life: an answer
 * to the PING may be held up by what is sent before it. Gives what stops the asking, after which nothing is told.
 */
export function awaitSignOfLife(
  session: Http2Session,
  socket: Socket,
  clock: Clock,
  verdict: (isAlive: boolean) => void,
): () => void {
  const receivedBefore = socket.bytesRead;
  let asking = true;
  const stop = () => {
    asking = false;
    timer.cancel();
  };
  // Never before this function has returned.
  const tell = (isAlive: boolean) =>
    queueMicrotask(() => {
      if (!asking) return;
      stop();
      verdict(isAlive);
    });
  const timer = clock.after(SIGN_OF_LIFE_MS, () => tell(socket.bytesRead !== receivedBefore));
  try {
    // With an error the connection has ended, of which whoever asks is told in another way.
    session.ping(() => tell(true));
  } catch {
    // The same, a little earlier.
    tell(true);
  }
  return stop;
}
