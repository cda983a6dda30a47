import { createHash } from 'node:crypto';
import type { HttpRequest } from '../transport/transport.ts';
import { decodePercent, splitQuery, splitUrl } from './request-url.ts';

/** What of a request AWS signs, in the form in which both sides can write it down alike. */
export interface CanonicalRequest {
  /** Bytes as characters: header values may hold any byte. */
  readonly text: string;
  /** Lower-case names, sorted and joined by semicolons. */
  readonly signedHeaders: string;
}

/**
 * Headers that proxies and HTTP clients add or change on the way; signing them would break requests for nothing.
 * All others are signed.
 */
const UNSIGNED_HEADERS = new Set([
  'authorization',
  'connection',
  'content-length',
  'expect',
  'keep-alive',
  'proxy-authorization',
  'te',
  'transfer-encoding',
  'upgrade',
  'user-agent',
  'x-amzn-trace-id',
]);

/** `pathEncoding`: `once` for Amazon S3, whose keys are paths as they are; `twice` for every other service. */
export function toCanonicalRequest(
  request: HttpRequest,
  pathEncoding: 'once' | 'twice',
  payloadHash: string,
): CanonicalRequest {
  const { host, path, query } = splitUrl(request.url);
  const headers = toCanonicalHeaders(request, host);
  const signedHeaders = headers.map(([name]) => name).join(';');
  const text = [
    request.method,
    pathEncoding === 'once' ? encodePath(path.split('/').map(decodePercent)) : encodePath(normalize(path)),
    toCanonicalQuery(query),
    ...headers.map(([name, value]) => `${name}:${value}`),
    '',
    signedHeaders,
    payloadHash,
  ].join('\n');
  return { text, signedHeaders };
}

export function hashHex(content: HttpRequest['body'], encoding: 'utf8' | 'latin1' = 'utf8'): string {
  const hash = createHash('sha256');
  if (typeof content === 'string') hash.update(content, encoding);
  else if (content !== undefined) hash.update(content);
  return hash.digest('hex');
}

/** Resolves `.` and `..` and drops empty segments, as AWS services do (not S3) before they check a signature. */
function normalize(path: string): readonly string[] {
  const segments: string[] = [];
  for (const segment of path.split('/')) {
    if (segment === '..') segments.pop();
    else if (segment !== '' && segment !== '.') segments.push(segment);
  }
  return ['', ...segments, ...(segments.length === 0 || path.endsWith('/') ? [''] : [])];
}

/** What is encoded already is encoded a second time, percent signs included. */
function encodePath(segments: readonly string[]): string {
  return segments.map(encode).join('/');
}

/** Sorted by encoded name, then by encoded value, both in the order of their bytes. */
function toCanonicalQuery(query: string): string {
  return splitQuery(query)
    .map(pair => pair.map(part => encode(decodePercent(part))))
    .toSorted(([nameA = '', valueA = ''], [nameB = '', valueB = '']) =>
      nameA === nameB ? compare(valueA, valueB) : compare(nameA, nameB),
    )
    .map(pair => pair.join('='))
    .join('&');
}

/** Names in lower case and sorted; values trimmed, inner runs of spaces one space, repeated headers joined by commas. */
function toCanonicalHeaders({ headers }: HttpRequest, host: string): readonly (readonly [string, string])[] {
  const values = new Map<string, string>();
  for (const [name, value] of headers) {
    const lowerName = name.toLowerCase();
    if (UNSIGNED_HEADERS.has(lowerName)) continue;
    const trimmed = value.trim().replaceAll(/ +/g, ' ');
    const earlier = values.get(lowerName);
    values.set(lowerName, earlier === undefined ? trimmed : `${earlier},${trimmed}`);
  }
  if (!values.has('host')) values.set('host', host);
  return [...values].toSorted(([a], [b]) => compare(a, b));
}

/** RFC 3986 section 2.3: everything but unreserved characters is encoded, in upper case. */
function encode(text: string): string {
  return encodeURIComponent(text.toWellFormed()).replaceAll(
    /[!'()*]/g,
    character => `%${character.charCodeAt(0).toString(16).toUpperCase()}`,
  );
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
