import { createServer, type Server, type ServerParts } from '../../src/server.ts';
import { type ApiKeyScope, openMemoryStore, type Store } from '../../src/store.ts';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';

/** A server that listens on loopback, with keys for it, a system to connect to, and the lines of its log. */
export interface World {
  readonly server: Server;
  readonly store: Store;
  readonly system: EchoServer;
  readonly log: readonly LogLine[];
  /** Sends a request with the key of all scopes, unless another is given. */
  ask(method: string, path: string, body?: unknown, options?: AskOptions): Promise<Answered>;
  keyFor(...scopes: readonly ApiKeyScope[]): Promise<string>;
  close(): Promise<void>;
}

export interface LogLine {
  readonly level: string;
  readonly event: string;
  readonly [field: string]: unknown;
}

export interface AskOptions {
  /** null: no Authorization header. */
  readonly key?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
}

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every shape.
  readonly body: any;
}

export interface WorldOptions {
  readonly store?: () => Promise<Store>;
  readonly settings?: Partial<ServerParts['settings']>;
  readonly parts?: Partial<Omit<ServerParts, 'settings' | 'store' | 'log'>>;
}

/** Tokens of the system's token endpoint, numbered, so that tests see when a new one was asked for. */
export async function startWorld({
  store: open = openMemoryStore,
  settings,
  parts,
}: WorldOptions = {}): Promise<World> {
  let tokens = 0;
  const system = await startEchoServer((request, response) => {
    const { pathname } = new URL(request.url, 'http://system');
    if (pathname === '/token') {
      tokens += 1;
      return sendJson(response, { access_token: `token-of-the-system-${tokens}`, expires_in: 3600 });
    }
    if (pathname === '/fail') return sendJson(response, { error: 'no' }, 500);
    if (pathname === '/drop') {
      response.destroy();
      return true;
    }
    if (pathname === '/slow') return true;
    if (pathname === '/events') {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write('data: {"n":1}\n\ndata: {"n":2}\n\n');
      if (!request.url.includes('stay')) response.end('data: {"n":3}\n\n');
      return true;
    }
    return false;
  });
  const store = await open();
  const log: LogLine[] = [];
  const write =
    (level: string) =>
    (event: string, fields: object = {}) => {
      log.push({ level, event, ...fields });
    };
  const server = await createServer({
    settings: { ...testSettings, ...settings },
    store,
    log: { info: write('info'), warn: write('warn'), error: write('error'), flush: async () => undefined },
    ...parts,
  });
  const keyFor = async (...scopes: readonly ApiKeyScope[]) =>
    (await store.apiKeys.create({ name: 'test', scopes })).key.reveal();
  const admin = await keyFor('manage');

  const ask: World['ask'] = async (method, path, body, { key = admin, headers = {}, signal } = {}) => {
    const response = await fetch(`${server.origin}${path}`, {
      method,
      headers: {
        ...(key === null ? {} : { authorization: `Bearer ${key}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      ...(signal === undefined ? {} : { signal }),
    });
    const text = await response.text();
    const isJson = response.headers.get('content-type')?.includes('json');
    return { status: response.status, headers: response.headers, body: isJson ? JSON.parse(text) : text };
  };

  return {
    server,
    store,
    system,
    log,
    ask,
    keyFor,
    async close() {
      await server.stop();
      await store.close();
      await system.close();
    },
  };
}

export const testSettings: ServerParts['settings'] = {
  host: '127.0.0.1',
  port: 0,
  allowedHosts: ['127.0.0.1', 'localhost'],
  egress: { allowLoopback: true, allowPrivate: false },
  trustDefinitions: true,
  limits: { maxBodyBytes: 1_000_000, maxConcurrent: 20, callerSharePercent: 75, requestTimeoutMs: 10_000 },
  stopTimeoutMs: 200,
  queue: { concurrency: 4, leaseMs: 2_000, keepMs: 60_000, maxResultBytes: 10_000, maxWaiting: 1_000 },
  jwt: undefined,
};

/** A connection to the system of a world, with a secret and a token. */
export function connectionTo(system: EchoServer, changes: Readonly<Record<string, unknown>> = {}) {
  return {
    name: 'Acme',
    type: 'http',
    description: 'For tests',
    config: {
      configType: 'http',
      baseUrl: system.origin,
      testPath: '/me',
      auth: {
        authType: 'client_credentials',
        tokenUrl: `${system.origin}/token`,
        clientId: 'ferrule',
        clientSecret: '<<Client Secret>>',
      },
    },
    secrets: { 'Client Secret': SECRET, 'API Key': API_KEY },
    ...changes,
  };
}

export const SECRET = 'canary-secret/1+2 3';
export const API_KEY = 'canary-key-9c31';

/** An operation that gives back what the system received. */
export const echoOperation = {
  name: 'Echo',
  config: {
    configType: 'http',
    method: 'POST',
    path: '/echo/{{Item*}}',
    headers: { 'x-api-key': '{{API Key}}' },
    params: { limit: '{{Limit [integer]}}' },
  },
  outputs: { Url: { value: 'body.url' }, Authorization: { value: 'body.headers.authorization' } },
};
