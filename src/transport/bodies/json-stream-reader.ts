import { FerruleError } from '../../errors/ferrule-error.ts';
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
 * LF or CRLF, a last line without end accepted. They come together as they became complete with one piece of `source`,
 * are parsed when they are asked for, and have to be read before the next ones are. Ending the iteration early ends that
 * of `source`.
 *
 * @throws FerruleError BODY_MALFORMED naming the line; LIMIT_EXCEEDED for a line over `maxEventBytes`
 */
export function readNdjson(
  source: AsyncIterable<Uint8Array>,
  options: { readonly maxEventBytes: number },
): AsyncGenerator<Iterable<StreamedValue>, void, undefined> {
  return readValues(source, options.maxEventBytes, NDJSON);
}

/**
 * The values of a JSON text sequence (`application/json-seq`, RFC 7464). A number or literal that is cut off by the
 * next record is refused, as section 2.4 asks. They come as those of {@link readNdjson} do.
 *
 * @throws FerruleError BODY_MALFORMED naming the record; LIMIT_EXCEEDED for a record over `maxEventBytes`
 */
export function readJsonSequence(
  source: AsyncIterable<Uint8Array>,
  options: { readonly maxEventBytes: number },
): AsyncGenerator<Iterable<StreamedValue>, void, undefined> {
  return readValues(source, options.maxEventBytes, JSON_SEQUENCE);
}

async function* readValues(
  source: AsyncIterable<Uint8Array>,
  maxEventBytes: number,
  format: Format,
): AsyncGenerator<Iterable<StreamedValue>, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  const splitter = new Splitter(format.separator, maxEventBytes);
  let line = format === JSON_SEQUENCE ? 0 : 1;
  function* parseEach(texts: Iterable<Uint8Array>): Generator<StreamedValue, void, undefined> {
    for (const text of texts) {
      const value = parseText(text, line, decoder, format);
      if (value !== undefined) yield { value: value.parsed, line };
      line += 1;
    }
  }
  for await (const chunk of source) yield parseEach(splitter.split(chunk));
  yield parseEach([splitter.rest()]);
}

/** Cuts chunks of bytes at a separator, wherever the chunks themselves were cut. */
class Splitter {
  readonly #separator: number;
  readonly #maxEventBytes: number;
  #kept: Uint8Array[] = [];
  #keptBytes = 0;

  constructor(separator: number, maxEventBytes: number) {
    this.#separator = separator;
    this.#maxEventBytes = maxEventBytes;
  }

  /** What stands between separators, as far as it ends in this chunk. */
  *split(chunk: Uint8Array): Generator<Uint8Array, void, undefined> {
    let start = 0;
    for (let end = chunk.indexOf(this.#separator); end !== -1; end = chunk.indexOf(this.#separator, start)) {
      this.#assertSize(end - start);
      const last = chunk.subarray(start, end);
      start = end + 1;
      yield this.#kept.length === 0 ? last : this.#joined(last);
    }
    this.#assertSize(chunk.length - start);
    if (start === chunk.length) return;
    this.#kept.push(chunk.subarray(start));
    this.#keptBytes += chunk.length - start;
  }

  /** What follows the last separator. */
  rest(): Uint8Array {
    return this.#joined(new Uint8Array());
  }

  #joined(last: Uint8Array): Uint8Array {
    const joined = Buffer.concat([...this.#kept, last]);
    this.#kept = [];
    this.#keptBytes = 0;
    return joined;
  }

  #assertSize(moreBytes: number): void {
    if (this.#keptBytes + moreBytes > this.#maxEventBytes)
      throw toEventLimitError('a value', this.#maxEventBytes);
  }
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
