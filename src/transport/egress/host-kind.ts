import { type AddressKind, classifyAddress } from './internet-address.ts';

/** Names that clouds resolve to their metadata services. */
const METADATA_HOSTS = [
  'metadata.google.internal',
  'metadata.goog',
  'metadata',
  'instance-data',
  'instance-data.ec2.internal',
];

/** What an address is for, under a name in its plain form; undefined when it is no address. */
export function kindOf(address: string, name: string): AddressKind | undefined {
  return isMetadataHost(name) ? 'metadata' : classifyAddress(address);
}

export function isMetadataHost(name: string): boolean {
  return METADATA_HOSTS.includes(name);
}

/** Lower case, without brackets and trailing dot; odd spellings of IPv4 (`0x7f.1`, full-width digits) made plain. */
export function canonicalHost(host: string): string {
  const bare = host.replace(/^\[|\]$/g, '');
  if (bare.includes(':')) return bare.toLowerCase();
  const url = `http://${bare}/`;
  const name = URL.canParse(url) ? new URL(url).hostname : bare.toLowerCase();
  return name.endsWith('.') ? name.slice(0, -1) : name;
}
