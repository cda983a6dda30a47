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

/** What an {@link OriginPool} asks of an HTTP/2 connection. node:http2 has it so. */
export interface Http2Session {
  /** Asks for a sign of life. `answered` gets an error when the connection ends first. */
  ping(answered: (error: Error | null) => void): unknown;
  /** The server says how many streams it takes at once, at the beginning and whenever that changes. */
  on(
    event: 'remoteSettings',
    listener: (settings: { readonly maxConcurrentStreams?: number }) => void,
  ): unknown;
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
  /** The socket that was opened last speaks HTTP/2. */
  readonly onSession?: (session: Http2Session, socket: Socket) => void;
}

export type CreateSocketClient = (origin: string, options: SocketClientOptions) => SocketClient;
