import { type Clock, FerruleError } from '../../index.ts';
import { toErrorBody } from '../error-reply.ts';
import { toEvent } from './stream-reply.ts';

const CHECKED_EVERY_MS = 15_000;

/**
 * The events of a stream for as long as its caller may have them: a stream may last longer than the key it was asked for
 * with. The last event is then an `error`, and what is behind the stream ends. Looked at between events, of which there
 * is one every fifteen seconds at least.
 *
 * @param check throws UNAUTHENTICATED or FORBIDDEN when the caller may no more; what else it throws, such as of a
 *   database that is away, says nothing about the caller
 */
export async function* whileAllowed(
  events: AsyncIterable<string>,
  check: () => Promise<void>,
  clock: Clock,
): AsyncGenerator<string, void, undefined> {
  let checkedAtMs = clock.monotonicNow();
  for await (const event of events) {
    if (clock.monotonicNow() - checkedAtMs >= CHECKED_EVERY_MS) {
      checkedAtMs = clock.monotonicNow();
      const refusal = await check().then(() => undefined, toRefusal);
      if (refusal !== undefined) {
        yield toEvent('error', toErrorBody(refusal));
        return;
      }
    }
    yield event;
  }
}

function toRefusal(error: unknown): FerruleError | undefined {
  const isRefusal =
    error instanceof FerruleError && (error.code === 'UNAUTHENTICATED' || error.code === 'FORBIDDEN');
  return isRefusal ? error : undefined;
}
