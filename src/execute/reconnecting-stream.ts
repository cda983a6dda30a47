import type { Clock } from '../base/clock.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { StreamPosition } from '../transport/bodies/sse-reader.ts';
import { pause } from '../transport/pacing/pause.ts';
import type { ExecutionReport, FailedExecutionReport } from './execution-report.ts';
import type { StreamEvent } from './stream-events.ts';
import type { OperationStream } from './stream-operation.ts';

/** What the HTML standard calls "probably in the region of a few seconds", until the server says otherwise. */
const DEFAULT_WAIT_MS = 3_000;
const MIN_WAIT_MS = 100;
/** The longest wait that grows by itself, and the longest a server may ask for. */
const MAX_BACKOFF_MS = 30_000;
const MAX_WAIT_MS = 5 * 60_000;

/** Connections in a row that bring no event, after which the stream is given up. */
const MAX_FRUITLESS = 10;

export interface ReconnectionOptions {
  /** Sent as `Last-Event-ID` with the first request already. */
  readonly lastEventId: string | undefined;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  readonly closing: AbortSignal;
}

/**
 * One stream made of several: when a stream of server-sent events ends or breaks off, `open` is asked for another one
 * that goes on behind the last event (HTML standard, "Server-sent events", section "Reestablishing the connection").
 * An answer that is no such stream, 204 for one, ends it, and so does an error that another try would not mend.
 * The report is that of the last execution.
 */
export function reconnectStream(
  open: (position: StreamPosition) => OperationStream,
  options: ReconnectionOptions,
): OperationStream {
  const { promise: report, resolve: settle } = Promise.withResolvers<
    ExecutionReport | FailedExecutionReport
  >();
  let started = false;
  const iterate = () => {
    if (started) throw new FerruleError('OPTIONS_INVALID', 'A stream can be iterated once');
    started = true;
    return run(open, options, settle);
  };
  return { report, [Symbol.asyncIterator]: iterate };
}

async function* run(
  open: (position: StreamPosition) => OperationStream,
  { lastEventId, clock, signal, closing }: ReconnectionOptions,
  settle: (report: ExecutionReport | FailedExecutionReport) => void,
): AsyncGenerator<StreamEvent, void, undefined> {
  const position: StreamPosition = { lastEventId, retryMs: undefined, opened: false };
  let report: ExecutionReport | FailedExecutionReport | undefined;
  try {
    for (let fruitless = 0; ; fruitless += 1) {
      const stream = open(position);
      position.opened = false;
      let failure: unknown;
      try {
        for await (const event of stream) {
          fruitless = 0;
          yield event;
        }
      } catch (error) {
        failure = error;
      } finally {
        report = await stream.report;
      }
      const mayFollow = fruitless < MAX_FRUITLESS;
      if (failure !== undefined && !(mayFollow && isPassing(failure))) throw failure;
      if (failure === undefined && !(mayFollow && position.opened && isComplete(report))) return;
      await pause(waitMs(position, fruitless), clock, { signal, closing });
    }
  } catch (error) {
    // Interrupted while it waited, the last execution may well have ended in peace.
    if (error instanceof FerruleError && report?.ok) report = { ...report, ok: false, error: error.toJSON() };
    throw error;
  } finally {
    if (report !== undefined) settle(report);
  }
}

/** 200 is the only status of an event stream; 204 tells the client to stop. */
function isComplete(report: ExecutionReport | FailedExecutionReport): boolean {
  return report.ok && report.statusCode === 200;
}

function isPassing(error: unknown): boolean {
  return error instanceof FerruleError && error.retryable;
}

function waitMs({ retryMs = DEFAULT_WAIT_MS }: StreamPosition, fruitless: number): number {
  const asked = Math.min(Math.max(retryMs, MIN_WAIT_MS), MAX_WAIT_MS);
  return Math.max(asked, Math.min(asked * 2 ** fruitless, MAX_BACKOFF_MS));
}
