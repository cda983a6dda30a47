import type { Agent } from 'node:http';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Lookup, Target } from '../sockets/connector.ts';
import type { Channel } from '../transport.ts';
import type { Exchange } from '../wire/exchange.ts';
import type { Pool } from '../wire/pooled-transport.ts';
import { openThroughAgent } from './agent-connection.ts';
import { GotConversation } from './got-conversation.ts';
import { type GotHead, toGotHead } from './got-head.ts';
import { loadGot } from './got-library.ts';

/** An exchange on its way to a socket or over it. */
interface Passage {
  /** Gives up waiting for the agent. */
  cancel: () => void;
  reusedSocket: boolean;
}

/**
 * The exchanges of one channel with one origin over an agent of the host program. How many sockets there are, and how
 * long they stay open, is the agent's business; it is not closed here.
 */
export class AgentPool implements Pool {
  readonly target: Target;
  readonly #channel: Channel;
  readonly #lookup: Lookup;
  readonly #agent: Agent;
  readonly #passages = new Map<Exchange, Passage>();
  readonly #waiting = new Set<Exchange>();
  #onEmpty: (() => void) | undefined;

  constructor(target: Target, channel: Channel, lookup: Lookup, agent: Agent) {
    this.target = target;
    this.#channel = channel;
    this.#lookup = lookup;
    this.#agent = agent;
  }

  submit(exchange: Exchange): void {
    if (this.#passages.size < this.#channel.connectionsPerOrigin) this.#begin(exchange);
    else this.#waiting.add(exchange);
  }
  withdraw(exchange: Exchange): void {
    if (this.#waiting.delete(exchange)) return;
    this.#passages.get(exchange)?.cancel();
    this.release(exchange);
  }

  release(exchange: Exchange): void {
    if (!this.#passages.delete(exchange)) return;
    if (this.#passages.size === 0 && this.#waiting.size === 0) this.#onEmpty?.();
    // Exchanges are released from the middle of their own bookkeeping.
    else if (this.#waiting.size > 0) queueMicrotask(() => this.#serveWaiting());
  }

  /** Over whatever socket the agent gives next, which may have been used before as well. */
  replay(exchange: Exchange): boolean {
    if (this.#passages.get(exchange)?.reusedSocket !== true) return false;
    queueMicrotask(() => {
      if (exchange.isSettled) this.release(exchange);
      else this.#begin(exchange);
    });
    return true;
  }

  async retire(onEmpty: () => void): Promise<void> {
    this.#onEmpty = onEmpty;
    if (this.#passages.size === 0) onEmpty();
  }

  async destroy(reason: FerruleError): Promise<void> {
    for (const exchange of [...this.#waiting, ...this.#passages.keys()]) exchange.abort(reason);
  }

  #serveWaiting(): void {
    for (const exchange of this.#waiting) {
      if (this.#passages.size >= this.#channel.connectionsPerOrigin) return;
      this.#waiting.delete(exchange);
      this.#begin(exchange);
    }
  }

  #begin(exchange: Exchange): void {
    const conversation = new GotConversation(this.target, exchange);
    const passage: Passage = { cancel: () => undefined, reusedSocket: false };
    this.#passages.set(exchange, passage);
    let head: GotHead;
    try {
      // Before the request counts as sent: loading takes its time, which is not the server's.
      loadGot();
      head = toGotHead(exchange.options, this.target.origin, this.target);
    } catch (error) {
      conversation.refuse(toError(error));
      return;
    }
    const { clock } = exchange.context;
    const parts = { target: this.target, channel: this.#channel, clock, lookup: this.#lookup };
    passage.cancel = openThroughAgent({ ...parts, agent: this.#agent, head }, (error, connection) => {
      passage.cancel = () => undefined;
      if (connection === null) {
        conversation.refuse(toError(error));
        return;
      }
      if (exchange.isSettled) {
        connection.request.destroy();
        return;
      }
      passage.reusedSocket = connection.request.reusedSocket;
      exchange.remoteAddress = connection.request.socket?.remoteAddress;
      if (connection.times !== undefined) exchange.opened(connection.times, false);
      conversation.run(() => connection.request, head.body);
    });
  }
}

function toError(error: unknown): Error {
  return error instanceof Error ? error : new FerruleError('CONNECTION_FAILED', 'the connection failed');
}
