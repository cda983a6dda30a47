import { fastPaths } from '../base/fast-paths.ts';
import type { OutputPlan } from '../compile/output-plan.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import { isJsonMediaType } from '../transport/bodies/body-decoding.ts';
import { readJsonSequence, readNdjson, type StreamedValue } from '../transport/bodies/json-stream-reader.ts';
import { parseJson } from '../transport/bodies/parse-json.ts';
import {
  readServerSentEvents,
  type ServerSentEvent,
  type StreamPosition,
} from '../transport/bodies/sse-reader.ts';
import type { HttpResponse, Limits } from '../transport/transport.ts';
import { isMappedAtOnce, type MappedOutputs, mapAtOnce, mapOutputs, noIssues } from './map-outputs.ts';
import { type Answer, type AnswerHead, readAnswer, readHead } from './read-answer.ts';

/** A piece of a streamed answer as it arrived, with the operation's outputs mapped on it. */
export interface StreamEvent {
  /**
   * `event`: a server-sent event. `value`: a JSON value of a stream of values. `bytes`: a piece of any other body.
   * `answer`: the whole body of an answer that is no stream, such as an error or a single JSON document.
   */
  readonly kind: 'event' | 'value' | 'bytes' | 'answer';
  /** JSON where it is JSON, else text; a Uint8Array for `bytes`. What `body` is in output expressions. */
  readonly data: unknown;
  /** Of a server-sent event: its type, and the last event id. */
  readonly event?: string;
  readonly id?: string;
  /** Empty for `bytes`. */
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Issue[];
}

export interface StreamReading {
  readonly outputs: readonly OutputPlan[];
  readonly limits: Limits;
  readonly position: StreamPosition | undefined;
}

type Batches = AsyncGenerator<readonly StreamEvent[], void, undefined>;

/**
 * The events of an answer, by its content type: some at a time, of those that became complete with one piece of the
 * body. An error comes behind the events before it. Ending the iteration early ends that of the body.
 */
export function readStreamEvents(response: HttpResponse, reading: StreamReading): Batches {
  const head = readHead(response);
  const { body } = response;
  const { mediaType, statusCode } = head;
  const { outputs, position } = reading;
  const limits = { maxEventBytes: reading.limits.maxEventBytes, position };
  if (statusCode < 200 || statusCode > 299 || isJsonMediaType(mediaType))
    return mapBatches(single(readAnswer(response)), fromAnswer, head, outputs);
  if (mediaType === 'text/event-stream')
    return mapBatches(readServerSentEvents(body, limits), fromEvent, head, outputs);
  if (mediaType === 'application/json-seq')
    return mapBatches(readJsonSequence(body, limits), fromValue, head, outputs);
  if (NDJSON_TYPES.has(mediaType)) return mapBatches(readNdjson(body, limits), fromValue, head, outputs);
  return readBytes(body);
}

/** None of them is registered; all of them are in use. */
const NDJSON_TYPES: ReadonlySet<string> = new Set([
  'application/x-ndjson',
  'application/ndjson',
  'application/jsonl',
  'application/x-jsonl',
  'application/jsonlines',
  'application/x-json-stream',
  'application/stream+json',
  'text/x-ndjson',
]);

/**
 * How many events are parsed and mapped before the first of them is given. In a loop of their own they take a tenth
 * less than each by itself; what else waits for the event loop waits that long (docs/decisions/0034).
 */
const MOST_AT_ONCE = 64;

/** An event while it is being made. It has all its fields from the beginning, so that it need not be copied. */
type Arrived = { -readonly [Field in keyof StreamEvent]: StreamEvent[Field] };
type ToArrived<Item> = (item: Item) => Arrived;

function mapBatches<Item>(
  batches: AsyncIterable<Iterable<Item>>,
  toArrived: ToArrived<Item>,
  head: AnswerHead,
  outputs: readonly OutputPlan[],
): Batches {
  return fastPaths && isMappedAtOnce(outputs)
    ? mapTogether(batches, toArrived, head, outputs)
    : mapInTurn(batches, toArrived, head, outputs);
}

async function* mapTogether<Item>(
  batches: AsyncIterable<Iterable<Item>>,
  toArrived: ToArrived<Item>,
  head: AnswerHead,
  outputs: readonly OutputPlan[],
): Batches {
  // One for all events: an expression that answers at once keeps nothing of it.
  const scope = { ...head, body: undefined as unknown };
  const fill = (events: StreamEvent[], items: Iterator<Item>): boolean => {
    while (events.length < MOST_AT_ONCE) {
      const next = items.next();
      if (next.done) return false;
      const event = toArrived(next.value);
      scope.body = event.data;
      complete(event, mapAtOnce(outputs, scope));
      events.push(event);
    }
    return true;
  };
  for await (const batch of batches) {
    const items = batch[Symbol.iterator]();
    for (let more = true; more; ) {
      const events: StreamEvent[] = [];
      try {
        more = fill(events, items);
      } catch (error) {
        yield events;
        throw error;
      }
      yield events;
    }
  }
}

/** Each event when the one before it has been given; for outputs that answer later. */
async function* mapInTurn<Item>(
  batches: AsyncIterable<Iterable<Item>>,
  toArrived: ToArrived<Item>,
  head: AnswerHead,
  outputs: readonly OutputPlan[],
): Batches {
  for await (const batch of batches) {
    for (const item of batch) {
      const event = toArrived(item);
      complete(event, await mapOutputs(outputs, { ...head, body: event.data }));
      yield [event];
    }
  }
}

const none: StreamEvent['outputs'] = Object.freeze({});

function complete(event: Arrived, { outputs, diagnostics }: MappedOutputs): void {
  event.outputs = outputs;
  if (diagnostics.length > 0) event.diagnostics = [...event.diagnostics, ...diagnostics];
}

async function* readBytes(body: AsyncIterable<Uint8Array>): Batches {
  for await (const data of body) yield [{ kind: 'bytes', data, outputs: none, diagnostics: noIssues }];
}

async function* single(answer: Answer | Promise<Answer>): AsyncGenerator<readonly Answer[], void, undefined> {
  yield [await answer];
}

function fromAnswer({ body, diagnostics }: Answer): Arrived {
  return { kind: 'answer', data: body, outputs: none, diagnostics };
}

function fromEvent({ event, data: text, id }: ServerSentEvent): Arrived {
  const data = parseEventData(text);
  return id === undefined
    ? { kind: 'event', data, event, outputs: none, diagnostics: noIssues }
    : { kind: 'event', data, event, id, outputs: none, diagnostics: noIssues };
}

function fromValue({ value }: StreamedValue): Arrived {
  return { kind: 'value', data: value, outputs: none, diagnostics: noIssues };
}

/**
 * How every JSON text begins (RFC 8259 section 2). Most events carry JSON, some carry text; the standard says neither.
 * To fail at JSON takes 4 us, since V8 makes an error of it; to look first takes a hundredth of that.
 */
const JSON_BEGINNING = /^[ \t\n\r]*(?:[{["\d-]|true|false|null)/;

function parseEventData(data: string): unknown {
  if (!data.startsWith('{') && !JSON_BEGINNING.test(data)) return data;
  try {
    return parseJson(data);
  } catch {
    // Such as `[DONE]`.
    return data;
  }
}
