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

/** Where a stream of events stands. The reader keeps it up to date, also for events without data, which are not given. */
export interface StreamPosition {
  /** What a new request for the rest of the stream names in `Last-Event-ID`. */
  lastEventId: string | undefined;
  /** How long the server asks to wait before that. Milliseconds. */
  retryMs: number | undefined;
  /** Whether an event stream came at all. */
  opened: boolean;
}

/**
 * The events of a stream, as they arrive: together those that became complete with one piece of `source`. An event cut
 * off by the end of the stream is dropped, as the standard says. Ending the iteration early ends that of `source`, which
 * closes the socket.
 *
 * @throws FerruleError LIMIT_EXCEEDED when an event, or a line that does not end, is larger than `maxEventBytes`
 */
export async function* readServerSentEvents(
  source: AsyncIterable<Uint8Array>,
  {
    maxEventBytes,
    position = { lastEventId: undefined, retryMs: undefined, opened: true },
  }: { readonly maxEventBytes: number; readonly position?: StreamPosition | undefined },
): AsyncGenerator<readonly ServerSentEvent[], void, undefined> {
  const { createParser } = await import('eventsource-parser');
  let events: ServerSentEvent[] = [];
  position.opened = true;
  let overflow = false;
  const parser = createParser({
    // Counted in characters, which are never more than the bytes they came from.
    maxBufferSize: Math.min(maxEventBytes, Number.MAX_SAFE_INTEGER),
    onId(value) {
      position.lastEventId = value;
    },
    onRetry(milliseconds) {
      position.retryMs = milliseconds;
    },
    onEvent({ event = 'message', data }) {
      if (isLongerThan(maxEventBytes, data)) overflow = true;
      else if (!overflow) {
        const { lastEventId: id, retryMs: retry } = position;
        events.push({ event, data, id, retry });
      }
    },
    onError(error) {
      if (error.type === 'max-buffer-size-exceeded') overflow = true;
    },
  });
  // An event stream is UTF-8 whatever its content type says. The parser takes the byte order mark away, one of them.
  const decoder = new TextDecoder('utf-8', { ignoreBOM: true });
  for await (const chunk of source) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (events.length > 0) {
      yield events;
      events = [];
    }
    if (overflow) throw toEventLimitError('an event', maxEventBytes);
  }
}

/** Whether a text is longer than so many bytes. No character takes more than three of them for each unit of its length. */
function isLongerThan(bytes: number, text: string): boolean {
  return text.length * 3 > bytes && Buffer.byteLength(text) > bytes;
}
