import { generateKeyPairSync } from 'node:crypto';
import type { RequestListener } from 'node:http';
import type { ServerOptions } from 'node:https';
import { Provider } from 'oidc-provider';
import { type LoopbackServer, startHttpServer } from './loopback-server.ts';

export interface OAuthClient {
  readonly id: string;
  readonly secret: string;
  readonly clientAuth: 'basic_auth' | 'www_form_urlencoded';
}

export interface OAuthServerOptions {
  readonly clients: readonly OAuthClient[];
  /** Scopes that a client may ask for, with spaces between them; the server also knows `admin`, for nobody. */
  readonly scope?: string;
  readonly lifetimeSeconds?: number;
}

/** A real OAuth 2.0 authorization server: oidc-provider on HTTPS, with the client credentials grant. */
export interface OAuthServer extends LoopbackServer {
  readonly tokenUrl: string;
  /** Token requests so far, refused ones included. */
  readonly tokenRequests: number;
  /** How the client proved itself in the token request that came last. */
  readonly lastClientAuth: OAuthClient['clientAuth'] | undefined;
  /** The client a token was issued to; undefined for one that was not issued here, expired or was revoked. */
  clientOf(token: string): Promise<string | undefined>;
  /** From now on no token issued so far is valid. */
  revokeAll(): void;
}

export async function startOAuthServer(
  options: OAuthServerOptions,
  tls: ServerOptions,
): Promise<OAuthServer> {
  const store = new Map<string, object>();
  let answer: RequestListener = (_, response) => response.destroy();
  let tokenRequests = 0;
  let lastClientAuth: OAuthServer['lastClientAuth'];
  const server = await startHttpServer((request, response) => {
    if (request.url === '/token') {
      tokenRequests += 1;
      lastClientAuth = request.headers.authorization === undefined ? 'www_form_urlencoded' : 'basic_auth';
    }
    answer(request, response);
  }, tls);
  // The issuer is the server's own URL, which is known only now.
  const provider = new Provider(server.origin, toConfiguration(options, store));
  answer = provider.callback();
  return Object.defineProperties(Object.create(server) as OAuthServer, {
    tokenUrl: { value: `${server.origin}/token` },
    tokenRequests: { get: () => tokenRequests },
    lastClientAuth: { get: () => lastClientAuth },
    clientOf: {
      value: async (token: string) => {
        const found = await provider.ClientCredentials.find(token);
        return found === undefined || found.isExpired ? undefined : found.clientId;
      },
    },
    revokeAll: { value: () => store.clear() },
  });
}

/** Everything the provider would otherwise warn about on the console is given. */
function toConfiguration(
  { clients, scope = '', lifetimeSeconds = 3600 }: OAuthServerOptions,
  store: Map<string, object>,
): Readonly<Record<string, unknown>> {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  return {
    adapter: (model: string) => createAdapter(model, store),
    jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), alg: 'RS256', use: 'sig' }] },
    cookies: { keys: ['loopback'] },
    scopes: [...scope.split(' ').filter(each => each !== ''), 'admin'],
    ttl: { ClientCredentials: lifetimeSeconds },
    features: { devInteractions: { enabled: false }, clientCredentials: { enabled: true } },
    clients: clients.map(({ id, secret, clientAuth }) => ({
      client_id: id,
      client_secret: secret,
      grant_types: ['client_credentials'],
      redirect_uris: [],
      response_types: [],
      token_endpoint_auth_method: clientAuth === 'basic_auth' ? 'client_secret_basic' : 'client_secret_post',
      ...(scope === '' ? {} : { scope }),
    })),
  };
}

/** The provider's storage, in memory. */
function createAdapter(model: string, store: Map<string, object>): object {
  const keyOf = (id: string) => `${model}:${id}`;
  return {
    upsert: async (id: string, payload: object) => void store.set(keyOf(id), payload),
    find: async (id: string) => store.get(keyOf(id)),
    findByUserCode: async () => undefined,
    findByUid: async () => undefined,
    consume: async () => undefined,
    destroy: async (id: string) => void store.delete(keyOf(id)),
    revokeByGrantId: async () => undefined,
  };
}
