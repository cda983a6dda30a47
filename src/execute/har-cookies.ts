import type { Redactor } from '../base/redactor.ts';
import type { HeaderPair } from '../transport/transport.ts';

/** A cookie of HAR 1.2. Its value is a credential and stands as `[secret]`. */
export interface HarCookie {
  readonly name: string;
  readonly value: string;
  readonly path?: string;
  readonly domain?: string;
  /** ISO 8601. */
  readonly expires?: string;
  readonly httpOnly?: boolean;
  readonly secure?: boolean;
}

/** The cookies that a request carries. */
export function toSentCookies(headers: readonly HeaderPair[], redactor: Redactor): readonly HarCookie[] {
  return valuesOf(headers, 'cookie')
    .flatMap(value => value.split(';'))
    .map(nameOf)
    .filter(name => name !== '')
    .map(name => toCookie(name, redactor));
}

/** The cookies that an answer sets, with those of their attributes that HAR has (RFC 6265 section 5.2). */
export function toSetCookies(headers: readonly HeaderPair[], redactor: Redactor): readonly HarCookie[] {
  return valuesOf(headers, 'set-cookie').map(value => {
    const [pair = '', ...attributes] = value.split(';');
    const known = attributes.map(each => toAttribute(each, redactor));
    return Object.assign({}, toCookie(nameOf(pair), redactor), ...known) as HarCookie;
  });
}

function valuesOf(headers: readonly HeaderPair[], wanted: string): readonly string[] {
  return headers.filter(([name]) => name.toLowerCase() === wanted).map(([, value]) => value);
}

function nameOf(pair: string): string {
  const at = pair.indexOf('=');
  return at === -1 ? '' : pair.slice(0, at).trim();
}

function toCookie(name: string, redactor: Redactor): HarCookie {
  return { name: redactor.redact(name), value: '[secret]' };
}

function toAttribute(text: string, redactor: Redactor): Partial<HarCookie> {
  const at = text.indexOf('=');
  const name = (at === -1 ? text : text.slice(0, at)).trim().toLowerCase();
  const value = at === -1 ? '' : text.slice(at + 1).trim();
  switch (name) {
    case 'path':
      return { path: redactor.redact(value) };
    case 'domain':
      return { domain: redactor.redact(value) };
    case 'expires': {
      const expiresAtMs = Date.parse(value);
      return Number.isNaN(expiresAtMs) ? {} : { expires: new Date(expiresAtMs).toISOString() };
    }
    case 'httponly':
      return { httpOnly: true };
    case 'secure':
      return { secure: true };
    default:
      return {};
  }
}
