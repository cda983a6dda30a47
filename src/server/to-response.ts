import type { Answer } from './route.ts';
import { securityHeaders, withSecurityHeaders } from './security-headers.ts';

/** The answer as it is sent. `onEnd` is called once, when the last of it was taken or the caller left. */
export function toResponse(answer: Answer, onEnd: () => void): Response {
  if ('events' in answer) {
    const headers = { ...securityHeaders, 'content-type': 'text/event-stream', 'x-accel-buffering': 'no' };
    return new Response(toByteStream(answer.events, onEnd), { headers });
  }
  onEnd();
  if (answer instanceof Response) return withSecurityHeaders(answer);
  const { status, body, headers } = answer;
  return new Response(JSON.stringify(body), {
    status,
    headers: { ...securityHeaders, 'content-type': 'application/json', ...headers },
  });
}

/** Pulled, so that a slow reader slows down what is read for it. */
function toByteStream(texts: AsyncIterable<string>, onEnd: () => void): ReadableStream<Uint8Array> {
  const iterator = texts[Symbol.asyncIterator]();
  const encoder = new TextEncoder();
  return new ReadableStream<Uint8Array>(
    {
      async pull(controller) {
        const { done, value } = await iterator.next();
        if (!done) return controller.enqueue(encoder.encode(value));
        onEnd();
        controller.close();
      },
      async cancel() {
        await iterator.return?.();
        onEnd();
      },
    },
    { highWaterMark: 0 },
  );
}
