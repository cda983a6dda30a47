import type { Clock } from '../../base/clock.ts';
import { HeldBody } from '../bodies/held-body.ts';
import type { HttpRequest, HttpResponse, SendContext, Transport } from '../transport.ts';
import { type RateLimit, SendingQueue } from './sending-queue.ts';

export interface RateLimitOptions {
  readonly clock: Clock;
  readonly closing?: AbortSignal | undefined;
}

/**
 * Sends no more than the limit allows; what is too much queues, first come, first served. The time in the queue
 * counts towards the total time of the call and is told to the observer.
 *
 * @throws FerruleError QUEUE_FULL, QUEUE_TIMEOUT, DEADLINE_EXCEEDED, ABORTED, ENGINE_CLOSED in the queue, and what the
 *   inner transport throws
 */
export function withRateLimit(transport: Transport, limit: RateLimit, options: RateLimitOptions): Transport {
  const queue = new SendingQueue(limit, options.clock, options.closing);
  return {
    send: async (request, context) => {
      if (queue.enter()) return sendAndLeave(transport, request, context, queue);
      const later = await waitForTurn(queue, context, options.clock);
      return sendAndLeave(transport, request, later, queue);
    },
    probe: (url, context) => transport.probe(url, context),
    release: channelKey => transport.release(channelKey),
    close: () => transport.close(),
  };
}

async function waitForTurn(queue: SendingQueue, context: SendContext, clock: Clock): Promise<SendContext> {
  const { timeouts, signal, observer } = context;
  const startedAtMs = clock.monotonicNow();
  const deadlineAtMs = context.deadlineAtMs ?? startedAtMs + timeouts.totalMs;
  try {
    await queue.wait({ deadlineAtMs, totalMs: timeouts.totalMs, signal });
  } finally {
    observer?.queued(clock.monotonicNow() - startedAtMs);
  }
  return { ...context, deadlineAtMs };
}

/** The turn lasts until the body of the answer has been read or dropped. */
async function sendAndLeave(
  transport: Transport,
  request: HttpRequest,
  context: SendContext,
  queue: SendingQueue,
): Promise<HttpResponse> {
  try {
    const response = await transport.send(request, context);
    return { ...response, body: new HeldBody(response.body, () => queue.leave()) };
  } catch (error) {
    queue.leave();
    throw error;
  }
}
