import type { Clock } from '../index.ts';
import type { EventDraft, EventLog } from '../store.ts';
import type { Log } from './log.ts';
import { createRefusalGate } from './refusals.ts';

const FLUSH_MS = 500;
/** More than this within one flush is a flood, and the log says how many were left out. */
const MAX_WAITING = 1_000;
/** A connection that works is written down this often, not with every call. */
const SUCCESS_EVERY_MS = 60_000;
const MAX_REMEMBERED = 10_000;
/** An error may list as many problems as its caller had wrong parameters; an event needs no more than the first. */
const MAX_TEXT = 2_000;

export interface EventRecorder {
  /** Writes an event down soon. Details must be free of secrets. */
  record(event: Omit<EventDraft, 'atMs'>): void;
  /** The outcome of a request. Failures are all written; of successes the first, and then one a minute. */
  recordRequest(connectionId: string, outcome: RequestOutcome): void;
  /** A refusal. Of many of the same kind a few are written, with the number of those between. */
  recordRefusal(connectionId: string | undefined, refusal: Refusal): void;
  /** Resolves when everything recorded so far has been written, or could not be. */
  flush(): Promise<void>;
}

export interface RequestOutcome extends Readonly<Record<string, unknown>> {
  readonly ok: boolean;
}

export interface Refusal extends Readonly<Record<string, unknown>> {
  readonly principal: string;
  readonly code: string;
}

/** Collects events and writes them in batches, so that nothing waits for the event log. */
export function createEventRecorder(eventLog: EventLog, clock: Clock, log: Log): EventRecorder {
  let waiting: EventDraft[] = [];
  let leftOut = 0;
  let writing: Promise<void> = Promise.resolve();
  let timer: { cancel(): void } | undefined;
  const lastSuccess = new Map<string, number>();
  const refusals = createRefusalGate(clock);

  const write = async () => {
    const events = waiting;
    const dropped = leftOut;
    waiting = [];
    leftOut = 0;
    if (dropped > 0) log.warn('events_left_out', { count: dropped });
    if (events.length === 0) return;
    try {
      await eventLog.append(events);
    } catch (error) {
      // What happened stands in the server's own log as well; an event log that is away must not stop the work.
      log.error('events_not_written', { count: events.length, error: String(error) });
    }
  };

  const flush = () => {
    timer?.cancel();
    timer = undefined;
    writing = writing.then(write);
    return writing;
  };

  const record: EventRecorder['record'] = event => {
    if (waiting.length >= MAX_WAITING) leftOut += 1;
    else waiting.push({ ...event, details: shorten(event.details), atMs: clock.now() });
    timer ??= clock.after(FLUSH_MS, () => void flush());
  };

  return {
    record,
    flush,
    recordRefusal(connectionId, refusal) {
      const leftOut = refusals.pass(refusal.principal, refusal.code);
      if (leftOut === undefined) return;
      const details = leftOut === 0 ? refusal : { ...refusal, leftOut };
      record({ connectionId, kind: 'refusal', details });
    },
    recordRequest(connectionId, outcome) {
      if (outcome.ok) {
        const last = lastSuccess.get(connectionId);
        if (last !== undefined && clock.now() - last < SUCCESS_EVERY_MS) return;
        if (lastSuccess.size >= MAX_REMEMBERED) lastSuccess.clear();
        lastSuccess.set(connectionId, clock.now());
      } else lastSuccess.delete(connectionId);
      record({ connectionId, kind: 'request', details: outcome });
    },
  };
}

function shorten(details: EventDraft['details']): EventDraft['details'] {
  const isLong = (value: unknown): value is string => typeof value === 'string' && value.length > MAX_TEXT;
  if (!Object.values(details).some(isLong)) return details;
  return Object.fromEntries(
    Object.entries(details).map(([name, value]) => [
      name,
      isLong(value) ? `${value.slice(0, MAX_TEXT)}…` : value,
    ]),
  );
}
