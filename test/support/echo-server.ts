import type { IncomingHttpHeaders, IncomingMessage, ServerResponse } from 'node:http';
import { type LoopbackServer, startHttpServer } from './loopback-server.ts';

/** A request as the server received it. */
export interface Received {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: readonly string[];
  readonly body: string;
}

export interface EchoServer extends LoopbackServer {
  /** In the order received. */
  readonly received: readonly Received[];
}

/** Answers; returns false to leave the request to the echo. */
export type Answerer = (request: Received, response: ServerResponse, nth: number) => boolean | undefined;

/** A server that answers each request with what it received, as JSON, unless `answer` takes it. */
export async function startEchoServer(answer: Answerer = () => false, tls?: object): Promise<EchoServer> {
  const received: Received[] = [];
  const server = await startHttpServer(async (incoming, response) => {
    const request = await read(incoming);
    received.push(request);
    if (answer(request, response, received.length) !== false) return;
    sendJson(response, request);
  }, tls);
  return Object.create(server, { received: { value: received } });
}

export function sendJson(response: ServerResponse, value: unknown, statusCode = 200): true {
  response.writeHead(statusCode, { 'content-type': 'application/json' });
  response.end(JSON.stringify(value));
  return true;
}

async function read(incoming: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk);
  return {
    method: incoming.method ?? '',
    url: incoming.url ?? '',
    headers: incoming.headers,
    rawHeaders: incoming.rawHeaders,
    body: Buffer.concat(chunks).toString('utf8'),
  };
}
