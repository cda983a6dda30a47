import { createRequire } from 'node:module';

/** What an IP address is for, as far as an egress policy cares. */
export type AddressKind =
  | 'public'
  | 'private'
  | 'loopback'
  | 'linkLocal'
  | 'metadata'
  | 'multicast'
  | 'unspecified'
  | 'reserved';

type IpaddrModule = typeof import('ipaddr.js');
type Address = ReturnType<IpaddrModule['parse']>;

let loaded: IpaddrModule | undefined;

/** Addresses under which clouds hand out credentials. */
const METADATA_ADDRESSES = new Set([
  '169.254.169.254', // nearly all of them
  'fd00:ec2::254', // Amazon
  'fd20:ce::254', // Google
  '100.100.100.200', // Alibaba
  '192.0.0.192', // Oracle
  '168.63.129.16', // Azure
]);

/**
 * The kind of an IP address in any textual form (IPv4, IPv6, zone id), or undefined when the text is no address.
 * An IPv4 address carried inside IPv6 (mapped, compatible, NAT64, 6to4, Teredo) is judged as that IPv4 address.
 */
export function classifyAddress(text: string): AddressKind | undefined {
  const address = parseAddress(text);
  if (address === undefined) return undefined;
  const judged = carriedIpv4(address) ?? address;
  if (METADATA_ADDRESSES.has(judged.toString())) return 'metadata';
  return toKind(judged.range(), judged.kind() === 'ipv6' ? (judged.toByteArray()[0] ?? 0) : 0);
}

/** True when `text` is an address inside `range`, which is an address or a CIDR block. False for host names. */
export function isAddressWithin(text: string, range: string): boolean {
  const address = parseAddress(text);
  if (address === undefined) return false;
  const judged = carriedIpv4(address) ?? address;
  const block = parseBlock(range);
  return block !== undefined && block[0].kind() === judged.kind() && judged.match(block);
}

/** True for `10.0.0.1`, `fe80::/10` and the like. */
export function isAddressOrBlock(text: string): boolean {
  return parseBlock(text) !== undefined;
}

function parseBlock(range: string): [Address, number] | undefined {
  const ipaddr = ipaddrModule();
  if (range.includes('/')) return ipaddr.isValidCIDR(range) ? ipaddr.parseCIDR(range) : undefined;
  const single = parseAddress(range);
  if (single === undefined) return undefined;
  return [single, single.kind() === 'ipv4' ? 32 : 128];
}

function parseAddress(text: string): Address | undefined {
  const ipaddr = ipaddrModule();
  const bare = text.replace(/^\[|\]$/g, '').replace(/%.*$/, '');
  return ipaddr.isValid(bare) ? ipaddr.parse(bare) : undefined;
}

/** The IPv4 address inside an IPv6 one: RFC 4291 section 2.5.5, RFC 6052, RFC 8215, RFC 3056, RFC 4380. */
function carriedIpv4(address: Address): Address | undefined {
  if (address.kind() === 'ipv4') return undefined;
  const bytes = address.toByteArray();
  const ipv4 = (offset: number, mask = 0): Address =>
    ipaddrModule().fromByteArray(bytes.slice(offset, offset + 4).map(byte => byte ^ mask));
  const startsWith = (...prefix: number[]): boolean => prefix.every((byte, index) => bytes[index] === byte);
  const zeros = (from: number, to: number): boolean => bytes.slice(from, to).every(byte => byte === 0);
  if (zeros(0, 10) && bytes[10] === 0xff && bytes[11] === 0xff) return ipv4(12);
  // `::ffff:0:a.b.c.d`, RFC 2765.
  if (zeros(0, 8) && bytes[8] === 0xff && bytes[9] === 0xff && zeros(10, 12)) return ipv4(12);
  // `::a.b.c.d`; `::` and `::1` are addresses of their own.
  if (zeros(0, 12) && !zeros(12, 15)) return ipv4(12);
  if (startsWith(0x00, 0x64, 0xff, 0x9b)) return ipv4(12);
  if (startsWith(0x20, 0x02)) return ipv4(2);
  if (startsWith(0x20, 0x01, 0x00, 0x00)) return ipv4(12, 0xff);
  return undefined;
}

function toKind(range: string, firstByte: number): AddressKind {
  switch (range) {
    case 'unicast':
      // Outside 2000::/3 nothing is assigned to the public Internet; fec0::/10 is the old site-local range.
      return firstByte === 0 || firstByte >> 5 === 1 ? 'public' : 'reserved';
    case 'private':
    case 'uniqueLocal':
    case 'carrierGradeNat':
      return 'private';
    case 'loopback':
    case 'linkLocal':
    case 'multicast':
    case 'unspecified':
      return range;
    default:
      return 'reserved';
  }
}

function ipaddrModule(): IpaddrModule {
  loaded ??= createRequire(import.meta.url)('ipaddr.js') as IpaddrModule;
  return loaded;
}
