import type { LookupAddress } from 'node:dns';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { toEgressError } from '../egress/egress-errors.ts';
import type { EgressPolicy } from '../egress/egress-policy.ts';
import type { Lookup } from './connector.ts';

type LookupDone = (error: Error | null, address: readonly LookupAddress[] | string, family?: number) => void;

/** A lookup for agents: of the addresses of a host it gives those that the egress policy permits. */
export function permittedLookup(lookup: Lookup, egress: EgressPolicy, target: string) {
  return (host: string, options: { readonly all?: boolean | undefined }, done: LookupDone): void => {
    // The agent may look up another name, that of its proxy.
    lookup(host, (error, addresses) => {
      const permitted = addresses.filter(({ address }) => egress.refusalOf(address, target) === undefined);
      const first = permitted[0];
      if (error !== null) done(error, []);
      else if (first === undefined) done(toRefusal(target, addresses[0], egress), []);
      else if (options.all === true) done(null, permitted);
      else done(null, first.address, first.family);
    });
  };
}

function toRefusal(host: string, first: LookupAddress | undefined, egress: EgressPolicy): FerruleError {
  if (first === undefined) {
    return new FerruleError('DNS_FAILED', `${host}: the host name has no address`, { retryable: false });
  }
  const refusal = egress.refusalOf(first.address, host) ?? 'the egress policy refuses it';
  return toEgressError(host, first.address, refusal);
}
