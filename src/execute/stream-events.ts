import type { OutputPlan } from '../compile/output-plan.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import { isJsonMediaType } from '../transport/body-decoding.ts';
import { readJsonSequence, readNdjson, type StreamedValue } from '../transport/json-stream-reader.ts';
import { parseJson } from '../transport/parse-json.ts';
import { readServerSentEvents, type ServerSentEvent, type StreamPosition } from '../transport/sse-reader.ts';
import type { HttpResponse, Limits } from '../transport/transport.ts';
import { isMappedAtOnce, type MappedOutputs, mapAtOnce, mapOutputs } from './map-outputs.ts';
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
  /** Told of each event before it is handed over. */
  readonly onEvent: (event: StreamEvent) => void;
}

/**
 * The events of an answer, by its content type: together those that became complete with one piece of the body. They
 * are parsed and mapped when they are asked for, so an error comes behind the events before it. Each batch has to be
 * read before the next is asked for. Ending the iteration early ends that of the body.
 */
export function readStreamEvents(
  response: HttpResponse,
  reading: StreamReading,
): AsyncGenerator<Iterable<StreamEvent>, void, undefined> {
  const head = readHead(response);
  const { body } = response;
  const { mediaType, statusCode } = head;
  const limits = { maxEventBytes: reading.limits.maxEventBytes, position: reading.position };
  if (statusCode < 200 || statusCode > 299 || isJsonMediaType(mediaType))
    return mapBatches(single(readAnswer(response)), fromAnswer, head, reading);
  if (mediaType === 'text/event-stream')
    return mapBatches(readServerSentEvents(body, limits), fromEvent, head, reading);
  if (mediaType === 'application/json-seq')
    return mapBatches(readJsonSequence(body, limits), fromValue, head, reading);
  if (NDJSON_TYPES.has(mediaType)) return mapBatches(readNdjson(body, limits), fromValue, head, reading);
  return readBytes(body, reading);
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

/** A piece before the outputs are mapped on it. */
type Arrived = Omit<StreamEvent, 'outputs'>;

async function* mapBatches<Item>(
  batches: AsyncIterable<Iterable<Item>>,
  toArrived: (item: Item) => Arrived,
  head: AnswerHead,
  reading: StreamReading,
): AsyncGenerator<Iterable<StreamEvent>, void, undefined> {
  const { outputs, onEvent } = reading;
  const atOnce = isMappedAtOnce(outputs);
  for await (const batch of batches) {
    if (atOnce) {
      yield mapEach(batch, toArrived, head, reading);
      continue;
    }
    for (const item of batch) {
      const arrived = toArrived(item);
      const event = toStreamEvent(arrived, await mapOutputs(outputs, { ...head, body: arrived.data }));
      onEvent(event);
      yield [event];
    }
  }
}

function* mapEach<Item>(
  batch: Iterable<Item>,
  toArrived: (item: Item) => Arrived,
  head: AnswerHead,
  { outputs, onEvent }: StreamReading,
): Generator<StreamEvent, void, undefined> {
  for (const item of batch) {
    const arrived = toArrived(item);
    const event = toStreamEvent(arrived, mapAtOnce(outputs, { ...head, body: arrived.data }));
    onEvent(event);
    yield event;
  }
}

function toStreamEvent(arrived: Arrived, mapped: MappedOutputs): StreamEvent {
  const { outputs } = mapped;
  const diagnostics =
    arrived.diagnostics.length === 0 ? mapped.diagnostics : [...arrived.diagnostics, ...mapped.diagnostics];
  return { ...arrived, outputs, diagnostics };
}

async function* readBytes(
  body: AsyncIterable<Uint8Array>,
  { onEvent }: StreamReading,
): AsyncGenerator<Iterable<StreamEvent>, void, undefined> {
  for await (const data of body) {
    const event: StreamEvent = { kind: 'bytes', data, outputs: {}, diagnostics: [] };
    onEvent(event);
    yield [event];
  }
}

async function* single(answer: Answer | Promise<Answer>): AsyncGenerator<readonly Answer[], void, undefined> {
  yield [await answer];
}

function fromAnswer({ body, diagnostics }: Answer): Arrived {
  return { kind: 'answer', data: body, diagnostics };
}

function fromEvent({ event, data: text, id }: ServerSentEvent): Arrived {
  const data = parseEventData(text);
  return id === undefined
    ? { kind: 'event', data, event, diagnostics: [] }
    : { kind: 'event', data, event, id, diagnostics: [] };
}

function fromValue({ value }: StreamedValue): Arrived {
  return { kind: 'value', data: value, diagnostics: [] };
}

/**
 * How every JSON text begins (RFC 8259 section 2). Most events carry JSON, some carry text; the standard says neither.
 * To fail at JSON takes 4 us, since V8 makes an error of it; to look first takes a hundredth of that.
 */
const JSON_BEGINNING = /^[ \t\n\r]*(?:[{["\d-]|true|false|null)/;

function parseEventData(data: string): unknown {
  if (!JSON_BEGINNING.test(data)) return data;
  try {
    return parseJson(data);
  } catch {
    // Such as `[DONE]`.
    return data;
  }
}
