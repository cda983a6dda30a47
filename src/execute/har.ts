import type { Redactor } from '../base/redactor.ts';
import { version } from '../base/version.ts';
import {
  decodeText,
  isJsonMediaType,
  isTextMediaType,
  parseContentType,
} from '../transport/body-decoding.ts';
import type { HeaderPair, HttpRequest } from '../transport/transport.ts';
import type { WireExchange } from '../transport/witness.ts';

/** HTTP Archive 1.2, as the network views of browsers read it. Times in milliseconds, -1 where unknown. */
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
    readonly cookies: readonly never[];
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
    readonly cookies: readonly never[];
    readonly headers: readonly HarPair[];
    /** Of a binary body only the size. */
    readonly content: { readonly size: number; readonly mimeType: string; readonly text?: string };
    readonly redirectURL: string;
    readonly headersSize: number;
    readonly bodySize: number;
    readonly _error?: string;
  };
  readonly cache: Readonly<Record<string, never>>;
  readonly timings: { readonly send: number; readonly wait: number; readonly receive: number };
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

/** The requests of an execution, in the order in which they were sent, secrets masked. */
export function toHar(exchanges: readonly WireExchange[], redactor: Redactor): Har {
  const entries = exchanges.map(exchange => toEntry(exchange, redactor));
  return { log: { version: '1.2', creator: { name: 'ferrule', version }, entries } };
}

function toEntry(exchange: WireExchange, redactor: Redactor): HarEntry {
  const { startedAtMs, head, bodyMs = 0 } = exchange;
  const wait = head?.firstByteMs ?? 0;
  return {
    startedDateTime: new Date(startedAtMs).toISOString(),
    time: wait + bodyMs,
    request: toRequest(exchange.request, redactor),
    response: toResponse(exchange, redactor),
    cache: {},
    timings: { send: 0, wait, receive: bodyMs },
  };
}

function toRequest(request: HttpRequest, redactor: Redactor): HarEntry['request'] {
  const { method, url, headers, body } = request;
  const mimeType = redactor.redact(headerOf(headers, 'content-type'));
  const parameters = [...new URL(url).searchParams];
  return {
    method,
    url: redactor.redact(url),
    httpVersion: 'HTTP/1.1',
    cookies: [],
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
    headersSize: -1,
    bodySize: body === undefined ? 0 : Buffer.byteLength(body),
  };
}

function toResponse(exchange: WireExchange, redactor: Redactor): HarEntry['response'] {
  const { head, error, bodyBytes } = exchange;
  const headers = head?.headers ?? [];
  const contentType = headerOf(headers, 'content-type');
  const text = textOf(exchange, contentType);
  return {
    status: head?.statusCode ?? 0,
    statusText: '',
    httpVersion: 'HTTP/1.1',
    cookies: [],
    headers: toPairs(headers, redactor),
    content: {
      size: bodyBytes,
      mimeType: redactor.redact(contentType),
      ...(text === undefined ? {} : { text: redactor.redact(text) }),
    },
    redirectURL: redactor.redact(headerOf(headers, 'location')),
    headersSize: -1,
    bodySize: -1,
    ...(error === undefined ? {} : { _error: error }),
  };
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
