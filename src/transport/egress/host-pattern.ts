/** A host as people write it, made comparable: of a list of hosts that something is bound to. */
export interface HostPattern {
  /** As it was written, for messages. */
  readonly text: string;
  /** As URLs have it: lower case, ASCII (UTS 46), without a trailing dot; addresses in their shortest form. */
  readonly host: string;
  /** True for `*.host`: every name below it, however deep, and not `host` itself. */
  readonly isBelow: boolean;
  /** Left out: any port. */
  readonly port: number | undefined;
}

const DEFAULT_PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443 };

/**
 * Reads `api.example.com`, `*.example.com`, `10.0.0.5`, `[fd00::1]` or `fd00::1`, all but the last with or without
 * `:port`. Undefined for anything else; also for `*` alone, which would bind to nothing.
 */
export function parseHostPattern(text: string): HostPattern | undefined {
  const isBelow = text.startsWith('*.');
  const rest = isBelow ? text.slice(2) : text;
  const isBareIpv6 = /^[\da-f.]*:[\da-f.]*:[\da-f:.]*$/i.test(rest);
  const [, written = '', digits] =
    /^(\[[^\]]*\]|[^:[\]]+)(?::(\d{1,5}))?$/.exec(isBareIpv6 ? `[${rest}]` : rest) ?? [];
  // What a URL would read as user info, path or an encoded host is no host to begin with.
  if (written === '' || /[/\\@?#*%\s]/.test(written)) return undefined;
  const port = digits === undefined ? undefined : Number(digits);
  if (port !== undefined && (port < 1 || port > 65_535)) return undefined;
  const url = `http://${written}/`;
  if (!URL.canParse(url)) return undefined;
  const host = withoutDot(new URL(url).hostname);
  if (host === '' || (isBelow && isAddress(host))) return undefined;
  return { text, host, isBelow, port };
}

/** True when a request to `url` goes to a host of the pattern. */
export function matchesHost({ host, isBelow, port }: HostPattern, url: URL): boolean {
  if (port !== undefined && port !== portOf(url)) return false;
  const found = withoutDot(url.hostname);
  return isBelow ? found.length > host.length + 1 && found.endsWith(`.${host}`) : found === host;
}

function portOf({ port, protocol }: URL): number | undefined {
  return port === '' ? DEFAULT_PORTS[protocol] : Number(port);
}

/** A name that ends in a dot is the same name, looked up without search domains. */
function withoutDot(host: string): string {
  return host.endsWith('.') ? host.slice(0, -1) : host;
}

/** The URL standard writes every IPv4 address as four numbers, and every IPv6 address in brackets. */
function isAddress(host: string): boolean {
  return host.startsWith('[') || /^\d+\.\d+\.\d+\.\d+$/.test(host);
}
