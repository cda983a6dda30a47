import { createGotTransport } from '../../src/transport/got/got-transport.ts';
import type { Transport } from '../../src/transport/transport.ts';
import type { PoolingOptions } from '../../src/transport/wire/pooled-transport.ts';
import { createUndiciTransport } from '../../src/transport/wire/undici-transport.ts';
import { createGotOverAgents } from '../support/got-over-agents.ts';

export type CreateAdapter = (options?: PoolingOptions) => Transport;

/** Most rules stand above the adapters, and some within; that all of them hold is shown for each. */
export const adapters: readonly (readonly [string, CreateAdapter])[] = [
  ['undici', createUndiciTransport],
  ['got', createGotTransport],
  ['got with agents', createGotOverAgents],
];
