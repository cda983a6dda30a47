import type { Clock } from '../../base/clock.ts';
import { LruMap } from '../../base/lru-map.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { translateForeignError } from '../../errors/translate-foreign-error.ts';
import { toAbortError } from '../bodies/incoming-body.ts';
import { findForwarder, judgeForwarded, toForwardedHeaders } from '../proxies/forwarding.ts';
import type { ProxyServer } from '../proxies/proxy-server.ts';
import { type Lookup, systemLookup, type Target } from '../sockets/connector.ts';
import type {
  Channel,
  ConnectPhases,
  HttpRequest,
  HttpResponse,
  ProbeContext,
  SendContext,
  Transport,
} from '../transport.ts';
import { DueList } from './due-list.ts';
import { Exchange, type Holder } from './exchange.ts';
import { probeTarget } from './probe.ts';
import type { DispatchOptions } from './undici-client.ts';

export interface PoolingOptions {
  /** How host names are resolved; the operating system's resolver by default. */
  readonly lookup?: Lookup;
  /** Channels whose sockets are kept; the one not used for longest is released. Default 256. */
  readonly maxChannels?: number;
  /** Origins per channel whose sockets are kept. Default 64. */
  readonly maxOriginsPerChannel?: number;
}

/** The sockets of one channel to one origin, and the exchanges that wait for one. */
export interface Pool extends Holder {
  readonly target: Target;
  submit(exchange: Exchange): void;
  /** No exchange will be submitted any more. `onEmpty` is called when the last socket is closed. */
  retire(onEmpty: () => void): Promise<void>;
  /** Ends everything with `reason`. */
  destroy(reason: FerruleError): Promise<void>;
}

/** The part in which adapters differ: where sockets come from, and which library writes to them. */
export type CreatePool = (target: Target, channel: Channel, lookup: Lookup) => Pool;

/** A transport that keeps a pool per channel and origin. It follows no redirects (see `redirects.ts`). */
export function createPooledTransport(
  options: PoolingOptions,
  createPool: CreatePool,
  probe: typeof probeTarget = probeTarget,
): Transport {
  return new PooledTransport(options, createPool, probe);
}

type ChannelPools = LruMap<string, Pool>;

class PooledTransport implements Transport {
  readonly #options: PoolingOptions;
  readonly #createPool: CreatePool;
  readonly #probe: typeof probeTarget;
  readonly #channels: LruMap<string, ChannelPools>;
  /** Pools that left the maps while exchanges ran in them; `close` ends those too. */
  readonly #retiring = new Set<Pool>();
  /** One for each clock, of which there is one outside of tests. */
  readonly #dueLists = new WeakMap<Clock, DueList>();
  #closed = false;

  constructor(options: PoolingOptions, createPool: CreatePool, probe: typeof probeTarget) {
    this.#options = options;
    this.#createPool = createPool;
    this.#probe = probe;
    this.#channels = new LruMap(options.maxChannels ?? 256, pools => void this.#retireAll(pools));
  }

  send(request: HttpRequest, context: SendContext): Promise<HttpResponse> {
    return new Promise((resolve, reject) => {
      if (this.#closed) throw closedError();
      if (context.signal?.aborted) throw toAbortError(context.signal);
      const pathAt = request.url.indexOf('/', 8);
      const pool = this.#pool(request.url, pathAt, context.channel);
      const { target } = pool;
      const { proxies } = context.channel;
      const forwarder = proxies === undefined ? undefined : findForwarder(proxies, target);
      const exchange = new Exchange({
        request,
        options: toDispatchOptions(request, pathAt, context, forwarder),
        context,
        target,
        holder: pool,
        dueList: this.#dueListOf(context.clock),
        resolve: forwarder === undefined ? resolve : judgeForwarded(forwarder, target, resolve, reject),
        reject,
      });
      try {
        pool.submit(exchange);
      } catch (error) {
        exchange.abort(translateForeignError(error, { ...pool.target, phase: 'connect' }));
      }
    });
  }

  async probe(url: string, context: ProbeContext): Promise<ConnectPhases> {
    if (this.#closed) throw closedError();
    return this.#probe(toTarget(originOf(url)), this.#options.lookup ?? systemLookup, context);
  }

  async release(channelKey: string): Promise<void> {
    const pools = this.#channels.get(channelKey);
    if (pools === undefined) return;
    this.#channels.delete(channelKey);
    await this.#retireAll(pools);
  }

  async close(): Promise<void> {
    this.#closed = true;
    const pools = [...this.#channels.values()].flatMap(each => [...each.values()]);
    this.#channels.clear();
    const reason = closedError();
    await Promise.all([...pools, ...this.#retiring].map(pool => pool.destroy(reason)));
  }

  #pool(url: string, pathAt: number, channel: Channel): Pool {
    let pools = this.#channels.get(channel.key);
    if (pools === undefined) {
      pools = new LruMap(this.#options.maxOriginsPerChannel ?? 64, pool => void this.#retire(pool));
      this.#channels.set(channel.key, pools);
    }
    const origin = originOf(url, pathAt);
    const known = pools.get(origin);
    if (known !== undefined) return known;
    const pool = this.#createPool(toTarget(origin), channel, this.#options.lookup ?? systemLookup);
    pools.set(origin, pool);
    return pool;
  }

  #dueListOf(clock: Clock): DueList {
    const known = this.#dueLists.get(clock);
    if (known !== undefined) return known;
    const list = new DueList(clock);
    this.#dueLists.set(clock, list);
    return list;
  }

  async #retireAll(pools: ChannelPools): Promise<void> {
    await Promise.all([...pools.values()].map(pool => this.#retire(pool)));
  }

  async #retire(pool: Pool): Promise<void> {
    this.#retiring.add(pool);
    await pool.retire(() => this.#retiring.delete(pool));
  }
}

/** Scheme, host and port of a URL in normal form, as text: no URL object on the hot path. */
function originOf(url: string, pathAt = url.indexOf('/', 8)): string {
  return url.slice(0, Math.max(0, pathAt));
}

/** @throws FerruleError URL_INVALID unless `origin` is scheme, host and port of an http or https URL, and no more. */
function toTarget(origin: string): Target {
  const url = URL.canParse(origin) ? new URL(origin) : undefined;
  if (url === undefined || url.href !== `${url.origin}/` || !/^https?:$/.test(url.protocol)) {
    throw new FerruleError('URL_INVALID', 'the URL of the request cannot be used', {
      stage: 'send',
      expected: 'an absolute http or https URL as the URL parser writes it, without user info',
    });
  }
  const secure = url.protocol === 'https:';
  return {
    origin: url.origin,
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? (secure ? 443 : 80) : Number(url.port),
  };
}

function toDispatchOptions(
  request: HttpRequest,
  pathAt: number,
  context: SendContext,
  forwarder: ProxyServer | undefined,
): DispatchOptions {
  const headers = toFlatHeaders(request, context.streaming);
  return {
    path: forwarder === undefined ? request.url.slice(pathAt) : request.url,
    method: request.method,
    headers: forwarder === undefined ? headers : toForwardedHeaders(forwarder, headers),
    body: request.body ?? null,
    // With one request per socket at a time there is nothing to block.
    blocking: false,
  };
}

/**
 * Names and values in turn. A request that says nothing about compression accepts it, unless compression would hold
 * back the events of a stream, or a part of the body is asked for.
 */
function toFlatHeaders(request: HttpRequest, streaming: boolean): string[] {
  const flat: string[] = [];
  let acceptsCompression = !streaming;
  for (const [name, value] of request.headers) {
    flat.push(name, value);
    if (name.length === 15 && name.toLowerCase() === 'accept-encoding') acceptsCompression = false;
    else if (name.length === 5 && name.toLowerCase() === 'range') acceptsCompression = false;
  }
  if (acceptsCompression) flat.push('accept-encoding', 'gzip, deflate, br, zstd');
  return flat;
}

function closedError(): FerruleError {
  return new FerruleError('ENGINE_CLOSED', 'the transport is closed', { stage: 'send' });
}
