import type { ServerResponse } from 'node:http';
import { newKey } from '../store/stores.ts';
import { type EchoServer, sendJson, startEchoServer } from '../support/echo-server.ts';
import { type PostgresCluster, startPostgres } from '../support/postgres.ts';
import { type Ask, createAsker, type ServerProcess, startServerProcess } from './server-process.ts';

/** Several servers, each a process of its own, on one real PostgreSQL, with one system to connect to. */
export interface Machines {
  readonly cluster: PostgresCluster;
  readonly servers: readonly ServerProcess[];
  readonly system: System;
  readonly ask: Ask;
  /** One more, with the same settings. */
  add(): Promise<ServerProcess>;
  /** A connection with an operation `GET /do/{{Id*}}`; gives what an execution names. */
  connect(config?: object): Promise<{ readonly connectionId: string; readonly operationId: string }>;
  close(): Promise<void>;
}

export interface System extends EchoServer {
  /** Requests of tokens so far. */
  readonly tokens: number;
  /** How often each path was asked for. */
  readonly counts: ReadonlyMap<string, number>;
  /** Milliseconds, of every answer to `/do`; with `Infinity` answers wait until it is set to something else. */
  delayMs: number;
  /** Takes the next token request, instead of answering it. */
  onToken: ((response: ServerResponse) => void) | undefined;
}

export async function startMachines(
  count: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<Machines> {
  const [cluster, system] = await Promise.all([startPostgres(), startSystem()]);
  const all = {
    FERRULE_DATABASE_URL: cluster.url,
    FERRULE_ENCRYPTION_KEY: newKey(),
    FERRULE_EGRESS_ALLOW_LOOPBACK: 'true',
    FERRULE_LOG_LEVEL: 'warn',
    ...settings,
  };
  const first = await startServerProcess(all, true);
  const { ask, close } = createAsker(first.key);
  const others = await Promise.all(Array.from({ length: count - 1 }, () => startServerProcess(all)));
  const servers = [first, ...others];
  return {
    cluster,
    servers,
    system,
    ask,
    async add() {
      const server = await startServerProcess(all);
      servers.push(server);
      return server;
    },
    async connect(config = {}) {
      const auth = {
        authType: 'client_credentials',
        tokenUrl: `${system.origin}/token`,
        clientId: 'ferrule',
        clientSecret: '<<Client Secret>>',
      };
      const origin = servers.find(({ child }) => child.exitCode === null && !child.killed)?.origin ?? '';
      const connection = await ask(origin, 'POST', '/api/connections', {
        name: 'Many',
        type: 'http',
        config: { configType: 'http', baseUrl: system.origin, auth, ...config },
        secrets: { 'Client Secret': 'canary' },
      });
      const connectionId: string = connection.body.id;
      const operation = await ask(origin, 'POST', `/api/connections/${connectionId}/operations`, {
        name: 'Do',
        config: { configType: 'http', method: 'GET', path: '/do/{{Id*}}' },
        outputs: { Url: { value: 'body.url' } },
      });
      return { connectionId, operationId: operation.body.id };
    },
    async close() {
      close();
      await Promise.all(servers.map(server => server.end('SIGKILL')));
      await system.close();
      await cluster.remove();
    },
  };
}

async function startSystem(): Promise<System> {
  const counts = new Map<string, number>();
  const held = new Set<() => void>();
  const state = { tokens: 0, delayMs: 0, onToken: undefined as System['onToken'] };
  const server = await startEchoServer(({ url }, response) => {
    if (url === '/token') {
      state.tokens += 1;
      const take = state.onToken;
      state.onToken = undefined;
      if (take !== undefined) take(response);
      else sendJson(response, { access_token: `token-${state.tokens}`, expires_in: 3600 });
      return true;
    }
    counts.set(url, (counts.get(url) ?? 0) + 1);
    const answer = () => sendJson(response, { url });
    if (state.delayMs === Infinity) held.add(answer);
    else setTimeout(answer, state.delayMs);
    return true;
  });
  return Object.defineProperties(Object.create(server), {
    counts: { value: counts },
    tokens: { get: () => state.tokens },
    delayMs: {
      get: () => state.delayMs,
      set: (value: number) => {
        state.delayMs = value;
        for (const answer of held) answer();
        held.clear();
      },
    },
    onToken: { get: () => state.onToken, set: value => Object.assign(state, { onToken: value }) },
  });
}
