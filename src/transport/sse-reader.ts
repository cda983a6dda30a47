import { toEventLimitError } from './limit-errors.ts';

/** One event of a `text/event-stream` (HTML standard, section "Server-sent events"). */
export interface ServerSentEvent {
  /** `message` when the server names none. */
  readonly event: string;
  readonly data: string;
  /** The last event id: this event's own, or that of an earlier event. What `Last-Event-ID` asks for. */
  readonly id: string | undefined;
  /** Milliseconds to wait before connecting again, from the last `retry` field. */
  readonly retry: number | undefined;
}

/**
 * The events of a stream, as they arrive. An event cut off by the end of the stream is dropped, as the standard says.
 * Ending the iteration early ends that of `source`, which closes the socket.
 *
 * @throws FerruleError LIMIT_EXCEEDED when an event, or a line that does not end, is larger than `maxEventBytes`
 */
export async function* readServerSentEvents(
  source: AsyncIterable<Uint8Array>,
  {
    maxEventBytes,
    lastEventId,
  }: { readonly maxEventBytes: number; readonly lastEventId?: string | undefined },
): AsyncGenerator<ServerSentEvent, void, undefined> {
  const { createParser } = await import('eventsource-parser');
  const events: ServerSentEvent[] = [];
  let id = lastEventId;
  let retry: number | undefined;
  let overflow = false;
  const parser = createParser({
    // Counted in characters, which are never more than the bytes they came from.
    maxBufferSize: Math.min(maxEventBytes, Number.MAX_SAFE_INTEGER),
    onId(value) {
      id = value;
    },
    onRetry(milliseconds) {
      retry = milliseconds;
    },
    onEvent(message) {
      if (Buffer.byteLength(message.data) > maxEventBytes) overflow = true;
      else if (!overflow) events.push({ event: message.event ?? 'message', data: message.data, id, retry });
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') overflow = true;
    },
  });
  // An event stream is UTF-8 whatever its content type says.
  const decoder = new TextDecoder();
  for await (const chunk of source) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    yield* events.splice(0);
    if (overflow) throw toEventLimitError('an event', maxEventBytes);
  }
}
