import type { ErrorCode } from '../../errors/error-codes.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { type PhaseTimings, timingsOfFailure } from '../phases.ts';
import type { HttpRequest, HttpResponse, SendContext, Transport } from '../transport.ts';

/**
 * What is published about one request on the channels `ferrule:request:start`, `ferrule:request:end` (the head of the
 * answer has come) and `ferrule:request:error` of `node:diagnostics_channel`. One object per request, the same in all
 * of its messages. Path, query, headers and body may hold secrets and are not in it.
 */
export interface RequestEvent {
  readonly method: string;
  readonly origin: string;
  readonly statusCode?: number;
  readonly error?: ErrorCode;
  /** Until the head of the answer or the failure. */
  readonly durationMs?: number;
  /** Where that time went, as far as it is known; the time of the body is added to it when it has ended. */
  readonly timings?: Partial<PhaseTimings>;
}

/** Publishes every single request, those of redirects, retries and tokens too. Costs nothing while nobody listens. */
export function withRequestEvents(transport: Transport): Transport {
  const { channel } = process.getBuiltinModule('node:diagnostics_channel');
  const start = channel('ferrule:request:start');
  const end = channel('ferrule:request:end');
  const failed = channel('ferrule:request:error');

  const sendPublished = async (request: HttpRequest, context: SendContext): Promise<HttpResponse> => {
    const startedAtMs = context.clock.monotonicNow();
    const event = { method: request.method, origin: new URL(request.url).origin };
    const finish = (outcome: Pick<RequestEvent, 'statusCode' | 'error' | 'timings'>): RequestEvent =>
      Object.assign(event, outcome, { durationMs: context.clock.monotonicNow() - startedAtMs });
    start.publish(event);
    try {
      const response = await transport.send(request, context);
      const { statusCode, timings } = response;
      end.publish(finish(timings === undefined ? { statusCode } : { statusCode, timings }));
      return response;
    } catch (error) {
      const outcome =
        error instanceof FerruleError
          ? { error: error.code, timings: timingsOfFailure(error.details) }
          : { error: 'INTERNAL_DEFECT' as const };
      failed.publish(finish(outcome));
      throw error;
    }
  };

  return {
    send: (request, context) =>
      start.hasSubscribers || end.hasSubscribers || failed.hasSubscribers
        ? sendPublished(request, context)
        : transport.send(request, context),
    probe: (url, context) => transport.probe(url, context),
    release: channelKey => transport.release(channelKey),
    close: () => transport.close(),
  };
}
