import { describe } from 'vitest';
import type { Transport } from '../../src/transport/transport.ts';
import { contractOfAborts } from './contract-aborts.ts';
import { contractOfBodies } from './contract-bodies.ts';
import { contractOfExchanges } from './contract-exchanges.ts';
import { contractOfFaults } from './contract-faults.ts';
import { contractOfLimits } from './contract-limits.ts';

/** Where an adapter cannot do what the others do, each with its reason; tests of the adapter show what it does instead. */
export interface Differences {
  /** Sockets are shared by channels. */
  readonly sharesSockets?: string;
  /** Names of repeated headers are spelled like the first of them. */
  readonly respellsHeaders?: string;
}

/** What every adapter of the transport port must do. `create` gives a fresh transport; the suite closes it. */
export function describeTransport(
  name: string,
  create: () => Transport,
  differences: Differences = {},
): void {
  describe(`${name}: exchanges`, () => contractOfExchanges(create, differences));
  describe(`${name}: bodies`, () => contractOfBodies(create));
  describe(`${name}: limits and timeouts`, () => contractOfLimits(create));
  describe(`${name}: aborts`, () => contractOfAborts(create));
  describe(`${name}: faults`, () => contractOfFaults(create));
}
