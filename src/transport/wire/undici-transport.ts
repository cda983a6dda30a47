import type { Transport } from '../transport.ts';
import { OriginPool } from './origin-pool.ts';
import { createPooledTransport, type PoolingOptions } from './pooled-transport.ts';

export type UndiciTransportOptions = PoolingOptions;

/** The transport over undici's HTTP client, which is loaded at the first request. */
export function createUndiciTransport(options: UndiciTransportOptions = {}): Transport {
  return createPooledTransport(options, (target, channel, lookup) => new OriginPool(target, channel, lookup));
}
