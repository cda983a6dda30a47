import type { ClientHttp2Session } from 'node:http2';
import { createRequire } from 'node:module';
import { mindStreams } from './http2-streams.ts';
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
      const session = sessionOf(client);
      if (session === undefined) return;
      mindStreams(session);
      onSession?.(session);
    });
  }
  return client;
}

/** The HTTP/2 session of a client that is connected; undefined when it speaks HTTP/1.1. */
function sessionOf(client: Client): ClientHttp2Session | undefined {
  const { kHTTP2Session } = createRequire(import.meta.url)('undici/lib/core/symbols.js') as UndiciSymbols;
  return (
    (client as unknown as Readonly<Record<symbol, ClientHttp2Session | null | undefined>>)[kHTTP2Session] ??
    undefined
  );
}
