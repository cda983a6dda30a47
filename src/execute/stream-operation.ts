import type { OperationPlan } from '../compile/operation-plan.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { StreamPosition } from '../transport/bodies/sse-reader.ts';
import type { HttpResponse } from '../transport/transport.ts';
import { beginCall, type Call, type PreparedCall, prepareCall } from './call.ts';
import type { CallOptions, ExecutionContext } from './execution-context.ts';
import type { ExecutionReport, FailedExecutionReport } from './execution-report.ts';
import { OneByOne } from './one-by-one.ts';
import { ReportWriter } from './report-writer.ts';
import { sendAuthenticated } from './sending.ts';
import { readStreamEvents, type StreamEvent } from './stream-events.ts';

/** A streamed answer. Leaving the loop early closes the socket. It can be iterated once. */
export interface OperationStream extends AsyncIterable<StreamEvent> {
  /**
   * Settles when the stream has ended or was left, with a report whose outputs are those of the last event.
   * It never rejects: a stream that failed has `ok: false` and the error, which the loop throws too.
   */
  readonly report: Promise<ExecutionReport | FailedExecutionReport>;
}

/**
 * The same way through the house as `executeOperation`, its answer read piece by piece: render, authenticate, send,
 * then read and map each piece, then report. Nothing is sent before iteration begins.
 */
export function streamOperation(
  operation: OperationPlan,
  parameters: Readonly<Record<string, unknown>>,
  context: ExecutionContext,
  options: CallOptions,
  position?: StreamPosition,
): OperationStream {
  const { promise: report, resolve: settle } = Promise.withResolvers<
    ExecutionReport | FailedExecutionReport
  >();
  let started = false;
  const iterate = () => {
    if (started) throw new FerruleError('OPTIONS_INVALID', 'A stream can be iterated once');
    const leaving = new AbortController();
    const { signal: own } = options;
    const signal = own === undefined ? leaving.signal : AbortSignal.any([own, leaving.signal]);
    const call = beginCall(operation, context, { ...options, signal });
    started = true;
    const batches = run(call, parameters, position, settle, leaving.signal, () => events.last);
    const events: OneByOne<StreamEvent> = new OneByOne(batches, leaving);
    return events;
  };
  return { report, [Symbol.asyncIterator]: iterate };
}

async function* run(
  call: Call,
  parameters: Readonly<Record<string, unknown>>,
  position: StreamPosition | undefined,
  settle: (report: ExecutionReport | FailedExecutionReport) => void,
  leaving: AbortSignal,
  toLast: () => StreamEvent | undefined,
): AsyncGenerator<readonly StreamEvent[], void, undefined> {
  const report = new ReportWriter(call);
  const { events, plan } = call.context;
  const event = events.begin(plan.name, call.operation.name);
  let failed = false;
  let response: HttpResponse | undefined;
  try {
    const prepared = resumeAt(position, await prepareCall(call, parameters));
    report.rendered(prepared);
    response = await sendAuthenticated(call, prepared, report, true);
    const { outputs } = call.operation;
    yield* readStreamEvents(response, { outputs, limits: plan.limits, position });
  } catch (error) {
    // Nobody waits for events any more.
    if (leaving.aborted) return;
    failed = true;
    const failure = report.fail(error);
    events.fail(event, failure);
    settle(failure.report as FailedExecutionReport);
    throw failure;
  } finally {
    // Also when the caller left the loop: what has not been read is dropped and the socket closed.
    response?.body.cancel();
    const finished = report.finish(toLast() ?? { outputs: {}, diagnostics: [] });
    if (!failed) events.end(event, finished);
    settle(finished);
  }
}

/** The request for what follows the last event. The header is UTF-8 (HTML standard), carried as bytes. */
function resumeAt(position: StreamPosition | undefined, prepared: PreparedCall): PreparedCall {
  const id = position?.lastEventId ?? '';
  if (id === '') return prepared;
  const { request } = prepared;
  const others = request.headers.filter(([name]) => name.toLowerCase() !== 'last-event-id');
  const header = ['Last-Event-ID', Buffer.from(id).toString('latin1')] as const;
  return { ...prepared, request: { ...request, headers: [...others, header] } };
}
