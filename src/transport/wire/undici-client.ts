import type { ClientHttp2Session } from 'node:http2';
import { createRequire } from 'node:module';
import type { Socket } from 'node:net';
import { mindSession } from './http2-session.ts';
import type { SocketClientOptions } from './socket-client.ts';

type UndiciClient = typeof import('undici').Client;
export type Client = InstanceType<UndiciClient>;
export type ClientOptions = NonNullable<ConstructorParameters<UndiciClient>[1]> &
  Pick<SocketClientOptions, 'onSession'>;
export type DispatchHandler = import('undici').Dispatcher.DispatchHandler;
export type DispatchController = import('undici').Dispatcher.DispatchController;
export type DispatchOptions = import('undici').Dispatcher.DispatchOptions;

interface UndiciSymbols {
  readonly kHTTP2Session: symbol;
  readonly kSocket: symbol;
}

let loaded: UndiciClient | undefined;

/**
 * undici's HTTP client for one origin. Only this part of undici is loaded, at the first request: the whole
 * package costs 77 ms of CPU, the client alone 15 beyond node:net and node:tls.
 */
export function createClient(origin: string, { onSession, ...options }: ClientOptions): Client {
  loaded ??= createRequire(import.meta.url)('undici/lib/dispatcher/client.js') as UndiciClient;
  const client = new loaded(origin, options);
  if (options.allowH2 === true) {
    client.on('connect', () => {
      const { session, socket } = partsOf(client);
      // Over HTTP/1.1 there is no session.
      if (!session || !socket) return;
      mindSession(session, socket);
      onSession?.(session, socket);
    });
  }
  return client;
}

function partsOf(client: Client) {
  const { kHTTP2Session, kSocket } = createRequire(import.meta.url)(
    'undici/lib/core/symbols.js',
  ) as UndiciSymbols;
  return {
    session: Reflect.get(client, kHTTP2Session) as ClientHttp2Session | null | undefined,
    socket: Reflect.get(client, kSocket) as Socket | null | undefined,
  };
}
