import { describe } from 'vitest';
import type { Transport } from '../../src/transport/transport.ts';
import { contractOfAborts } from './contract-aborts.ts';
import { contractOfBodies } from './contract-bodies.ts';
import { contractOfExchanges } from './contract-exchanges.ts';
import { contractOfFaults } from './contract-faults.ts';
import { contractOfLimits } from './contract-limits.ts';

/** What every adapter of the transport port must do. `create` gives a fresh transport; the suite closes it. */
export function describeTransport(name: string, create: () => Transport): void {
  describe(`${name}: exchanges`, () => contractOfExchanges(create));
  describe(`${name}: bodies`, () => contractOfBodies(create));
  describe(`${name}: limits and timeouts`, () => contractOfLimits(create));
  describe(`${name}: aborts`, () => contractOfAborts(create));
  describe(`${name}: faults`, () => contractOfFaults(create));
}
