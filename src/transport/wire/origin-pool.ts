import type { Socket } from 'node:net';
import { systemClock } from '../../base/clock.ts';
import { LinkedList } from '../../base/linked-list.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Lookup, Target, TlsSessionSlot } from '../sockets/connector.ts';
import type { Channel } from '../transport.ts';
import type { Exchange, Holder } from './exchange.ts';
import { openRoute } from './open-route.ts';
import { Pulse } from './pulse.ts';
import type { CreateSocketClient, Http2Session, SocketClient, SocketClientOptions } from './socket-client.ts';
import { createClient } from './undici-client.ts';

/** One socket, or the place where the next one will be. */
export interface Slot {
  readonly client: SocketClient;
  /**
   * Exchanges given to the client and not finished. A list, and the slot is noted on the exchange: V8 chains the tables
   * that a busy Set or Map has outgrown, and one of them in old space keeps all that came after it alive.
   */
  readonly running: Exchange[];
  /** How many exchanges the socket takes at once: 1 with HTTP/1.1. */
  capacity: number;
  /** Whether the socket has carried an exchange to its end. */
  used: boolean;
  /** Undefined when it leads to a proxy, or is a UNIX socket. */
  remoteAddress: string | undefined;
  connected: boolean;
  /** Whether the socket speaks HTTP/2. */
  http2: boolean;
  /** Of a socket that speaks HTTP/2. */
  pulse: Pulse | undefined;
  available: boolean;
  cancelConnect: (() => void) | undefined;
}

/** Streams of one HTTP/2 connection, unless the server allows fewer. */
const HTTP2_STREAMS = 100;

/**
 * The sockets of one channel to one origin, and the exchanges that wait for one.
 *
 * undici's own pool does not say which exchange a connection attempt serves, so it cannot end the attempt when that
 * exchange is aborted, and it keeps aborted exchanges in its queue. Here an exchange is bound to its slot at once.
 */
export class OriginPool implements Holder {
  readonly target: Target;
  readonly #channel: Channel;
  readonly #lookup: Lookup;
  readonly #createClient: CreateSocketClient;
  readonly #tlsSession: TlsSessionSlot = { session: undefined };
  readonly #slots = new Set<Slot>();
  /** Slots whose server does not answer. They do not count, so that others can take their place. */
  readonly #silent = new Set<Slot>();
  /** Slots that can take an exchange. The one used last is taken first, so that spare sockets fall idle and close. */
  readonly #available: Slot[] = [];
  readonly #waiting = new LinkedList<Exchange>();
  #retired = false;
  #onEmpty: (() => void) | undefined;

  /** `create` names the library that writes to the sockets: undici unless another is given. */
  constructor(target: Target, channel: Channel, lookup: Lookup, create: CreateSocketClient = createClient) {
    this.target = target;
    this.#channel = channel;
    this.#lookup = lookup;
    this.#createClient = create;
  }

  submit(exchange: Exchange): void {
    const slot = this.#available.at(-1) ?? this.#createSlot();
    if (slot === undefined) this.#waiting.add(exchange);
    else this.#assign(exchange, slot);
  }

  withdraw(exchange: Exchange): void {
    if (this.#waiting.has(exchange)) {
      this.#waiting.remove(exchange);
      return;
    }
    const { slot } = exchange;
    // A connected slot takes the exchange within a tick and finds it settled then.
    if (slot === undefined || slot.connected || slot.running.some(isAwaited)) return;
    this.#remove(slot);
    queueMicrotask(() => this.#serveWaiting());
  }

  release(exchange: Exchange, failed: boolean): void {
    const { slot } = exchange;
    if (slot === undefined) return;
    leave(slot, exchange);
    slot.used ||= !failed;
    if (failed) slot.pulse?.doubt(exchange.receivedBefore);
    if (slot.pulse?.isDoubtful) this.#withhold(slot);
    // undici calls from the middle of its own bookkeeping, so whatever dispatches or destroys has to wait.
    if (failed || this.#retired || !slot.connected || this.#waiting.first !== undefined) {
      queueMicrotask(() => this.#settle(slot));
    } else {
      this.#offer(slot);
    }
  }

  replay(exchange: Exchange): boolean {
    const { slot } = exchange;
    // The client goes with its slot, and would take along what HTTP/2 has it send again.
    if (slot === undefined || !slot.used || slot.capacity > 1 || slot.running.length > 1) return false;
    leave(slot, exchange);
    this.#waiting.add(exchange);
    queueMicrotask(() => {
      this.#remove(slot);
      this.#serveWaiting();
    });
    return true;
  }

  /**
   * No exchange will be submitted any more: idle sockets close now, busy ones when they are done.
   * `onEmpty` is called when the last one has.
   */
  async retire(onEmpty: () => void): Promise<void> {
    this.#retired = true;
    this.#onEmpty = onEmpty;
    const idle = this.#all().filter(slot => slot.running.length === 0);
    await Promise.all(idle.map(slot => this.#remove(slot)));
    if (this.#all().length === 0) onEmpty();
  }

  /** Ends everything with `reason`. */
  async destroy(reason: FerruleError): Promise<void> {
    this.#retired = true;
    for (const exchange of this.#waiting) exchange.abort(reason);
    const slots = this.#all();
    for (const slot of slots) for (const exchange of [...slot.running]) exchange.abort(reason);
    await Promise.all(slots.map(slot => this.#remove(slot)));
  }

  #all(): Slot[] {
    return [...this.#slots, ...this.#silent];
  }

  #assign(exchange: Exchange, slot: Slot): void {
    slot.running.push(exchange);
    exchange.slot = slot;
    exchange.remoteAddress = slot.remoteAddress;
    if (slot.running.length >= slot.capacity) this.#withhold(slot);
    exchange.http2 = slot.http2;
    exchange.receivedBefore = slot.pulse?.received;
    slot.pulse?.watch();
    slot.client.dispatch(exchange.options, exchange);
  }

  #settle(slot: Slot): void {
    if (slot.running.length === 0 && (this.#retired || !slot.connected)) this.#remove(slot);
    else this.#offer(slot);
    this.#serveWaiting();
  }

  #serveWaiting(): void {
    for (const exchange of this.#waiting) {
      // Sockets that were idle as long as the one that failed may be closed as well.
      const fresh = exchange.isReplay ? this.#createSlot() : undefined;
      const slot = fresh ?? this.#available.at(-1) ?? this.#createSlot();
      if (slot === undefined) return;
      this.#waiting.remove(exchange);
      this.#assign(exchange, slot);
    }
  }

  #offer(slot: Slot): void {
    if (slot.available || slot.pulse?.isDoubtful) return;
    if (slot.running.length >= slot.capacity || !this.#slots.has(slot)) return;
    slot.available = true;
    this.#available.push(slot);
  }

  #withhold(slot: Slot): void {
    if (!slot.available) return;
    slot.available = false;
    if (this.#available.at(-1) === slot) this.#available.pop();
    else this.#available.splice(this.#available.indexOf(slot), 1);
  }

  #remove(slot: Slot): Promise<void> | undefined {
    if (!this.#slots.delete(slot) && !this.#silent.delete(slot)) return undefined;
    this.#withhold(slot);
    slot.cancelConnect?.();
    slot.pulse?.stop();
    if (this.#slots.size + this.#silent.size === 0 && this.#waiting.first === undefined) this.#onEmpty?.();
    return slot.client.destroy();
  }

  #createSlot(): Slot | undefined {
    if (this.#slots.size >= this.#channel.connectionsPerOrigin) return undefined;
    const client = this.#createClient(this.target.origin, {
      pipelining: 1,
      allowH2: this.#channel.http2,
      maxHeaderSize: Math.ceil(Math.min(this.#channel.maxHeaderBytes, Number.MAX_SAFE_INTEGER)),
      // Every wait has its own timer in the exchange, in the caller's clock.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: (_options, done) => this.#connect(slot, done),
      onSession: (session, socket) => this.#follow(slot, session, socket),
    });
    const slot: Slot = {
      client,
      running: [],
      capacity: 1,
      used: false,
      remoteAddress: undefined,
      connected: false,
      http2: false,
      pulse: undefined,
      available: false,
      cancelConnect: undefined,
    };
    this.#slots.add(slot);
    client.on('disconnect', () => {
      slot.connected = false;
      slot.capacity = 1;
      slot.http2 = false;
      slot.used = false;
      slot.pulse?.stop();
      slot.pulse = undefined;
      if (this.#silent.delete(slot)) this.#slots.add(slot);
      if (slot.running.length === 0) queueMicrotask(() => this.#settle(slot));
    });
    return slot;
  }

  #follow(slot: Slot, session: Http2Session, socket: Socket): void {
    const clock = slot.running[0]?.context.clock ?? systemClock;
    const pulse = new Pulse(session, socket, clock, {
      isBusy: () => slot.running.length > 0,
      onSilence: () => this.#setAside(slot),
      onLife: () => this.#takeBack(slot),
      onDeath: () => this.#lose(slot),
    });
    slot.pulse = pulse;
    pulse.watch();
    session.on('remoteSettings', ({ maxConcurrentStreams = HTTP2_STREAMS }) => {
      if (slot.pulse !== pulse) return;
      slot.capacity = Math.min(HTTP2_STREAMS, maxConcurrentStreams);
      if (slot.running.length >= slot.capacity) this.#withhold(slot);
      else queueMicrotask(() => this.#settle(slot));
    });
  }

  #setAside(slot: Slot): void {
    if (!this.#slots.delete(slot)) return;
    this.#withhold(slot);
    this.#silent.add(slot);
    this.#serveWaiting();
  }

  #takeBack(slot: Slot): void {
    if (this.#silent.delete(slot)) this.#slots.add(slot);
    this.#settle(slot);
  }

  #lose(slot: Slot): void {
    for (const exchange of [...slot.running]) exchange.lose();
    this.#remove(slot);
    this.#serveWaiting();
  }

  /** undici asks for a socket because an exchange waits in `slot`. */
  #connect(slot: Slot, done: Parameters<SocketClientOptions['connect']>[1]): void {
    const exchange = slot.running.find(isAwaited);
    if (exchange === undefined) {
      done(new FerruleError('ABORTED', 'nobody waits for this connection any more'), null);
      return;
    }
    const request = {
      target: this.target,
      channel: this.#channel,
      clock: exchange.context.clock,
      lookup: this.#lookup,
      tlsSession: this.#tlsSession,
    };
    slot.cancelConnect = openRoute(request, (error, socket, times) => {
      slot.cancelConnect = undefined;
      if (socket === null) {
        done(error ?? new FerruleError('CONNECTION_FAILED', 'the connection failed'), null);
        return;
      }
      slot.connected = true;
      slot.http2 = 'alpnProtocol' in socket && socket.alpnProtocol === 'h2';
      if (slot.http2) slot.capacity = HTTP2_STREAMS;
      if (isDirect(this.target, this.#channel)) slot.remoteAddress = socket.remoteAddress;
      exchange.remoteAddress = slot.remoteAddress;
      exchange.opened(times, slot.http2);
      done(null, socket);
      if (slot.capacity > 1) queueMicrotask(() => this.#settle(slot));
    });
  }
}

function isAwaited({ isSettled }: Exchange): boolean {
  return !isSettled;
}

function isDirect(target: Target, { proxies, socketPath }: Channel): boolean {
  return proxies?.proxyFor(target) === undefined && socketPath?.origin !== target.origin;
}

/** Order does not matter. */
function leave({ running }: Slot, exchange: Exchange): void {
  exchange.slot = undefined;
  const last = running.pop();
  if (last !== undefined && last !== exchange) running[running.indexOf(exchange)] = last;
}
