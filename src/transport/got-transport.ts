import { createGotClient } from './got-client.ts';
import { OriginPool } from './origin-pool.ts';
import { createPooledTransport, type PoolingOptions } from './pooled-transport.ts';
import type { Transport } from './transport.ts';

export interface GotTransportOptions extends PoolingOptions {}

export function createGotTransport(options: GotTransportOptions = {}): Transport {
  return createPooledTransport(
    options,
    (target, channel, lookup) =>
      new OriginPool(target, { ...channel, http2: false }, lookup, (_origin, clientOptions) =>
        createGotClient(target, clientOptions),
      ),
  );
}
