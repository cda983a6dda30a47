import type { HttpResponse, SendContext } from '../transport.ts';

/** How much of an answer nobody wants is read to keep its socket. A larger one costs a new connection. Bytes. */
const MAX_DRAINED_BYTES = 16 * 1024;

/** Lets the socket be used again when the body is short, and closes it otherwise. Nobody waits for that. */
export function discardBody(response: HttpResponse, context: SendContext): void {
  const limit = Math.min(MAX_DRAINED_BYTES, context.limits.maxResponseBytes);
  if (!(announcedBytes(response) <= limit)) response.body.cancel();
  // An answer whose body breaks off has already said what it had to say.
  else response.body.bytes().catch(() => undefined);
}

/** The Content-Length of an answer; NaN when it has none. */
export function announcedBytes({ headers }: Pick<HttpResponse, 'headers'>): number {
  return Number(headers.find(([name]) => name.toLowerCase() === 'content-length')?.[1]);
}
