import http from 'node:http';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { ForeignErrorPlace } from '../../errors/translate-foreign-error.ts';
import { translateForeignError } from '../../errors/translate-foreign-error.ts';
import type { DispatchOptions } from '../wire/undici-client.ts';

/** The head of a request for `http.request`: names and values in turn. */
export interface GotHead {
  readonly method: string;
  readonly path: string;
  readonly headers: readonly string[];
  readonly body: Uint8Array | undefined;
}

type Place = Pick<ForeignErrorPlace, 'host' | 'port'>;

/** Node would send these and then not do what they say. */
const FRAMING_HEADERS = new Set(['transfer-encoding', 'expect', 'upgrade', 'keep-alive']);

/** RFC 9110 section 8.6: an empty body is announced where the method calls for a body. */
const METHODS_WITH_BODY = new Set(['POST', 'PUT', 'PATCH']);

/**
 * The head that Node is to send, judged before anything is opened: `Host` and `Content-Length` are added where the
 * request leaves them out.
 * @throws FerruleError HEADER_INVALID, URL_INVALID
 */
export function toGotHead(options: DispatchOptions, origin: string, place: Place): GotHead {
  const { method } = options;
  const path = options.path;
  if (/[^\u0021-\u00ff]/.test(path)) {
    throw invalid('URL_INVALID', 'the path of the request holds characters that a URL cannot hold', place);
  }
  const body = toBytes(options.body);
  const given = toFlatHeaders(options.headers);
  judge(method, given, body, place);
  const names = new Set(given.filter((_, index) => index % 2 === 0).map(name => name.toLowerCase()));
  const headers = names.has('host') ? [...given] : ['host', origin.slice(origin.indexOf('/') + 2), ...given];
  if (!names.has('content-length') && (body !== undefined || METHODS_WITH_BODY.has(method))) {
    headers.push('content-length', String(body?.length ?? 0));
  }
  return { method, path, headers, body };
}

/** As an object, which agents may read and add to: repeated names stand together, spelled like the first. */
export function toHeaderObject(headers: readonly string[]): Record<string, string | string[]> {
  const byName = new Map<string, { readonly name: string; readonly values: string[] }>();
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = headers[index] ?? '';
    const value = headers[index + 1] ?? '';
    const known = byName.get(name.toLowerCase());
    if (known === undefined) byName.set(name.toLowerCase(), { name, values: [value] });
    else known.values.push(value);
  }
  return Object.fromEntries(
    [...byName.values()].map(({ name, values }) => [name, values.length > 1 ? values : (values[0] ?? '')]),
  );
}

function judge(method: string, headers: readonly string[], body: Uint8Array | undefined, place: Place): void {
  try {
    http.validateHeaderName(method);
    for (let index = 0; index + 1 < headers.length; index += 2) {
      const name = headers[index] ?? '';
      http.validateHeaderName(name);
      http.validateHeaderValue(name, headers[index + 1] ?? '');
    }
  } catch (error) {
    throw translateForeignError(error, { ...place, phase: 'connect', details: { requestSent: false } });
  }
  for (let index = 0; index + 1 < headers.length; index += 2) {
    const name = (headers[index] ?? '').toLowerCase();
    const value = headers[index + 1] ?? '';
    if (FRAMING_HEADERS.has(name) || (name === 'connection' && !/^(?:close|keep-alive)$/i.test(value))) {
      throw invalid('HEADER_INVALID', 'the request holds a header that cannot be sent', place);
    }
    if (name === 'content-length' && value !== String(body?.length ?? 0)) {
      throw invalid(
        'HEADER_INVALID',
        'the Content-Length header does not match the body of the request',
        place,
      );
    }
  }
}

function invalid(code: 'URL_INVALID' | 'HEADER_INVALID', sentence: string, place: Place): FerruleError {
  const { host, port } = place;
  return new FerruleError(code, `${host}:${port}: ${sentence}`, {
    details: { host, port, requestSent: false },
  });
}

function toFlatHeaders(headers: DispatchOptions['headers']): readonly string[] {
  return Array.isArray(headers) ? headers.filter(part => typeof part === 'string') : [];
}

function toBytes(body: DispatchOptions['body']): Uint8Array | undefined {
  if (typeof body === 'string') return Buffer.from(body);
  return body instanceof Uint8Array ? body : undefined;
}
