import http from 'node:http';
import type { Socket } from 'node:net';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Target } from '../sockets/connector.ts';
import type { SocketClient, SocketClientOptions } from '../wire/socket-client.ts';
import type { DispatchHandler, DispatchOptions } from '../wire/undici-client.ts';
import { GotConversation } from './got-conversation.ts';
import { type GotHead, toGotHead } from './got-head.ts';
import { loadGot } from './got-library.ts';
import { SocketAgent } from './socket-agent.ts';

/** got over one socket that the transport opens itself, so that egress, trust and times are as with undici. */
export function createGotClient(target: Target, options: SocketClientOptions): SocketClient {
  return new GotClient(target, options);
}

class GotClient implements SocketClient {
  readonly #target: Target;
  readonly #options: SocketClientOptions;
  readonly #agent: SocketAgent;
  #socket: Socket | undefined;
  /** Waits for the socket. */
  #waiting: GotConversation | undefined;
  #running: GotConversation | undefined;
  #onDisconnect: () => void = () => undefined;
  #destroyed = false;

  constructor(target: Target, options: SocketClientOptions) {
    this.#target = target;
    this.#options = options;
    this.#agent = new SocketAgent(target.secure, () => this.#opened());
  }

  on(_event: 'disconnect', listener: () => void): void {
    this.#onDisconnect = listener;
  }

  dispatch(options: DispatchOptions, handler: DispatchHandler): void {
    const conversation = new GotConversation(this.#target, handler);
    let head: GotHead;
    try {
      // Before the request counts as sent: loading takes its time, which is not the server's.
      loadGot();
      head = toGotHead(options, this.#target.origin, this.#target);
    } catch (error) {
      queueMicrotask(() => conversation.refuse(error instanceof Error ? error : closedError()));
      return;
    }
    if (this.#socket !== undefined && !this.#socket.destroyed && this.#socket.writable) {
      this.#run(conversation, head);
      return;
    }
    this.#waiting = conversation;
    this.#options.connect(undefined, (error, socket) => {
      if (this.#waiting !== conversation) {
        socket?.destroy();
        return;
      }
      this.#waiting = undefined;
      if (socket === null) {
        conversation.refuse(error ?? closedError());
        return;
      }
      this.#adopt(socket);
      this.#run(conversation, head);
    });
  }

  async destroy(): Promise<void> {
    if (this.#destroyed) return;
    this.#destroyed = true;
    const waiting = this.#waiting;
    this.#waiting = undefined;
    waiting?.refuse(closedError());
    this.#running?.abort(closedError());
    this.#agent.destroy();
    this.#socket?.destroy();
  }

  #adopt(socket: Socket): void {
    this.#socket = socket;
    socket.once('close', () => {
      if (this.#socket === socket) this.#socket = undefined;
      this.#onDisconnect();
    });
  }

  #run(conversation: GotConversation, head: GotHead): void {
    const { host, port, secure } = this.#target;
    this.#running = conversation;
    conversation.run(
      () =>
        http.request({
          agent: this.#agent,
          protocol: secure ? 'https:' : 'http:',
          host,
          port,
          method: head.method,
          path: head.path,
          headers: head.headers,
          maxHeaderSize: Math.max(1, this.#options.maxHeaderSize),
        }),
      head.body,
    );
  }

  /** For the agent, in the same tick in which the socket was found open. */
  #opened(): Socket {
    if (this.#socket === undefined) throw closedError();
    return this.#socket;
  }
}

function closedError(): FerruleError {
  return new FerruleError('CONNECTION_LOST', 'the connection was closed');
}
