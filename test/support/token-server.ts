import type { ServerResponse } from 'node:http';
import { type EchoServer, type Received, sendJson, startEchoServer } from './echo-server.ts';

/** A server with a token endpoint and an API behind it; both are counted. */
export interface TokenServer extends EchoServer {
  readonly tokenRequests: readonly Received[];
  readonly apiRequests: readonly Received[];
}

export interface TokenServerRules {
  /** Answers the nth token request, from 1; returns false for the usual answer: `token-n`, one hour. */
  token?(request: Received, response: ServerResponse, nth: number): boolean;
  /** Whether the API accepts what the Authorization header holds; by default everything. */
  accepts?(authorization: string): boolean;
}

export async function startTokenServer(rules: TokenServerRules = {}): Promise<TokenServer> {
  const tokenRequests: Received[] = [];
  const apiRequests: Received[] = [];
  const server = await startEchoServer((request, response) => {
    if (request.url.startsWith('/token')) {
      tokenRequests.push(request);
      const nth = tokenRequests.length;
      if (rules.token?.(request, response, nth)) return true;
      return sendJson(response, { access_token: `token-${nth}`, expires_in: 3600 });
    }
    apiRequests.push(request);
    const accepted = rules.accepts?.(request.headers.authorization ?? '') ?? true;
    return sendJson(response, { ok: accepted }, accepted ? 200 : 401);
  });
  return Object.create(server, {
    tokenRequests: { value: tokenRequests },
    apiRequests: { value: apiRequests },
  });
}

/** A connection whose token comes from `/token` and whose operations are `Read` and `Write`. */
export function tokenConnection(origin: string, name = 'Acme') {
  return {
    name,
    type: 'http',
    secrets: { password: 's3cret-password' },
    config: {
      configType: 'http',
      baseUrl: origin,
      auth: {
        authType: 'http_bearer_token',
        token: {
          operation: {
            configType: 'http',
            method: 'POST',
            path: '/token',
            body: { bodyType: 'raw', raw: '{"password": "<<password>>"}' },
          },
          tokenOutput: 'body.access_token',
          expirationOutput: 'body.expires_in',
        },
      },
    },
    operations: [
      { name: 'Read', config: { configType: 'http', method: 'GET', path: '/read' } },
      { name: 'Write', config: { configType: 'http', method: 'POST', path: '/write' } },
    ],
  } as const;
}
