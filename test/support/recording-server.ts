import type { ServerResponse } from 'node:http';
import type { ServerOptions } from 'node:https';
import { type LoopbackServer, startHttpServer } from './loopback-server.ts';

/** A request as it arrived. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query, byte for byte. */
  readonly url: string;
  /** Name and value as they stood on the wire, in order. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  /** Values by lower-case name; several of one name are joined by a comma and a space. */
  readonly header: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text and bytes go out as they are, anything else as JSON. */
  readonly body?: unknown;
}

export type Answerer = (
  request: RecordedRequest,
  response: ServerResponse,
) => Answer | undefined | Promise<Answer | undefined>;

export interface RecordingServer extends LoopbackServer {
  readonly requests: readonly RecordedRequest[];
  /** The request that arrived last. */
  readonly last: RecordedRequest;
  /** What the server answers from now on; an answerer that gives nothing has answered by itself. */
  answerWith(answer: Answer | Answerer): void;
  /** Forgets what has arrived. */
  reset(): void;
}

/** A server that writes down what arrives and answers what it is told to; an empty object by default. */
export async function startRecordingServer(tls?: ServerOptions): Promise<RecordingServer> {
  const requests: RecordedRequest[] = [];
  let answerer: Answerer = () => ({ body: {} });
  const server = await startHttpServer(async (incoming, response) => {
    const chunks: Buffer[] = [];
    incoming.on('error', () => undefined);
    for await (const chunk of incoming) chunks.push(chunk);
    const headers = toPairs(incoming.rawHeaders);
    const request = {
      method: incoming.method ?? '',
      url: incoming.url ?? '',
      headers,
      header: toRecord(headers),
      body: Buffer.concat(chunks),
    };
    requests.push(request);
    const answer = await answerer(request, response);
    if (answer !== undefined) send(response, answer);
  }, tls);
  return Object.defineProperties(Object.create(server) as RecordingServer, {
    requests: { get: () => requests },
    last: {
      get: () => {
        const last = requests.at(-1);
        if (last === undefined) throw new TypeError('no request has arrived');
        return last;
      },
    },
    answerWith: {
      value: (answer: Answer | Answerer) => {
        answerer = typeof answer === 'function' ? answer : () => answer;
      },
    },
    reset: {
      value: () => {
        requests.length = 0;
        answerer = () => ({ body: {} });
      },
    },
  });
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Answer): void {
  for (const [name, value] of Object.entries(headers)) response.setHeader(name, value);
  response.statusCode = status;
  if (body === undefined || typeof body === 'string' || body instanceof Uint8Array) {
    response.end(body);
    return;
  }
  if (!response.hasHeader('content-type')) response.setHeader('content-type', 'application/json');
  response.end(JSON.stringify(body));
}

function toPairs(flat: readonly string[]): [string, string][] {
  const pairs: [string, string][] = [];
  for (let at = 0; at + 1 < flat.length; at += 2) pairs.push([flat[at] ?? '', flat[at + 1] ?? '']);
  return pairs;
}

function toRecord(pairs: readonly (readonly [string, string])[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    record[key] = Object.hasOwn(record, key) ? `${record[key]}, ${value}` : value;
  }
  return record;
}
