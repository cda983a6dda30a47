import { openMemoryStore } from '../../src/store.ts';
import { startOidcServer } from '../auth/oidc-server.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';
import type { LoopbackServer } from '../support/loopback-server.ts';
import { type Browser, createBrowser, type OpenOptions, type Visited } from './browser.ts';
import { startWorld, type World } from './server-world.ts';

export const RETURN_ORIGIN = 'https://app.example.com';

/** A server beside a real authorization server that knows it. Time stands still unless it is advanced. */
export interface ConnectWorld extends World {
  readonly oidc: LoopbackServer;
  readonly clock: FakeClock;
  readonly callback: string;
  /** Creates a connection that the client of this name is to be authorised for; `auth` changes its authentication. */
  create(client: 'web' | 'public', auth?: Readonly<Record<string, unknown>>): Promise<string>;
  /** A link to authorise it. */
  linkFor(id: string, body?: Readonly<Record<string, unknown>>): Promise<string>;
  /** Goes the whole way in a browser. */
  connect(id: string, browser?: Browser, options?: OpenOptions): Promise<Visited>;
  /** What the connection's system sees as Authorization; or the code of what went wrong. */
  execute(id: string): Promise<string>;
  /** What happened to the authorization of a connection, newest first. */
  stepsOf(id: string): Promise<readonly Readonly<Record<string, unknown>>[]>;
}

export async function startConnectWorld(): Promise<ConnectWorld> {
  const clock = createFakeClock(Date.now());
  const world = await startWorld({
    store: () => openMemoryStore({ clock }),
    settings: { returnOrigins: [RETURN_ORIGIN] },
    parts: { clock },
  });
  const callback = `${world.server.origin}/oauth/callback`;
  const oidc = await startOidcServer(callback);

  const create: ConnectWorld['create'] = async (client, auth = {}) => {
    const { body } = await world.ask('POST', '/api/connections', {
      name: 'Acme & <Sons>',
      type: 'http',
      config: {
        configType: 'http',
        baseUrl: world.system.origin,
        auth: {
          authType: 'oauth2',
          grant: 'authorization_code',
          account: 'someone',
          issuer: oidc.origin,
          clientId: client,
          ...(client === 'web' ? { clientSecret: '<<Client Secret>>' } : {}),
          redirectUri: callback,
          scope: 'openid offline_access',
          authorizationParams: { prompt: 'consent' },
          ...auth,
        },
      },
      secrets: { 'Client Secret': 'web-secret' },
    });
    await world.ask('POST', `/api/connections/${body.id}/operations`, {
      name: 'Read',
      config: { configType: 'http', method: 'GET', path: '/' },
      outputs: { sent: { value: 'body.headers.authorization' } },
    });
    return body.id;
  };
  const linkFor: ConnectWorld['linkFor'] = async (id, body = {}) =>
    (await world.ask('POST', `/api/connections/${id}/authorize`, body)).body.url;

  return {
    ...world,
    oidc,
    clock,
    callback,
    create,
    linkFor,
    connect: async (id, browser = createBrowser(), options = {}) => browser.open(await linkFor(id), options),
    async execute(id) {
      const [operation] = (await world.ask('GET', `/api/connections/${id}/operations`)).body;
      const call = { connectionId: id, operationId: operation.id };
      const { body } = await world.ask('POST', '/api/execute', call);
      return body.sent ?? body.errorKey;
    },
    async stepsOf(id) {
      const { body } = await world.ask('GET', `/api/connections/${id}/events?kind=authorization`);
      return body.map((event: { readonly details: object }) => event.details);
    },
    async close() {
      await world.close();
      await oidc.close();
    },
  };
}
