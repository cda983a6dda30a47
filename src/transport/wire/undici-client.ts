import { createRequire } from 'node:module';

type UndiciClient = typeof import('undici').Client;
export type Client = InstanceType<UndiciClient>;
export type ClientOptions = NonNullable<ConstructorParameters<UndiciClient>[1]>;
export type DispatchHandler = import('undici').Dispatcher.DispatchHandler;
export type DispatchController = import('undici').Dispatcher.DispatchController;
export type DispatchOptions = import('undici').Dispatcher.DispatchOptions;

let loaded: UndiciClient | undefined;

/**
 * undici's HTTP client for one origin. Only this part of undici is loaded, at the first request: the whole
 * package costs 77 ms of CPU, the client alone 15 beyond node:net and node:tls.
 */
export function createClient(origin: string, options: ClientOptions): Client {
  loaded ??= createRequire(import.meta.url)('undici/lib/dispatcher/client.js') as UndiciClient;
  return new loaded(origin, options);
}
