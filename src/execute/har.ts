import type { Redactor } from '../base/redactor.ts';
import { version } from '../base/version.ts';
import {
  decodeText,
  isJsonMediaType,
  isTextMediaType,
  parseContentType,
} from '../transport/bodies/body-decoding.ts';
import type { WireExchange } from '../transport/observation/witness.ts';
import type { HeaderPair } from '../transport/transport.ts';
import { type HarCookie, toSentCookies, toSetCookies } from './har-cookies.ts';
import { type HarTimings, toHarTime, toHarTimings } from './har-timings.ts';
import { maskTokenExchange } from './har-token-exchange.ts';

/** HTTP Archive 1.2, as the network views of browsers read it. Times in milliseconds, sizes in bytes, -1 where unknown. */
export interface Har {
  readonly log: {
    readonly version: '1.2';
    readonly creator: { readonly name: string; readonly version: string };
    readonly entries: readonly HarEntry[];
  };
}

export interface HarEntry {
  /** ISO 8601. */
  readonly startedDateTime: string;
  readonly time: number;
  readonly request: {
    readonly method: string;
    readonly url: string;
    readonly httpVersion: string;
    readonly cookies: readonly HarCookie[];
    readonly headers: readonly HarPair[];
    readonly queryString: readonly HarPair[];
    readonly postData?: { readonly mimeType: string; readonly text: string };
    readonly headersSize: number;
    readonly bodySize: number;
  };
  /** Of a request without an answer: status 0, and `_error` says why. */
  readonly response: {
    readonly status: number;
    readonly statusText: string;
    readonly httpVersion: string;
    readonly cookies: readonly HarCookie[];
    readonly headers: readonly HarPair[];
    /** Of a binary body only the size. */
    readonly content: {
      /** After decompression. */
      readonly size: number;
      /** Bytes that compression saved. */
      readonly compression?: number;
      readonly mimeType: string;
      readonly text?: string;
    };
    readonly redirectURL: string;
    readonly headersSize: number;
    readonly bodySize: number;
    readonly _error?: string;
  };
  readonly cache: Readonly<Record<string, never>>;
  readonly timings: HarTimings;
}

export interface HarPair {
  readonly name: string;
  readonly value: string;
}

/** Their values are credentials even when no secret of the definition is in them: a session the server has opened. */
const MASKED_HEADERS = new Set([
  'authorization',
  'cookie',
  'proxy-authorization',
  'set-cookie',
  'set-cookie2',
]);

/** The requests of an execution, those for its token too, in the order in which they were sent, secrets masked. */
export function toHar(exchanges: readonly WireExchange[], redactor: Redactor): Har {
  // A renewal of the token may go on behind the report; what came of it is not known yet.
  const ended = exchanges.filter(({ head, error }) => head !== undefined || error !== undefined);
  const entries = ended.map(exchange => toEntry(exchange, redactor));
  return { log: { version: '1.2', creator: { name: 'ferrule', version }, entries } };
}

function toEntry(exchange: WireExchange, redactor: Redactor): HarEntry {
  const timings = toHarTimings(exchange);
  const entry: HarEntry = {
    startedDateTime: new Date(exchange.startedAtMs).toISOString(),
    time: toHarTime(timings),
    request: toRequest(exchange, redactor),
    response: toResponse(exchange, redactor),
    cache: {},
    timings,
  };
  return exchange.authenticates ? maskTokenExchange(entry) : entry;
}

function toRequest({ request, head }: WireExchange, redactor: Redactor): HarEntry['request'] {
  const { method, url, headers, body } = request;
  const mimeType = redactor.redact(headerOf(headers, 'content-type'));
  const parameters = [...new URL(url).searchParams];
  return {
    method,
    url: redactor.redact(url),
    httpVersion: toHttpVersion(head),
    cookies: toSentCookies(headers, redactor),
    headers: toPairs(headers, redactor),
    queryString: parameters.map(([name, value]) => ({
      name: redactor.redact(name),
      value: redactor.redact(value),
    })),
    ...(body === undefined
      ? {}
      : {
          postData: {
            mimeType,
            text: typeof body === 'string' ? redactor.redact(body) : `[${body.length} bytes]`,
          },
        }),
    // Headers are added to it on its way, such as Host and Content-Length.
    headersSize: -1,
    bodySize: body === undefined ? 0 : Buffer.byteLength(body),
  };
}

function toResponse(exchange: WireExchange, redactor: Redactor): HarEntry['response'] {
  const { head, error, bodyBytes, receivedBytes } = exchange;
  const headers = head?.headers ?? [];
  const contentType = headerOf(headers, 'content-type');
  const text = textOf(exchange, contentType);
  return {
    status: head?.statusCode ?? 0,
    statusText: redactor.redact(head?.statusText ?? ''),
    httpVersion: toHttpVersion(head),
    cookies: toSetCookies(headers, redactor),
    headers: toPairs(headers, redactor),
    content: {
      size: bodyBytes,
      ...(isCompressed(headers) && receivedBytes !== undefined
        ? { compression: bodyBytes - receivedBytes }
        : {}),
      mimeType: redactor.redact(contentType),
      ...(text === undefined ? {} : { text: redactor.redact(text) }),
    },
    redirectURL: redactor.redact(headerOf(headers, 'location')),
    headersSize: -1,
    bodySize: receivedBytes ?? -1,
    ...(error === undefined ? {} : { _error: error }),
  };
}

function toHttpVersion(head: WireExchange['head']): string {
  return head?.httpVersion === undefined ? 'unknown' : `HTTP/${head.httpVersion}`;
}

function isCompressed(headers: readonly HeaderPair[]): boolean {
  return headerOf(headers, 'content-encoding') !== '';
}

/** The body when it is text, as far as it was kept. */
function textOf({ body }: WireExchange, header: string): string | undefined {
  const contentType = parseContentType(header === '' ? undefined : header);
  const { mediaType } = contentType;
  if (body.length === 0 || !(isTextMediaType(mediaType) || isJsonMediaType(mediaType))) return undefined;
  return decodeText(Buffer.concat(body), contentType);
}

function toPairs(headers: readonly HeaderPair[], redactor: Redactor): readonly HarPair[] {
  return headers.map(([name, value]) => ({
    name: redactor.redact(name),
    value: MASKED_HEADERS.has(name.toLowerCase()) ? '[secret]' : redactor.redact(value),
  }));
}

function headerOf(headers: readonly HeaderPair[], name: string): string {
  return headers.find(([other]) => other.toLowerCase() === name)?.[1] ?? '';
}
