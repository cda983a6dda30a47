import type { Clock, StreamEvent } from '../../index.ts';
import { toErrorBody, toFerruleError, toValidationErrors } from '../error-reply.ts';
import type { RouteCall, StreamReply } from '../route.ts';
import type { Services } from '../services.ts';
import { toCallOptions } from './call-options.ts';
import type { ExecutionTarget } from './execution-target.ts';
import { noteOutcome } from './note-outcome.ts';

/** A line of comment this often keeps connections through proxies open while nothing happens. */
const HEARTBEAT_MS = 15_000;

/**
 * Executes an operation that streams. Each piece is an event `item` with its outputs; the last event is `report`, or
 * `error` with what broke the stream. A failure before the first piece is an ordinary answer.
 */
export async function streamReply(
  target: ExecutionTarget,
  call: RouteCall,
  services: Services,
): Promise<StreamReply> {
  const { connection, operation, parameters, open } = target;
  const startedAtMs = services.clock.monotonicNow();
  // A stream may last: only its caller, the other server and a stop end it.
  const options = toCallOptions(call.query, call.signal({ deadline: true }));
  const stream = connection.stream(operation.name, parameters, options);
  const pieces = stream[Symbol.asyncIterator]();
  const note = (error?: ReturnType<typeof toFerruleError>) =>
    noteOutcome(
      {
        open,
        operation,
        call,
        durationMs: services.clock.monotonicNow() - startedAtMs,
        ...(error === undefined ? {} : { error }),
      },
      services,
    );
  const first = await pieces.next().catch(thrown => {
    const error = toFerruleError(thrown);
    note(error);
    throw error;
  });

  async function* events(): AsyncGenerator<string, void, undefined> {
    let ended = false;
    try {
      for (let piece = first; !piece.done; ) {
        yield toEvent('item', toItem(piece.value));
        const next = pieces.next();
        yield* heartbeats(next, services.clock);
        piece = await next;
      }
      ended = true;
      note();
      yield toEvent('report', await stream.report);
    } catch (thrown) {
      ended = true;
      const error = toFerruleError(thrown);
      note(error);
      yield toEvent('error', { ...toErrorBody(error), validationErrors: toValidationErrors(error) });
    } finally {
      // The caller left: whatever is behind the stream ends too.
      if (!ended) await pieces.return?.();
    }
  }
  return { events: events() };
}

function toItem({ data, ...event }: StreamEvent): Readonly<Record<string, unknown>> {
  const shown = data instanceof Uint8Array ? Buffer.from(data).toString('base64') : data;
  return { ...event, data: shown };
}

/** As the HTML standard writes an event; JSON has no line breaks of its own. */
export function toEvent(name: string, content: unknown): string {
  return `event: ${name}\ndata: ${JSON.stringify(content)}\n\n`;
}

/** A comment now and then, until the work has settled. */
async function* heartbeats(work: Promise<unknown>, clock: Clock): AsyncGenerator<string, void, undefined> {
  for (let settled = false; !settled; ) {
    const { promise: beat, resolve } = Promise.withResolvers<void>();
    const timer = clock.after(HEARTBEAT_MS, resolve);
    const settle = () => {
      settled = true;
    };
    await Promise.race([work.then(settle, settle), beat]);
    timer.cancel();
    if (!settled) yield ': still here\n\n';
  }
}
