import type { Transform } from 'node:stream';
import { fastPaths } from '../../base/fast-paths.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import { type ForeignErrorPlace, translateForeignError } from '../../errors/translate-foreign-error.ts';
import type { Limits } from '../transport.ts';
import { toLimitError } from './limit-errors.ts';

/** Content codings of RFC 9110 section 8.4.1, RFC 7932 and RFC 8878. */
type Coding = 'gzip' | 'deflate' | 'br' | 'zstd';

/** A server that compresses what it compressed is mistaken; one that does so more often than this is hostile. */
const MAX_CODINGS = 3;

/** The ratio of tiny bodies says nothing: a line of blanks shrinks a thousandfold. */
const RATIO_JUDGED_FROM_BYTES = 1024 * 1024;

/** Up to these sizes a body is decompressed in one synchronous step of less than a millisecond. */
const SMALL_INPUT_BYTES = 32 * 1024;
const SMALL_OUTPUT_BYTES = 256 * 1024;

export interface DecompressionTask {
  /** The value of `Content-Encoding`, all lines joined by commas. */
  readonly contentEncoding: string;
  readonly limits: Limits;
  /** Bytes received so far, for the ratio. */
  readonly receivedBytes: () => number;
  readonly place: ForeignErrorPlace;
}

/** True when the header names no coding, so that the body is what it is. */
export function isIdentity(contentEncoding: string | undefined): boolean {
  return contentEncoding === undefined || codingNames(contentEncoding).length === 0;
}

/**
 * The decompressed pieces of a body. Every limit is checked piece by piece, at each of several codings.
 * @throws FerruleError BODY_ENCODING, BODY_TRUNCATED, LIMIT_EXCEEDED
 */
export async function* decompress(
  source: AsyncIterable<Uint8Array>,
  task: DecompressionTask,
): AsyncGenerator<Uint8Array, void, undefined> {
  let pieces = source;
  // The coding applied last stands last, and is undone first.
  for (const coding of toCodings(task).reverse()) pieces = withinLimits(undo(pieces, coding), task);
  try {
    yield* pieces;
  } catch (error) {
    throw translateForeignError(error, task.place);
  }
}

/**
 * The decompressed body when that takes one short step; undefined when it is large, wrong or over a limit, in which
 * case {@link decompress} finds out. It never allocates more than its bound.
 */
export function decompressSmall(bytes: Uint8Array, task: DecompressionTask): Uint8Array | undefined {
  if (bytes.length === 0) return bytes;
  if (!fastPaths) return undefined;
  const names = codingNames(task.contentEncoding);
  if (bytes.length > SMALL_INPUT_BYTES || names.length !== 1) return undefined;
  const zlib = process.getBuiltinModule('node:zlib');
  const maxOutputLength = Math.min(SMALL_OUTPUT_BYTES, task.limits.maxDecompressedBytes);
  try {
    // Brotli and zstd are left to the slow path: they are rare, and zstd's synchronous form accepts a cut-off body.
    if (names[0] === 'gzip') return zlib.gunzipSync(bytes, { maxOutputLength });
    if (names[0] === 'br') return zlib.brotliDecompressSync(bytes, { maxOutputLength });
  } catch {
    // The slow path owns all errors: it meets the same one again and reports it with its limit or its place.
  }
  return undefined;
}

async function* undo(source: AsyncIterable<Uint8Array>, coding: Coding): AsyncGenerator<Uint8Array> {
  const { first, pieces } = await peek(source);
  // No bytes at all is an empty body, whatever the header says.
  if (first === undefined) return;
  const decoder = createDecoder(coding, first);
  // Whoever reads the decoder sees the errors of both; the callback keeps them from being thrown globally.
  process.getBuiltinModule('node:stream').pipeline(pieces, decoder, () => undefined);
  yield* decoder as AsyncIterable<Uint8Array>;
}

async function* withinLimits(
  source: AsyncIterable<Uint8Array>,
  { limits, receivedBytes, place }: DecompressionTask,
): AsyncGenerator<Uint8Array> {
  const { maxDecompressedBytes, maxDecompressionRatio } = limits;
  let bytes = 0;
  for await (const piece of source) {
    bytes += piece.length;
    if (bytes > maxDecompressedBytes)
      throw toLimitError('maxDecompressedBytes', maxDecompressedBytes, 'bytes', place);
    if (bytes > RATIO_JUDGED_FROM_BYTES && bytes > receivedBytes() * maxDecompressionRatio) {
      throw toLimitError('maxDecompressionRatio', maxDecompressionRatio, 'times the received bytes', place);
    }
    yield piece;
  }
}

function createDecoder(coding: Coding, first: Uint8Array): Transform {
  const zlib = process.getBuiltinModule('node:zlib');
  switch (coding) {
    case 'gzip':
      return zlib.createGunzip();
    case 'deflate':
      // Some servers send the bare stream (RFC 1951) where RFC 9110 asks for the zlib format (RFC 1950), whose
      // first byte names method 8.
      return ((first[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw();
    case 'br':
      return zlib.createBrotliDecompress();
    case 'zstd':
      return zlib.createZstdDecompress();
  }
}

function toCodings({ contentEncoding, place }: DecompressionTask): Coding[] {
  const names = codingNames(contentEncoding);
  if (names.length > MAX_CODINGS) {
    throw new FerruleError(
      'BODY_ENCODING',
      `${place.host}:${place.port}: the body is compressed ${names.length} times over`,
      { expected: `at most ${MAX_CODINGS} content codings` },
    );
  }
  return names.map(name => {
    if (name === 'gzip' || name === 'deflate' || name === 'br' || name === 'zstd') return name;
    throw new FerruleError('BODY_ENCODING', `${place.host}:${place.port}: the content coding is not known`, {
      expected: 'gzip, deflate, br or zstd',
      found: `"${name.slice(0, 40)}"`,
    });
  });
}

/** `x-gzip` is an old name of gzip (RFC 9110 section 8.4.1.3). */
function codingNames(contentEncoding: string): string[] {
  return contentEncoding
    .toLowerCase()
    .split(',')
    .map(name => name.trim())
    .filter(name => name !== '' && name !== 'identity')
    .map(name => (name === 'x-gzip' ? 'gzip' : name));
}

/** The first piece that is not empty, and an iteration that still begins with it. */
async function peek(
  source: AsyncIterable<Uint8Array>,
): Promise<{ first: Uint8Array | undefined; pieces: AsyncIterable<Uint8Array> }> {
  const iterator = source[Symbol.asyncIterator]();
  let result = await iterator.next();
  while (!result.done && result.value.length === 0) result = await iterator.next();
  const first = result.done ? undefined : result.value;
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    try {
      if (first === undefined) return;
      yield first;
      for (let next = await iterator.next(); !next.done; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  };
  return { first, pieces: pieces() };
}
