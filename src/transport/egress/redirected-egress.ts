import { FerruleError } from '../../errors/ferrule-error.ts';
import { toEgressError } from './egress-errors.ts';
import type { EgressPolicy } from './egress-policy.ts';
import { canonicalHost, kindOf } from './host-kind.ts';
import type { AddressKind } from './internet-address.ts';

/** How far inside a server is: 0 on the Internet, 1 in a private network, 2 on this machine. */
export type Depth = 0 | 1 | 2;

const depths: Readonly<Record<AddressKind, Depth>> = {
  public: 0,
  private: 1,
  linkLocal: 1,
  multicast: 1,
  reserved: 1,
  loopback: 2,
  unspecified: 2,
  // Hands out the credentials of this machine.
  metadata: 2,
};

const origins = ['of a public system', 'of a private network'] as const;

/**
 * How far inside a server is that was reached at `address`. Undefined where that is not known, as behind a proxy: a name
 * then counts as one of the Internet.
 */
export function depthOf(address: string | undefined, host: string): Depth {
  return (address === undefined ? undefined : literalDepth(address, host)) ?? literalDepth(host, host) ?? 0;
}

/**
 * The rules of `policy` for redirects of a server at that depth: no further in, except to hosts that are exempt. Whoever
 * can make a public system redirect would otherwise choose what is asked of services that nobody else reaches. At depth
 * 2 there is nothing further in.
 */
export function limitToDepth(
  policy: EgressPolicy,
  depth: Exclude<Depth, 2>,
  isExempt: (host: string) => boolean,
): EgressPolicy {
  const refusal = `a redirect ${origins[depth]} may not lead further in (see egress.allowRedirectsTo)`;
  const isTooDeep = (address: string, host: string) =>
    (literalDepth(address, host) ?? 0) > depth && !isExempt(host) && !isExempt(address);
  return {
    ...policy,
    key: `${policy.key} redirected ${depth}`,
    forProxies: policy,
    assertHost(host) {
      policy.assertHost(host);
      const name = canonicalHost(host);
      if (isTooDeep(name, name)) throw toEgressError(name, name, refusal);
    },
    refusalOf(address, host) {
      const known = policy.refusalOf(address, host);
      if (known !== undefined) return known;
      return isTooDeep(address, canonicalHost(host)) ? refusal : undefined;
    },
    assertSocketPath(path) {
      throw new FerruleError('EGRESS_REFUSED', `the UNIX socket ${path} may not be used: ${refusal}`, {
        details: { socketPath: path, requestSent: false },
      });
    },
  };
}

/** Undefined for a name that says nothing of its address; `localhost` does (RFC 6761 section 6.3). */
function literalDepth(address: string, host: string): Depth | undefined {
  const kind = kindOf(address, canonicalHost(host));
  if (kind !== undefined) return depths[kind];
  return /(?:^|\.)localhost$/.test(address) ? depths.loopback : undefined;
}
