import { createHash } from 'node:crypto';
import type { HmacPlan, SignedPart } from '../compile/auth/hmac.ts';
import type { LocalValues } from '../compile/render-scope.ts';
import type { HttpRequest } from '../transport/transport.ts';
import { splitQuery, splitUrl } from './request-url.ts';

/** What is made for each request: when it was signed, and a text that no other request has. */
export interface SigningMoment {
  readonly timestamp: string;
  readonly nonce: string;
}

/** The parts of a request by the names that a message knows. Nothing is computed that no template asks for. */
export function createSignedParts(
  request: HttpRequest,
  moment: SigningMoment,
  signature: string,
): LocalValues {
  const url = splitUrl(request.url);
  const { body = '' } = request;
  const hash = (algorithm: string, encoding: 'hex' | 'base64') => () =>
    createHash(algorithm).update(body).digest(encoding);
  const parts: Readonly<Record<SignedPart | 'signature', () => string>> = {
    method: () => request.method,
    scheme: () => url.scheme,
    host: () => readHeader(request, 'host') || url.host,
    url: () => request.url,
    path: () => url.path,
    query: () => url.query,
    sortedQuery: () => sortQuery(url.query),
    pathAndQuery: () => (url.query === '' ? url.path : `${url.path}?${url.query}`),
    body: () => (typeof body === 'string' ? body : toBodyMark(moment)),
    // Empty for an empty body, as the canonical texts that name a length want it.
    bodyLength: () => (body.length === 0 ? '' : String(Buffer.byteLength(body))),
    bodyMd5: hash('md5', 'hex'),
    bodySha1: hash('sha1', 'hex'),
    bodySha256: hash('sha256', 'hex'),
    bodySha512: hash('sha512', 'hex'),
    bodyMd5Base64: hash('md5', 'base64'),
    bodySha1Base64: hash('sha1', 'base64'),
    bodySha256Base64: hash('sha256', 'base64'),
    bodySha512Base64: hash('sha512', 'base64'),
    timestamp: () => moment.timestamp,
    nonce: () => moment.nonce,
    signature: () => signature,
  };
  return {
    get: name =>
      name.startsWith('header:')
        ? readHeader(request, name.slice('header:'.length).trim().toLowerCase())
        : isPart(name, parts)
          ? parts[name]()
          : undefined,
  };
}

function isPart<Parts extends object>(name: PropertyKey, parts: Parts): name is keyof Parts {
  return Object.hasOwn(parts, name);
}

/** The bytes of a rendered message, those of the body in their place. */
export function toMessageBytes(message: string, { body }: HttpRequest, moment: SigningMoment): Buffer {
  if (body === undefined || typeof body === 'string') return Buffer.from(message);
  const [first = '', ...others] = message.split(toBodyMark(moment));
  return Buffer.concat([Buffer.from(first), ...others.flatMap(text => [body, Buffer.from(text)])]);
}

export function toTimestamp(nowMs: number, format: HmacPlan['timestampFormat']): string {
  const date = new Date(nowMs);
  switch (format) {
    case 'epoch_seconds':
      return String(Math.floor(nowMs / 1000));
    case 'epoch_milliseconds':
      return String(Math.floor(nowMs));
    case 'iso8601':
      return date.toISOString().replace(/\.\d+/, '');
    case 'iso8601_basic':
      return date.toISOString().replaceAll(/[-:]|\.\d+/g, '');
    case 'http_date':
      return date.toUTCString();
  }
}

/** Stands in a rendered message for a body of bytes, which no text can hold. Nobody can know it beforehand. */
function toBodyMark({ nonce }: SigningMoment): string {
  return `\u0000${nonce}\u0000`;
}

/** Values of one header joined by commas (RFC 9110 section 5.3); `''` when there is none. */
function readHeader({ headers }: HttpRequest, lowerName: string): string {
  const values = headers.filter(([name]) => name.toLowerCase() === lowerName).map(([, value]) => value);
  // Header values are bytes as characters; the message is text whose bytes are signed.
  return Buffer.from(values.join(', '), 'latin1').toString('utf8');
}

/** By name, parameters of one name in the order in which they are sent; encoded as they are sent. */
function sortQuery(query: string): string {
  return splitQuery(query)
    .map(([name], index) => ({ name, pair: query.split('&').filter(pair => pair !== '')[index] ?? '' }))
    .toSorted((a, b) => (a.name === b.name ? 0 : a.name < b.name ? -1 : 1))
    .map(({ pair }) => pair)
    .join('&');
}
