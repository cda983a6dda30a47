import type { AuthInput } from '../../src/definition/definition-input.ts';
import { type Connection, createEngine, type Engine, type EngineOptions } from '../../src/index.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';

/** A token endpoint and an API that take orders, and a connection that uses both. Plain HTTP: TLS is not the subject. */
export interface TokenWorld {
  readonly login: RecordingServer;
  readonly api: RecordingServer;
  readonly engine: Engine;
  /** By client credentials, by a token request of its own (http_bearer_token), or by any other auth. */
  connect(auth?: 'client_credentials' | 'http_bearer_token' | AuthInput, name?: string): Connection;
  close(): Promise<void>;
}

export async function openTokenWorld(options: EngineOptions = {}): Promise<TokenWorld> {
  const [login, api] = await Promise.all([startRecordingServer(), startRecordingServer()]);
  const engine = createEngine(options);
  return {
    login,
    api,
    engine,
    connect: (auth = 'client_credentials', name = 'Tokens') =>
      engine.connection({
        name,
        config: { baseUrl: api.origin, auth: typeof auth === 'string' ? toAuth(auth, login.origin) : auth },
        secrets: { Secret: 'client-secret-1' },
        operations: [
          { name: 'Get', config: { method: 'GET', path: '/x' } },
          {
            name: 'Post',
            config: { method: 'POST', path: '/x', body: { bodyType: 'raw', raw: '{"a": 1}' } },
          },
        ],
      }),
    async close() {
      await engine.close();
      await Promise.all([login.close(), api.close()]);
    },
  };
}

function toAuth(authType: 'client_credentials' | 'http_bearer_token', origin: string): AuthInput {
  if (authType === 'client_credentials') {
    return { authType, tokenUrl: `${origin}/token`, clientId: 'id', clientSecret: '<<Secret>>' };
  }
  return {
    authType,
    token: {
      operation: { configType: 'http', method: 'POST', path: '/token', body: { bodyType: 'raw', raw: '' } },
      tokenOutput: "body['access_token']",
      expirationOutput: "body['expires_in']",
      connection: { baseUrl: origin },
    },
  };
}
