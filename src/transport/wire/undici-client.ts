import type { ClientHttp2Session } from 'node:http2';
import { createRequire } from 'node:module';

type UndiciClient = typeof import('undici').Client;
export type Client = InstanceType<UndiciClient>;
export type ClientOptions = NonNullable<ConstructorParameters<UndiciClient>[1]>;
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
export function createClient(origin: string, options: ClientOptions): Client {
  loaded ??= createRequire(import.meta.url)('undici/lib/dispatcher/client.js') as UndiciClient;
  const client = new loaded(origin, options);
  if (options.allowH2 === true) client.on('connect', () => hearStrayStreams(client));
  return client;
}

/**
 * Node makes a stream of its own of an answer to a request that was given up before, and tells it when the connection
 * breaks. undici does not know it, and an `error` that nobody listens to ends the process.
 */
function hearStrayStreams(client: Client): void {
  const { kHTTP2Session } = createRequire(import.meta.url)('undici/lib/core/symbols.js') as UndiciSymbols;
  const sessions = client as unknown as Readonly<Record<symbol, ClientHttp2Session | null | undefined>>;
  // Over HTTP/1.1 there is none.
  sessions[kHTTP2Session]?.on('stream', stream => void stream.on('error', () => undefined));
}
