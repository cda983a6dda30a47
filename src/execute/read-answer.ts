import { fastPaths } from '../base/fast-paths.ts';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import type { ExpressionScope } from '../expression/expression.ts';
import {
  type ContentType,
  decodeText,
  isJsonMediaType,
  isTextMediaType,
  parseContentType,
  parseJsonBody,
} from '../transport/bodies/body-decoding.ts';
import { parseJson } from '../transport/bodies/parse-json.ts';
import type { HeaderPair, HttpResponse } from '../transport/transport.ts';

/** An answer, read and parsed: what expressions see. */
export interface Answer extends ExpressionScope {
  /** Lower case, without parameters; empty when the server named none. */
  readonly mediaType: string;
  readonly diagnostics: readonly Issue[];
}

export type HeaderRecord = ExpressionScope['headers'];

/**
 * Reads the whole body and parses it by its content type: JSON as a value, text as text, anything else as base64
 * text; an empty body is undefined. JSON that calls itself plain text, or nothing at all, is JSON all the same.
 * @throws FerruleError BODY_MALFORMED when a successful answer says it is JSON and is not.
 */
export function readAnswer(response: HttpResponse): Answer | Promise<Answer> {
  // Most answers are short and have arrived as a whole by the time they are looked at.
  const bytes = fastPaths ? response.body.bytesAtHand?.() : undefined;
  return bytes === undefined
    ? // A transport of the host program may promise in its own way.
      Promise.resolve(response.body.bytes()).then(read => toAnswer(response, read))
    : toAnswer(response, bytes);
}

function toAnswer(response: HttpResponse, bytes: Uint8Array): Answer {
  const { statusCode, headers, contentType, mediaType } = readHead(response);
  let body: unknown;
  let diagnostics: readonly Issue[] = [];
  try {
    if (bytes.length > 0) body = parseBody(bytes, contentType);
  } catch (error) {
    const isSuccess = statusCode >= 200 && statusCode < 300;
    if (isSuccess || !(error instanceof FerruleError) || error.code !== 'BODY_MALFORMED') throw error;
    // The error page of a proxy in front of a JSON API: its status says more than its syntax.
    diagnostics = [{ code: error.code, pointer: '', message: error.summary }];
    body = Buffer.from(bytes).toString('utf8');
  }
  return { statusCode, headers, mediaType, body, diagnostics };
}

export interface AnswerHead {
  readonly statusCode: number;
  readonly headers: HeaderRecord;
  readonly contentType: ContentType;
  readonly mediaType: string;
}

/** What is known of an answer before its body is read. */
export function readHead(response: HttpResponse): AnswerHead {
  const headers = toHeaderRecord(response.headers);
  const value = headers['content-type'];
  const contentType = parseContentType(typeof value === 'string' ? value : value?.at(-1));
  return { statusCode: response.statusCode, headers, contentType, mediaType: contentType.mediaType };
}

/** Headers by lower-case name; a name that was repeated has a list, in the order received. */
function toHeaderRecord(pairs: readonly HeaderPair[]): HeaderRecord {
  const record: Record<string, string | string[]> = Object.create(null);
  for (const [name, value] of pairs) {
    const key = name.toLowerCase();
    const known = record[key];
    if (known === undefined) record[key] = key === 'set-cookie' ? [value] : value;
    else record[key] = typeof known === 'string' ? [known, value] : [...known, value];
  }
  return record;
}

function parseBody(bytes: Uint8Array, contentType: ContentType): unknown {
  const { mediaType } = contentType;
  if (isJsonMediaType(mediaType)) return parseJsonBody(bytes, contentType);
  if (mediaType === '' || mediaType === 'text/plain') {
    const text = decodeText(bytes, contentType);
    const json = tryJson(text);
    if (json !== undefined) return json;
    return mediaType === '' && text.includes('\u0000') ? toBase64(bytes) : text;
  }
  return isTextMediaType(mediaType) ? decodeText(bytes, contentType) : toBase64(bytes);
}

/** Only objects and lists: a plain text such as `12` or `true` is more likely meant as text. */
function tryJson(text: string): unknown {
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return parseJson(text);
  } catch {
    // Not JSON after all, so it is the text it says it is.
    return undefined;
  }
}

function toBase64(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}
