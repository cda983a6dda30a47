import { createEngine, Redactor } from '../../src/index.ts';
import { createConnectionPool } from '../../src/server/connections/connection-pool.ts';
import { createStatusWriter } from '../../src/server/connections/status-writer.ts';
import { createTokenRenewal } from '../../src/server/renewal/token-renewal.ts';
import { openMemoryStore, type Store } from '../../src/store.ts';
import { type EchoServer, type Received, sendJson, startEchoServer } from '../support/echo-server.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

/** What the token endpoint says to a code or a refresh token; a status when it is not 200. */
type Answer = (credential: string, refreshes: boolean) => { readonly status?: number; readonly body: object };

export interface SceneOptions {
  readonly servers?: number;
  /** The stores of the servers, all on one database; one in memory for all of them when left out. */
  readonly open?: (clock: FakeClock) => Promise<OpenedStores>;
  readonly answer?: Answer;
  /** What a refresh waits for before it is answered. */
  readonly hold?: () => Promise<void> | undefined;
}

export interface OpenedStores {
  readonly stores: readonly [Store, ...Store[]];
  close(): Promise<void>;
}

/** A store with connections that people have authorised, and as many servers' renewals on it as asked for. */
export async function startScene(
  closing: (() => unknown)[],
  { servers = 1, open = openInMemory, answer = rotate, hold = () => undefined }: SceneOptions = {},
) {
  const clock = createFakeClock();
  const system: EchoServer = await startEchoServer((request, response) => {
    if (request.url !== '/token') return false;
    const { status = 200, body } = answer(
      refreshTokenOf(request) || codeOf(request),
      refreshTokenOf(request) !== '',
    );
    const held = refreshTokenOf(request) === '' ? undefined : hold();
    if (held === undefined) return sendJson(response, body, status);
    void held.then(() => sendJson(response, body, status));
    return true;
  });
  const opened = await open(clock);
  const [store] = opened.stores;
  closing.push(system.close, opened.close);
  const log: string[] = [];
  const write = (event: string, fields: object = {}) => void log.push(JSON.stringify({ event, ...fields }));
  const written = { info: write, warn: write, error: write, flush: async () => undefined };
  const renewals = Array.from({ length: servers }, (_, index) => {
    const store = opened.stores[index % opened.stores.length] ?? opened.stores[0];
    const engine = createEngine({
      clock,
      egress: { allowLoopback: true },
      authorizationKey: store.deriveKey('x'),
    });
    const connections = createConnectionPool({
      store,
      engine,
      redactor: new Redactor(),
      onTokenEvent: () => undefined,
    });
    const statuses = createStatusWriter(store.connections, clock, written);
    // Without chance, nothing waits for anything.
    const renewal = createTokenRenewal({
      store,
      connections,
      statuses,
      clock,
      log: written,
      random: () => 0,
    });
    closing.push(() => engine.close(), connections.close, renewal.stop);
    return { renewal, statuses, connections };
  });
  const [first] = renewals;
  if (first === undefined) throw new TypeError('a scene without a server');

  /** A connection with a token that lives for ten minutes, for an account that is a parameter. */
  const connect = async (account: string, changes: object = {}) => {
    const { id } = await store.connections.create({
      name: 'Acme',
      definition: JSON.stringify({
        config: {
          configType: 'http',
          baseUrl: system.origin,
          auth: {
            authType: 'oauth2',
            grant: 'authorization_code',
            account: '<<Account>>',
            authorizationUrl: `${system.origin}/authorize`,
            tokenUrl: `${system.origin}/token`,
            clientId: 'ferrule',
            redirectUri: 'https://ferrule.example.com/oauth/callback',
            ...changes,
          },
        },
      }),
    });
    const { connection } = await first.connections.open(id);
    const parameters = { Account: account };
    const { state } = await connection.beginAuthorization({ parameters });
    await connection.completeAuthorization(`?code=${account}&state=${state}`, { parameters });
    return id;
  };
  const tokenOf = async (id: string) => {
    const summaries = await store.tokens.list(id);
    return summaries.find(({ expiresAtMs }) => expiresAtMs !== undefined);
  };
  const renewAll = async () => {
    const claimed = await Promise.all(renewals.map(({ renewal }) => renewal.renewDue()));
    await Promise.all(renewals.map(({ statuses }) => statuses.flush()));
    return claimed.reduce((sum, each) => sum + each, 0);
  };
  const refreshes = () => system.received.map(refreshTokenOf).filter(token => token !== '');
  return { clock, store, log, connect, tokenOf, renewAll, refreshes, first };
}

/** Each refresh token is good for one next one: the code `jo` brings `jo1`, that `jo2`. */
export function rotate(credential: string) {
  const [, name = '', count = ''] = /^(\D*)(\d*)$/.exec(credential) ?? [];
  const refresh = `${name}${Number(count) + 1}`;
  return { body: { access_token: `access-${refresh}`, refresh_token: refresh, expires_in: 600 } };
}

function codeOf({ body }: Received): string {
  return new URLSearchParams(body).get('code') ?? '';
}

function refreshTokenOf({ body }: Received): string {
  return new URLSearchParams(body).get('refresh_token') ?? '';
}

async function openInMemory(clock: FakeClock): Promise<OpenedStores> {
  const store = await openMemoryStore({ clock });
  return { stores: [store], close: () => store.close() };
}
