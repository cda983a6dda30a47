import { FerruleError } from '../../errors/ferrule-error.ts';
import { isAddressOrBlock, isAddressWithin } from '../egress/internet-address.ts';
import type { Target } from '../sockets/connector.ts';
import type { ProxyPlace } from './proxy-server.ts';

type Endpoint = Pick<Target, 'host' | 'port'>;
type Rule = (endpoint: Endpoint) => boolean;

/**
 * Which hosts are reached without a proxy, in the words of `NO_PROXY`. Nothing is resolved for it: a block of
 * addresses matches targets that are written as addresses.
 *
 * @throws FerruleError `place.code` for an entry that cannot be read
 */
export function createBypass(
  entries: readonly string[],
  { pointer, code }: Pick<ProxyPlace, 'pointer' | 'code'>,
): Rule {
  const rules = entries.map((entry, index) => {
    const rule = toRule(entry.trim());
    if (rule !== undefined) return rule;
    throw new FerruleError(code, 'The entry cannot be read as a host that needs no proxy', {
      pointer: `${pointer}/noProxy/${index}`,
      expected:
        'example.com, .example.com, *.example.com, 10.0.0.5, 10.0.0.0/8, one of them with :port, or *',
    });
  });
  return endpoint => rules.some(rule => rule(endpoint));
}

/** True for an entry that can be read. */
export function isBypassEntry(entry: string): boolean {
  return toRule(entry.trim()) !== undefined;
}

function toRule(entry: string): Rule | undefined {
  if (entry === '*') return () => true;
  if (entry.startsWith('[') !== entry.includes(']')) return undefined;
  const { host, port } = separatePort(entry);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const matches = toHostRule(host);
  if (matches === undefined || port === undefined) return matches && (endpoint => matches(endpoint.host));
  return endpoint => endpoint.port === port && matches(endpoint.host);
}

/** An IPv6 address holds colons of its own; with a port it stands in brackets. */
function separatePort(entry: string): { readonly host: string; readonly port: number | undefined } {
  const bare = entry.replace(/^\[([^\]]*)\]$/, '$1');
  if (isAddressOrBlock(bare)) return { host: bare, port: undefined };
  const [, host = entry, digits] = /^(.*):(\d{1,5})$/.exec(entry) ?? [];
  return {
    host: host.replace(/^\[([^\]]*)\]$/, '$1'),
    port: digits === undefined ? undefined : Number(digits),
  };
}

function toHostRule(host: string): ((host: string) => boolean) | undefined {
  if (isAddressOrBlock(host)) return found => isAddressWithin(found, host);
  const below = host.startsWith('*.') ? host.slice(2) : host.startsWith('.') ? host.slice(1) : undefined;
  const name = toName(below ?? host);
  if (name === undefined) return undefined;
  return found => {
    const plain = found.endsWith('.') ? found.slice(0, -1) : found;
    return plain.endsWith(`.${name}`) || (below === undefined && plain === name);
  };
}

/** A name as URLs have it: lower case, ASCII, without a trailing dot. */
function toName(text: string): string | undefined {
  if (text === '' || /[/\\:@?#*%[\]\s]/.test(text)) return undefined;
  const url = `http://${text}/`;
  if (!URL.canParse(url)) return undefined;
  const { hostname } = new URL(url);
  const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname;
  return name === '' ? undefined : name;
}
