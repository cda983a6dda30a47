import { fingerprint } from '../../base/fingerprint.ts';
import { type SecretValue, toSecretValue } from '../../base/secret-value.ts';
import type { ErrorCode } from '../../errors/error-codes.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Target } from '../sockets/connector.ts';
import { createTrust, type TrustPlan } from '../trust/trust.ts';
import { createBypass } from './proxy-bypass.ts';
import { assertProxyOptions } from './proxy-options.ts';

/** A proxy and who is to be reached without it. */
export interface ProxyOptions {
  /**
   * `http://`, `https://`, `socks5://` (names are resolved here) or `socks5h://` (names are resolved by the proxy), host and
   * port. The port is 80, 443 or 1080 when left out. No user info, path or query.
   */
  readonly url: string;
  /** Sent to the proxy alone: Basic authentication, or that of RFC 1929. */
  readonly username?: string | SecretValue | null;
  readonly password?: string | SecretValue | null;
  /**
   * Hosts that are reached directly: a name with all below it (`example.com`), only what is below it (`.example.com`,
   * `*.example.com`), an address, a block of addresses (`10.0.0.0/8`), each also with `:port`, or `*` for all.
   */
  readonly noProxy?: readonly string[];
  /** CA certificates in PEM form for the TLS to an `https://` proxy; they extend the roots of Node. */
  readonly caCert?: string | null;
}

/** A proxy, judged. */
export interface ProxyServer {
  /** Equal keys mean: the same proxy, credentials, trust and exceptions. Does not show the credentials. */
  readonly key: string;
  readonly scheme: 'http' | 'https' | 'socks5' | 'socks5h';
  readonly target: Target;
  readonly credentials: ProxyCredentials | undefined;
  readonly trust: TrustPlan;
  /** True when the host program named it: then its own address is not judged by the egress policy. */
  readonly isExempt: boolean;
  /** Whether a target is reached without the proxy. */
  bypasses(target: Pick<Target, 'host' | 'port'>): boolean;
}

export interface ProxyCredentials {
  readonly username: SecretValue;
  readonly password: SecretValue;
}

/** Where the options of a proxy stand, and how messages about them are filed. */
export interface ProxyPlace {
  readonly pointer: string;
  readonly code: ErrorCode;
  /** Certificates are judged at this moment; milliseconds since the epoch. */
  readonly nowMs: number;
  readonly isExempt: boolean;
}

const DEFAULT_PORTS = { http: 80, https: 443, socks5: 1080, socks5h: 1080 } as const;

/** RFC 1929 section 2 counts the bytes of each in one byte. */
const MAX_SOCKS_CREDENTIAL_BYTES = 255;

/** @throws FerruleError `place.code`, CERTIFICATE_INVALID, CREDENTIAL_INVALID. None of them repeats what was given. */
export function createProxyServer(options: ProxyOptions, place: ProxyPlace): ProxyServer {
  assertProxyOptions(options, place);
  const { scheme, host, port } = parseProxyUrl(options.url, place);
  const { noProxy = [], caCert = null } = options;
  const credentials = toCredentials(options, scheme, place.pointer);
  const trust = createTrust({
    caCert,
    pointers: { caCert: `${place.pointer}/caCert` },
    nowMs: place.nowMs,
  });
  const bypasses = createBypass(noProxy, place);
  const secure = scheme === 'https';
  const authority = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const secrets = credentials === undefined ? [] : [credentials.username, credentials.password];
  return {
    key: fingerprint(
      scheme,
      authority,
      trust.key,
      String(place.isExempt),
      JSON.stringify(noProxy),
      ...secrets.map(secret => secret.reveal()),
    ),
    scheme,
    target: { origin: `${secure ? 'https' : 'http'}://${authority}`, secure, host, port },
    credentials,
    trust,
    isExempt: place.isExempt,
    bypasses,
  };
}

/** Scheme, host and port of the URL of a proxy. @throws FerruleError `place.code`, which never repeats the URL */
export function parseProxyUrl(
  url: string,
  { pointer, code }: Pick<ProxyPlace, 'pointer' | 'code'>,
): { readonly scheme: ProxyServer['scheme']; readonly host: string; readonly port: number } {
  const refuse = (summary: string, expected: string, found?: string) =>
    new FerruleError(code, summary, { pointer: `${pointer}/url`, expected, found });
  const scheme = /^([a-z][a-z\d+.-]*):\/\//i.exec(url)?.[1]?.toLowerCase();
  if (scheme === undefined || !isScheme(scheme)) {
    const expected = 'http://, https://, socks5:// or socks5h://';
    throw refuse('The URL of the proxy has no scheme that can be used', expected, scheme);
  }
  // Read as a URL of http, whose hosts are brought to one form; only the port of 80 would be lost.
  const asHttp = `http${url.slice(scheme.length)}`;
  const parsed = URL.canParse(asHttp) ? new URL(asHttp) : undefined;
  if (parsed === undefined) throw refuse('The URL of the proxy cannot be read', 'scheme://host:port');
  if (parsed.username !== '' || parsed.password !== '' || url.includes('@')) {
    const expected = 'the fields username and password instead';
    throw refuse('The URL of the proxy contains a user name or password', expected);
  }
  if (parsed.pathname !== '/' || parsed.search !== '' || parsed.hash !== '' || /[?#]/.test(url)) {
    throw refuse('The URL of the proxy contains more than scheme, host and port', 'scheme://host:port');
  }
  const hasPort = /:\d+\/?$/.test(url);
  const port = parsed.port !== '' ? Number(parsed.port) : hasPort ? 80 : DEFAULT_PORTS[scheme];
  return { scheme, host: parsed.hostname.replace(/^\[|\]$/g, ''), port };
}

function isScheme(scheme: string): scheme is ProxyServer['scheme'] {
  return Object.hasOwn(DEFAULT_PORTS, scheme);
}

function toCredentials(
  { username, password }: ProxyOptions,
  scheme: ProxyServer['scheme'],
  pointer: string,
): ProxyCredentials | undefined {
  if ((username ?? null) === null && (password ?? null) === null) return undefined;
  const credentials = { username: toSecretValue(username ?? ''), password: toSecretValue(password ?? '') };
  const isSocks = scheme.startsWith('socks');
  for (const [name, secret] of Object.entries(credentials)) {
    const text = secret.reveal();
    const isLong = isSocks && Buffer.byteLength(text) > MAX_SOCKS_CREDENTIAL_BYTES;
    if (!isLong && !/\p{Cc}/u.test(text) && !(name === 'username' && !isSocks && text.includes(':')))
      continue;
    throw new FerruleError('CREDENTIAL_INVALID', `The ${name} of the proxy cannot be sent to it`, {
      pointer: `${pointer}/${name}`,
      expected: isSocks
        ? 'at most 255 bytes without control characters (RFC 1929)'
        : 'text without control characters, and a user name without ":" (RFC 7617 section 2)',
    });
  }
  return credentials;
}
