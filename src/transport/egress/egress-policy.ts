import { FerruleError } from '../../errors/ferrule-error.ts';
import { toEgressError, toSocketPathError, toUnresolvedError } from './egress-errors.ts';
import { canonicalHost, isMetadataHost, kindOf } from './host-kind.ts';
import { type AddressKind, classifyAddress, isAddressOrBlock, isAddressWithin } from './internet-address.ts';
import { type Depth, limitToDepth } from './redirected-egress.ts';

/** Which addresses may be reached. */
export interface EgressPolicy {
  /** Equal keys mean equal policies. */
  readonly key: string;
  /**
   * Judges the host of a URL, name or IP literal, before anything is resolved.
   * @throws FerruleError EGRESS_REFUSED
   */
  assertHost(host: string): void;
  /** Why `address` may not be reached under the name `host`, or undefined when it may. */
  refusalOf(address: string, host: string): string | undefined;
  /**
   * Judges a host that a proxy would resolve, so that its address is never seen here. Optional for policies of hosts:
   * without it, names are not left to proxies.
   * @throws FerruleError EGRESS_REFUSED
   */
  assertUnresolved?(host: string): void;
  /**
   * Judges the path of a UNIX socket. Without it, none may be used.
   * @throws FerruleError EGRESS_REFUSED
   */
  assertSocketPath?(path: string): void;
  /** The same for redirects of a server that is so far inside; left out: they are judged like any request. */
  forRedirects?(depth: Depth): EgressPolicy;
  /** What proxies are judged by, when that is another policy. */
  readonly forProxies?: EgressPolicy;
}

/**
 * Hosts are written as a name (`api.example.com`), a name with everything below it (`*.example.com`),
 * an address (`10.0.0.5`, `fd00::1`) or a block of addresses (`10.0.0.0/8`).
 */
export interface EgressOptions {
  /** Private networks: RFC 1918, RFC 6598, fc00::/7. Default true. */
  readonly allowPrivate?: boolean;
  /** 127.0.0.0/8, ::1 and the unspecified addresses, which also reach this machine. Default true. */
  readonly allowLoopback?: boolean;
  /** 169.254.0.0/16, fe80::/10 and the cloud metadata services, which hand out credentials. Default false. */
  readonly allowLinkLocalAndMetadata?: boolean;
  /** Multicast, broadcast, documentation and unassigned ranges. Default: as `allowPrivate`. */
  readonly allowReserved?: boolean;
  /** Exempt from the four rules above. */
  readonly allowHosts?: readonly string[];
  /** When given, nothing else may be reached at all. */
  readonly onlyHosts?: readonly string[];
  /** Refused whatever the other rules say. */
  readonly denyHosts?: readonly string[];
  /**
   * Leave names to proxies that resolve them (http, https, socks5h), so that nobody here sees the address. Names of
   * `allowHosts` and `onlyHosts` are always left to them. Default: true when no rule looks at addresses but the one
   * against link-local and metadata addresses.
   */
  readonly allowProxyResolution?: boolean;
  /**
   * Where redirects may lead although it is further in than the server that sends them: from a public system into a private
   * network or to this machine, or from a private network to this machine. Default none. The other rules hold as well.
   */
  readonly allowRedirectsTo?: readonly string[];
  /** Absolute paths of the UNIX sockets that may be used; default none. */
  readonly allowUnixSockets?: readonly string[];
}

/** Everything but the public Internet is refused. */
export const closedEgress: EgressOptions = { allowPrivate: false, allowLoopback: false };

/**
 * The rules for where sockets may go. The connector asks it about the host of the URL, about every address the
 * host resolves to, and about the address a socket is connected to in the end.
 *
 * @throws FerruleError OPTIONS_INVALID when a host pattern cannot be read.
 */
export function createEgressPolicy(options: EgressOptions = {}): EgressPolicy {
  const allowed = allowedKinds(options);
  const allowHosts = toMatcher(options.allowHosts ?? []);
  const onlyHosts = options.onlyHosts === undefined ? undefined : toMatcher(options.onlyHosts);
  const onlyNames = options.onlyHosts?.some(isAddressOrBlock) === false;
  const denyHosts = toMatcher(options.denyHosts ?? []);
  const allowRedirectsTo = toMatcher(options.allowRedirectsTo ?? []);

  const judgesAddresses =
    options.allowPrivate === false ||
    options.allowLoopback === false ||
    options.allowReserved === false ||
    options.denyHosts?.some(isAddressOrBlock) === true;
  const leavesNames = options.allowProxyResolution ?? !judgesAddresses;

  function refusalOf(address: string, host: string): string | undefined {
    const name = canonicalHost(host);
    if (denyHosts(name) || denyHosts(address)) return 'the egress policy denies this host';
    if (onlyHosts !== undefined && !onlyHosts(name) && !onlyHosts(address)) {
      return 'the egress policy allows other hosts only';
    }
    if (allowHosts(name) || allowHosts(address)) return undefined;
    const kind = kindOf(address, name);
    if (kind === undefined) return 'it is no IP address';
    return allowed.has(kind) ? undefined : `it is ${descriptions[kind]}`;
  }

  const policy: EgressPolicy = {
    key: JSON.stringify([
      [...allowed].sort(),
      options.allowHosts ?? [],
      options.onlyHosts ?? null,
      options.denyHosts ?? [],
      leavesNames,
      options.allowUnixSockets ?? [],
      options.allowRedirectsTo ?? [],
    ]),
    refusalOf,
    assertUnresolved(host) {
      const name = canonicalHost(host);
      // A literal was judged by `assertHost`, as the address that it is.
      if (classifyAddress(name) !== undefined) return;
      const refusal = refusalOfUnresolved(name);
      if (refusal !== undefined) throw toUnresolvedError(name, refusal);
    },
    assertSocketPath(path) {
      if (options.allowUnixSockets?.includes(path) !== true) throw toSocketPathError(path);
    },
    assertHost(host) {
      const name = canonicalHost(host);
      const refusal = classifyAddress(name) === undefined ? refusalOfName(name) : refusalOf(name, name);
      if (refusal !== undefined) throw toEgressError(name, name, refusal);
    },
    forRedirects: depth => (depth === 2 ? policy : limitToDepth(policy, depth, allowRedirectsTo)),
  };
  return policy;

  function refusalOfUnresolved(name: string): string | undefined {
    if (onlyHosts !== undefined) {
      return onlyHosts(name) ? undefined : 'the egress policy allows other hosts only';
    }
    if (leavesNames || allowHosts(name)) return undefined;
    return 'its address would be resolved by the proxy, where it cannot be judged';
  }

  /** A name can be refused before it is resolved only by rules about names. */
  function refusalOfName(name: string): string | undefined {
    if (denyHosts(name)) return 'the egress policy denies this host';
    // A name outside a list of names is not even asked for: a query can carry data out by itself.
    if (onlyNames && onlyHosts?.(name) === false) return 'the egress policy allows other hosts only';
    if (allowHosts(name) || allowed.has('metadata')) return undefined;
    return isMetadataHost(name) ? `it is ${descriptions.metadata}` : undefined;
  }
}

const descriptions: Readonly<Record<AddressKind, string>> = {
  public: 'a public address',
  private: 'an address of a private network',
  loopback: 'an address of this machine',
  linkLocal: 'a link-local address',
  metadata: 'a cloud metadata service',
  multicast: 'a multicast address',
  unspecified: 'the unspecified address',
  reserved: 'a reserved address',
};

function allowedKinds(options: EgressOptions): ReadonlySet<AddressKind> {
  const allowPrivate = options.allowPrivate ?? true;
  const kinds = new Set<AddressKind>(['public']);
  if (allowPrivate) kinds.add('private');
  if (options.allowLoopback ?? true) kinds.add('loopback').add('unspecified');
  if (options.allowLinkLocalAndMetadata ?? false) kinds.add('linkLocal').add('metadata');
  if (options.allowReserved ?? allowPrivate) kinds.add('reserved').add('multicast');
  return kinds;
}

function toMatcher(patterns: readonly string[]): (host: string) => boolean {
  const blocks = patterns.filter(isAddressOrBlock);
  const names = new Set<string>();
  const suffixes: string[] = [];
  for (const pattern of patterns) {
    if (blocks.includes(pattern)) continue;
    if (pattern.startsWith('*.')) suffixes.push(`.${patternHost(pattern.slice(2), pattern)}`);
    else names.add(patternHost(pattern, pattern));
  }
  return host =>
    names.has(host) ||
    suffixes.some(suffix => host.endsWith(suffix)) ||
    blocks.some(block => isAddressWithin(host, block));
}

function patternHost(host: string, pattern: string): string {
  const name = canonicalHost(host);
  if (name === '' || /[/:@?#*\s]/.test(host)) {
    throw new FerruleError(
      'OPTIONS_INVALID',
      `the egress policy holds a host that cannot be read: "${pattern}"`,
      {
        expected: 'a host name, *.name, an address or a block such as 10.0.0.0/8',
      },
    );
  }
  return name;
}
