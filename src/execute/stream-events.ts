import type { OutputPlan } from '../compile/output-plan.ts';
import type { Issue } from '../errors/ferrule-error.ts';
import { isJsonMediaType } from '../transport/body-decoding.ts';
import { readJsonSequence, readNdjson, type StreamedValue } from '../transport/json-stream-reader.ts';
import { parseJson } from '../transport/parse-json.ts';
import { readServerSentEvents, type ServerSentEvent, type StreamPosition } from '../transport/sse-reader.ts';
import type { HttpResponse, Limits } from '../transport/transport.ts';
import { mapOutputs } from './map-outputs.ts';
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

type Arrived = Omit<StreamEvent, 'outputs'>;

/** The pieces of an answer, by its content type. Ending the iteration early ends that of the body. */
export async function* readStreamEvents(
  response: HttpResponse,
  outputs: readonly OutputPlan[],
  limits: Limits,
  position?: StreamPosition,
): AsyncGenerator<StreamEvent, void, undefined> {
  const head = readHead(response);
  for await (const arrived of readPieces(response, head, limits, position)) {
    if (arrived.kind === 'bytes') {
      yield { ...arrived, outputs: {} };
      continue;
    }
    const mapped = await mapOutputs(outputs, { ...head, body: arrived.data });
    yield {
      ...arrived,
      outputs: mapped.outputs,
      diagnostics: [...arrived.diagnostics, ...mapped.diagnostics],
    };
  }
}

function readPieces(
  response: HttpResponse,
  head: AnswerHead,
  { maxEventBytes }: Limits,
  position: StreamPosition | undefined,
): AsyncIterable<Arrived> {
  const limits = { maxEventBytes, position };
  const { mediaType, statusCode } = head;
  if (statusCode < 200 || statusCode > 299 || isJsonMediaType(mediaType)) return single(readAnswer(response));
  if (mediaType === 'text/event-stream')
    return mapEach(readServerSentEvents(response.body, limits), fromEvent);
  if (mediaType === 'application/json-seq')
    return mapEach(readJsonSequence(response.body, limits), fromValue);
  if (NDJSON_TYPES.has(mediaType)) return mapEach(readNdjson(response.body, limits), fromValue);
  return mapEach(response.body, data => ({ kind: 'bytes', data, diagnostics: [] }));
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

async function* mapEach<Item>(
  source: AsyncIterable<Item>,
  toArrived: (item: Item) => Arrived,
): AsyncGenerator<Arrived, void, undefined> {
  for await (const item of source) yield toArrived(item);
}

async function* single(answer: Answer | Promise<Answer>): AsyncGenerator<Arrived, void, undefined> {
  const { body, diagnostics } = await answer;
  yield { kind: 'answer', data: body, diagnostics };
}

function fromEvent({ event, data, id }: ServerSentEvent): Arrived {
  return {
    kind: 'event',
    data: parseEventData(data),
    event,
    ...(id === undefined ? {} : { id }),
    diagnostics: [],
  };
}

function fromValue({ value }: StreamedValue): Arrived {
  return { kind: 'value', data: value, diagnostics: [] };
}

/** Most events carry JSON, some carry text such as `[DONE]`; the standard says neither. */
function parseEventData(data: string): unknown {
  try {
    return parseJson(data);
  } catch {
    return data;
  }
}
