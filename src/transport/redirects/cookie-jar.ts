import type { Clock } from '../../base/clock.ts';
import type { HeaderPair, HttpRequest } from '../transport.ts';

interface Cookie {
  readonly origin: string;
  readonly name: string;
  readonly value: string;
  readonly path: string;
  /** Milliseconds since the Unix epoch. */
  readonly expiresAtMs: number;
}

/** More than any login needs, so that a hostile server fills neither memory nor the head of the next request. */
const MAX_COOKIES = 50;
const MAX_COOKIE_BYTES = 4096;
const MAX_JAR_BYTES = 16 * 1024;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f]/;

/**
 * The cookies of one redirect chain. RFC 6265, but stricter: a cookie goes back to the very origin that set it, as any
 * other credential would. `Domain` only decides whether it may be set at all, so no list of public suffixes is
 * needed; path, expiry, `Secure` and the name prefixes (RFC 6265bis section 4.1.3) hold.
 */
export class CookieJar {
  readonly #clock: Clock;
  readonly #cookies = new Map<string, Cookie>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Keeps what an answer from `url` sets, and tells the values: they are credentials. What is too much is ignored. */
  keep(url: string, headers: readonly HeaderPair[]): readonly string[] {
    const kept: string[] = [];
    for (const [name, line] of headers) {
      if (name.toLowerCase() !== 'set-cookie') continue;
      const cookie = parseCookie(line, new URL(url), this.#clock.now());
      if (cookie !== undefined && this.#put(cookie)) kept.push(cookie.value);
    }
    return kept;
  }

  /** The request with the cookies for its URL in its one Cookie header; its own of the same name give way. */
  addTo(request: HttpRequest): HttpRequest {
    const found = this.#cookiesFor(new URL(request.url));
    if (found.length === 0) return request;
    const isCookie = ([name]: HeaderPair) => name.toLowerCase() === 'cookie';
    const names = new Set(found.map(({ name }) => name));
    const own = request.headers
      .filter(isCookie)
      .flatMap(([, value]) => value.split(';'))
      .map(pair => pair.trim())
      .filter(pair => pair !== '' && !names.has(pair.split('=', 1)[0] ?? ''));
    const all = [...own, ...found.map(({ name, value }) => `${name}=${value}`)];
    return {
      ...request,
      headers: [...request.headers.filter(pair => !isCookie(pair)), ['Cookie', all.join('; ')]],
    };
  }

  /** Longer paths first (RFC 6265 section 5.4, step 2); the map keeps the order of setting. */
  #cookiesFor(url: URL): readonly Cookie[] {
    const now = this.#clock.now();
    return [...this.#cookies.values()]
      .filter(({ origin, path, expiresAtMs }) => {
        return origin === url.origin && isBelow(url.pathname, path) && expiresAtMs > now;
      })
      .toSorted((one, other) => other.path.length - one.path.length);
  }

  #put(cookie: Cookie): boolean {
    const key = JSON.stringify([cookie.origin, cookie.path, cookie.name]);
    if (cookie.expiresAtMs <= this.#clock.now()) {
      this.#cookies.delete(key);
      return false;
    }
    const others = [...this.#cookies].filter(([other]) => other !== key).map(([, other]) => other);
    const bytes = others.reduce((sum, other) => sum + sizeOf(other), sizeOf(cookie));
    if (sizeOf(cookie) > MAX_COOKIE_BYTES || others.length >= MAX_COOKIES || bytes > MAX_JAR_BYTES) {
      return false;
    }
    this.#cookies.set(key, cookie);
    return true;
  }
}

function sizeOf({ name, value }: Cookie): number {
  return name.length + value.length;
}

/** RFC 6265 section 5.2 and 5.3; undefined for one that must be ignored. */
function parseCookie(line: string, url: URL, nowMs: number): Cookie | undefined {
  const [pair = '', ...rest] = line.split(';');
  const equalsAt = pair.indexOf('=');
  const name = pair.slice(0, Math.max(equalsAt, 0)).trim();
  const value = pair.slice(equalsAt + 1).trim();
  if (name === '' || CONTROL.test(line)) return undefined;
  const attributes = new Map(rest.map(toAttribute));
  const isSecure = attributes.has('secure');
  if (isSecure && url.protocol !== 'https:') return undefined;
  const domain = attributes.get('domain') ?? '';
  if (domain !== '' && !mayBeSetFor(domain, url.hostname)) return undefined;
  const given = attributes.get('path') ?? '';
  const path = given.startsWith('/') ? given : defaultPath(url.pathname);
  if (/^__(?:secure|host)-/i.test(name) && !isSecure) return undefined;
  if (/^__host-/i.test(name) && (domain !== '' || given !== '/')) return undefined;
  return { origin: url.origin, name, value, path, expiresAtMs: expiryOf(attributes, nowMs) };
}

/** The last one of a name counts, which is what a Map makes of it. */
function toAttribute(text: string): readonly [name: string, value: string] {
  const equalsAt = text.indexOf('=');
  if (equalsAt === -1) return [text.trim().toLowerCase(), ''];
  return [text.slice(0, equalsAt).trim().toLowerCase(), text.slice(equalsAt + 1).trim()];
}

/** RFC 6265 section 5.1.3: the host itself or, unless it is an address, a domain above it. */
function mayBeSetFor(domain: string, host: string): boolean {
  const bare = domain.replace(/^\./, '').toLowerCase();
  return host === bare || (/[^\d.]/.test(host) && !host.startsWith('[') && host.endsWith(`.${bare}`));
}

/** RFC 6265 section 5.1.4. */
function defaultPath(pathname: string): string {
  const end = pathname.lastIndexOf('/');
  return end <= 0 ? '/' : pathname.slice(0, end);
}

function isBelow(pathname: string, path: string): boolean {
  if (pathname === path) return true;
  return pathname.startsWith(path) && (path.endsWith('/') || pathname[path.length] === '/');
}

/** Max-Age goes before Expires (RFC 6265 section 5.3, step 3). */
function expiryOf(attributes: ReadonlyMap<string, string>, nowMs: number): number {
  const maxAge = attributes.get('max-age') ?? '';
  if (/^-?\d+$/.test(maxAge)) return Number(maxAge) <= 0 ? 0 : nowMs + Number(maxAge) * 1000;
  const expiresAtMs = Date.parse(attributes.get('expires') ?? '');
  return Number.isNaN(expiresAtMs) ? Number.POSITIVE_INFINITY : expiresAtMs;
}
