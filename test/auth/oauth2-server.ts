import { createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { type EchoServer, type Received, sendJson, startEchoServer } from '../support/echo-server.ts';

/** What a token endpoint answers: a body, or the whole answer. */
export type TokenReply = (request: Received, nth: number) => unknown;

export interface OauthScene {
  readonly server: EchoServer;
  readonly engine: Engine;
  /** Requests of the token endpoint, in order. */
  readonly tokenRequests: readonly Received[];
  /** Requests of the API, in order. */
  readonly calls: readonly Received[];
}

/** Answers that are not JSON with status 200. */
export interface RawReply {
  readonly status?: number;
  readonly type: string;
  readonly text: string;
}

/** A server that is token endpoint (`/token…`) and API in one, and an engine beside it. */
export async function startScene(
  open: { close(): Promise<void> }[],
  reply: TokenReply = () => ({ access_token: 't0ken', token_type: 'Bearer', expires_in: 3600 }),
  options: EngineOptions = {},
): Promise<OauthScene> {
  let asked = 0;
  const server = await startEchoServer((request, response) => {
    if (!request.url.startsWith('/token')) return false;
    asked += 1;
    const answer = reply(request, asked);
    if (isRaw(answer)) {
      response.writeHead(answer.status ?? 200, { 'content-type': answer.type }).end(answer.text);
      return true;
    }
    return sendJson(response, answer, hasError(answer) ? 400 : 200);
  });
  const engine = createEngine(options);
  open.push(server, engine);
  const isToken = ({ url }: Received) => url.startsWith('/token');
  return {
    server,
    engine,
    get tokenRequests() {
      return server.received.filter(isToken);
    },
    get calls() {
      return server.received.filter(request => !isToken(request));
    },
  };
}

/** A connection of one operation, `Read`. */
export function definitionOf(
  origin: string,
  auth: Readonly<Record<string, unknown>>,
  secrets: Readonly<Record<string, string>> = {},
  config: Readonly<Record<string, unknown>> = {},
): string {
  return JSON.stringify({
    name: 'Acme',
    config: { baseUrl: origin, auth: { tokenUrl: `${origin}/token`, ...auth }, ...config },
    secrets,
    operations: [
      {
        name: 'Read',
        config: { method: 'GET', path: '/api' },
        outputs: { who: { value: 'body.headers.authorization' } },
      },
    ],
  });
}

function isRaw(answer: unknown): answer is RawReply {
  return typeof answer === 'object' && answer !== null && 'text' in answer;
}

function hasError(answer: unknown): boolean {
  return typeof answer === 'object' && answer !== null && 'error' in answer;
}
