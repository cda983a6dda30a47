import type { Socket } from 'node:net';
import type { Clock, Timer } from '../../base/clock.ts';
import type { Http2Session } from './socket-client.ts';

/** How long nothing may come over a connection on which answers are awaited before its server is asked. Milliseconds. */
export const QUIET_MS = 5000;
/** How long a server has to answer a PING until its connection is passed over. Milliseconds. */
export const SILENT_MS = 2000;
/** How long it has until the connection counts as dead. Milliseconds. */
export const DEAD_MS = 10_000;

/** Whose connection it is. */
export interface PulseOwner {
  /** Whether answers are awaited. */
  isBusy(): boolean;
  /** The connection has not answered for {@link SILENT_MS}. */
  onSilence(): void;
  /** It has answered. */
  onLife(): void;
  /** It has not answered for {@link DEAD_MS}. */
  onDeath(): void;
}

/**
 * Finds out whether an HTTP/2 connection is alive: requests that fail end their streams and not the connection, so one
 * that is dead would fail every later request as well. The server is asked by a PING. Whatever comes then is a sign of
 * life, because the answer may be held up by what was sent before.
 */
export class Pulse {
  readonly #session: Http2Session;
  readonly #socket: Socket;
  readonly #clock: Clock;
  readonly #owner: PulseOwner;
  #watching: Timer | undefined;
  #asking: Timer | undefined;
  #isDoubtful = false;
  #stopped = false;

  constructor(session: Http2Session, socket: Socket, clock: Clock, owner: PulseOwner) {
    this.#session = session;
    this.#socket = socket;
    this.#clock = clock;
    this.#owner = owner;
  }

  /** What has come over the connection so far. Bytes. */
  get received(): number {
    return this.#socket.bytesRead;
  }

  /** Whether a request has failed on the connection, or the server been silent, and no answer has come since. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /** Answers are awaited: from now until they are not, the server is asked whenever nothing comes. */
  watch(): void {
    if (this.#watching !== undefined || this.#stopped) return;
    const before = this.received;
    this.#watching = this.#clock.after(QUIET_MS, () => {
      this.#watching = undefined;
      if (!this.#owner.isBusy()) return;
      if (this.received === before) this.#ask();
      this.watch();
    });
  }

  /** A request has failed. When nothing has come since `receivedBefore`, which is when it was sent, the server is asked. */
  doubt(receivedBefore: number | undefined): void {
    if (this.#stopped || (receivedBefore !== undefined && receivedBefore !== this.received)) return;
    this.#isDoubtful = true;
    this.#ask();
  }

  /** The connection has ended. */
  stop(): void {
    this.#stopped = true;
    this.#watching?.cancel();
    this.#asking?.cancel();
  }

  #ask(): void {
    if (this.#asking !== undefined) return;
    const before = this.received;
    const unlessAlive = (then: () => void) => () => {
      if (this.received === before) then();
      else this.#live();
    };
    const fallSilent = () => {
      this.#isDoubtful = true;
      this.#asking = this.#clock.after(
        DEAD_MS - SILENT_MS,
        unlessAlive(() => this.#owner.onDeath()),
      );
      this.#owner.onSilence();
    };
    this.#asking = this.#clock.after(SILENT_MS, unlessAlive(fallSilent));
    // With an error the session has ended, which its owner is told in another way.
    const hear = () =>
      queueMicrotask(() => {
        if (this.#asking !== undefined) this.#live();
      });
    try {
      this.#session.ping(hear);
    } catch {
      // The same, a little earlier.
      hear();
    }
  }

  #live(): void {
    this.#asking?.cancel();
    this.#asking = undefined;
    this.#isDoubtful = false;
    if (!this.#stopped) this.#owner.onLife();
  }
}
