import type { Socket } from 'node:net';
import type { DispatchHandler, DispatchOptions } from './undici-client.ts';

/** What an {@link OriginPool} asks of the library that writes to a socket and reads from it: one socket per client. */
export interface SocketClient {
  /** Sends one request; whatever comes of it is told to `handler`. */
  dispatch(options: DispatchOptions, handler: DispatchHandler): unknown;
  /** Closes the socket; requests that are under way are told. */
  destroy(): Promise<void>;
  /** The socket was closed by whichever side. The next request opens another. */
  on(event: 'disconnect', listener: () => void): unknown;
}

export interface SocketClientOptions {
  readonly pipelining: number;
  readonly allowH2: boolean;
  readonly maxHeaderSize: number;
  readonly headersTimeout: number;
  readonly bodyTimeout: number;
  /** Opens the socket for the request that was dispatched last. */
  readonly connect: (
    options: unknown,
    done: (...outcome: [error: null, socket: Socket] | [error: Error, socket: null]) => void,
  ) => void;
}

export type CreateSocketClient = (origin: string, options: SocketClientOptions) => SocketClient;
