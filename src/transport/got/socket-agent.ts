import http, { type ClientRequest } from 'node:http';
import type { Duplex } from 'node:stream';

/** How long a socket may stay idle; a shorter time that the server names counts instead. As undici has it. */
const IDLE_MS = 4_000;

/** An agent for one socket, which somebody else has opened and judged. */
export class SocketAgent extends http.Agent {
  /** Node compares it with the scheme of the request; the socket is what it is. */
  readonly protocol: string;
  readonly #take: () => Duplex;
  readonly #onStrayData: (this: Duplex) => void;

  constructor(secure: boolean, take: () => Duplex) {
    super({ keepAlive: true, maxSockets: 1, timeout: IDLE_MS });
    this.protocol = secure ? 'https:' : 'http:';
    this.#take = take;
    // An answer that comes before its request is nobody's: it must not be taken for that of the next one.
    this.#onStrayData = function () {
      this.destroy();
    };
  }

  override createConnection(): Duplex {
    return this.#take();
  }

  override keepSocketAlive(socket: Duplex): boolean {
    const keep = (super.keepSocketAlive as (socket: Duplex) => unknown)(socket) !== false;
    if (keep) socket.on('data', this.#onStrayData);
    return keep;
  }

  override reuseSocket(socket: Duplex, request: ClientRequest): void {
    socket.off('data', this.#onStrayData);
    super.reuseSocket(socket, request);
  }
}
