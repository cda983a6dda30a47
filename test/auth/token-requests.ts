import type { TokenUseDefinition } from '../../src/definition/auth/token-use.ts';
import type { HttpOperationConfigInput, TokenInput } from '../../src/definition/definition-input.ts';
import type { Connection } from '../../src/execute/connection.ts';
import { createEngine, type Engine } from '../../src/execute/engine.ts';
import { type EchoServer, type Received, sendJson, startEchoServer } from '../support/echo-server.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

export type Answers = (request: Received, nth: number) => Answer | undefined;

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** Text as it is, anything else as JSON. */
  readonly body?: unknown;
}

export interface World extends AsyncDisposable {
  readonly clock: FakeClock;
  readonly engine: Engine;
  readonly server: EchoServer;
  /** What the API was sent. */
  readonly calls: () => readonly Received[];
  /** What the paths under /token were sent. */
  readonly tokenRequests: () => readonly Received[];
}

/** A server whose paths under /token give tokens and whose others are an API, and an engine whose clock stands still. */
export async function startWorld(answers: Answers = () => undefined, tls?: object): Promise<World> {
  const clock = createFakeClock(Date.UTC(2030, 0, 1));
  const server = await startEchoServer((request, response, nth) => {
    const answer = answers(request, nth) ?? (isToken(request) ? { body: { access_token: 't0ken' } } : {});
    const { status = 200, headers = {}, body = { ok: true } } = answer;
    if (Object.keys(headers).length === 0 && typeof body !== 'string')
      return sendJson(response, body, status);
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    const type = typeof body === 'string' ? 'text/plain' : 'application/json';
    response.writeHead(status, { 'content-type': type, ...headers });
    response.end(text);
    return true;
  }, tls);
  const engine = createEngine({ clock });
  return {
    clock,
    engine,
    server,
    calls: () => server.received.filter(request => !isToken(request)),
    tokenRequests: () => server.received.filter(isToken),
    async [Symbol.asyncDispose]() {
      await engine.close();
      await server.close();
    },
  };
}

export interface Written extends TokenUseDefinition {
  readonly header?: string;
  readonly prefix?: string;
  readonly token?: Partial<TokenInput>;
}

export interface Surroundings {
  readonly secrets?: Readonly<Record<string, string>>;
  readonly values?: Readonly<Record<string, string>>;
  readonly baseUrl?: string;
  readonly call?: Partial<HttpOperationConfigInput>;
}

/** A connection whose token comes from `POST /token`, changed where a test says so; its operation is `Call`. */
export function connectTo(
  { engine, server }: World,
  { token, ...use }: Written,
  { secrets = {}, values = {}, baseUrl = server.origin, call = {} }: Surroundings = {},
): Connection {
  return engine.connection({
    name: 'Tokens',
    config: {
      baseUrl,
      values,
      auth: {
        authType: 'http_bearer_token',
        ...use,
        token: {
          operation: { method: 'POST', path: '/token' },
          tokenOutput: 'body.access_token',
          ...token,
        },
      },
    },
    secrets,
    operations: [{ name: 'Call', config: { method: 'GET', path: '/call', ...call } }],
  });
}

/** Milliseconds that the token used by a call still lives; undefined for one without end. */
export async function lifetimeMsOf({ clock }: World, connection: Connection): Promise<number | undefined> {
  const { token } = await connection.execute('Call');
  return token?.expiresAt === undefined ? undefined : Date.parse(token.expiresAt) - clock.now();
}

function isToken({ url }: Received): boolean {
  return url.startsWith('/token');
}
