import { FerruleError } from '../errors/ferrule-error.ts';
import { toEventLimitError } from './limit-errors.ts';
import { parseJson } from './parse-json.ts';

/** One value of a stream of JSON texts. */
export interface StreamedValue {
  readonly value: unknown;
  /** Line (NDJSON) or record (JSON sequence) it stands in, from 1. */
  readonly line: number;
}

interface Format {
  readonly separator: number;
  readonly subject: 'line' | 'record';
}

const NDJSON: Format = { separator: 0x0a, subject: 'line' };
type Decoder = InstanceType<typeof TextDecoder>;

/** RFC 7464: every text begins with RS and ends with LF. */
const JSON_SEQUENCE: Format = { separator: 0x1e, subject: 'record' };

/**
 * The values of an NDJSON stream (`application/x-ndjson`, JSON Lines): one JSON text per line, empty lines skipped,
 * LF or CRLF, a last line without end accepted. Ending the iteration early ends that of `source`.
 *
 * @throws FerruleError BODY_MALFORMED naming the line; LIMIT_EXCEEDED for a line over `maxEventBytes`
 */
export function readNdjson(
  source: AsyncIterable<Uint8Array>,
  options: { readonly maxEventBytes: number },
): AsyncGenerator<StreamedValue, void, undefined> {
  return readValues(source, options.maxEventBytes, NDJSON);
}

/**
 * The values of a JSON text sequence (`application/json-seq`, RFC 7464). A number or literal that is cut off by the
 * next record is refused, as section 2.4 asks.
 *
 * @throws FerruleError BODY_MALFORMED naming the record; LIMIT_EXCEEDED for a record over `maxEventBytes`
 */
export function readJsonSequence(
  source: AsyncIterable<Uint8Array>,
  options: { readonly maxEventBytes: number },
): AsyncGenerator<StreamedValue, void, undefined> {
  return readValues(source, options.maxEventBytes, JSON_SEQUENCE);
}

async function* readValues(
  source: AsyncIterable<Uint8Array>,
  maxEventBytes: number,
  format: Format,
): AsyncGenerator<StreamedValue, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  let line = format === JSON_SEQUENCE ? 0 : 1;
  for await (const text of split(source, maxEventBytes, format.separator)) {
    const value = parseText(text, line, decoder, format);
    if (value !== undefined) yield { value: value.parsed, line };
    line += 1;
  }
}

/** The bytes between separators; the last piece is what follows the last separator. */
async function* split(
  source: AsyncIterable<Uint8Array>,
  maxEventBytes: number,
  separator: number,
): AsyncGenerator<Uint8Array, void, undefined> {
  let kept: Uint8Array[] = [];
  let keptBytes = 0;
  for await (const chunk of source) {
    let start = 0;
    for (let end = chunk.indexOf(separator); end !== -1; end = chunk.indexOf(separator, start)) {
      if (keptBytes + end - start > maxEventBytes) throw toEventLimitError('a value', maxEventBytes);
      yield joined(kept, chunk.subarray(start, end));
      kept = [];
      keptBytes = 0;
      start = end + 1;
    }
    if (start < chunk.length) kept.push(chunk.subarray(start));
    keptBytes += chunk.length - start;
    if (keptBytes > maxEventBytes) throw toEventLimitError('a value', maxEventBytes);
  }
  yield joined(kept, new Uint8Array());
}

function joined(kept: readonly Uint8Array[], last: Uint8Array): Uint8Array {
  return kept.length === 0 ? last : Buffer.concat([...kept, last]);
}

function parseText(
  bytes: Uint8Array,
  line: number,
  decoder: Decoder,
  format: Format,
): { readonly parsed: unknown } | undefined {
  const text = decode(bytes, decoder);
  if (text === undefined) throw malformed(line, format, 'it is not UTF-8');
  if (text.trim() === '') return undefined;
  if (format === JSON_SEQUENCE && line === 0)
    throw malformed(line, format, 'no record separator comes first');
  if (format === JSON_SEQUENCE && !/[\]}"\s]$/.test(text)) throw malformed(line, format, 'it is cut off');
  try {
    return { parsed: parseJson(text) };
  } catch (error) {
    if (error instanceof FerruleError) throw malformed(line, format, 'it is nested too deep');
    // V8's message quotes the text, which may hold anything, so it is not kept as the cause.
    throw malformed(line, format, 'it is not JSON');
  }
}

function decode(bytes: Uint8Array, decoder: Decoder): string | undefined {
  try {
    return decoder.decode(bytes);
  } catch {
    // Invalid UTF-8: the caller says where.
    return undefined;
  }
}

function malformed(line: number, format: Format, problem: string): FerruleError {
  return new FerruleError(
    'BODY_MALFORMED',
    `${format.subject} ${line} of the stream cannot be read: ${problem}`,
    {
      expected: `one JSON text per ${format.subject}`,
      details: { line },
    },
  );
}
