import { FerruleError } from '../../errors/ferrule-error.ts';
import type { ForeignErrorPlace } from '../../errors/translate-foreign-error.ts';
import type { Limits, ResponseBody } from '../transport.ts';
import { type DecompressionTask, decompress, decompressSmall, isIdentity } from './decompression.ts';
import { toLimitError } from './limit-errors.ts';

/** Where the bytes come from: the exchange that holds the socket. */
export interface BodySource {
  pause(): void;
  resume(): void;
  /** Closes the socket. */
  abort(reason: FerruleError): void;
  /** For messages about the body. */
  place(phase: 'read'): ForeignErrorPlace;
}

export interface IncomingBodyOptions {
  readonly source: BodySource;
  readonly limits: Limits;
  readonly contentEncoding: string | undefined;
  readonly signal: AbortSignal | undefined;
}

/** Bytes kept for a reader that is slower than the server, before the socket is paused. */
const HIGH_WATER_BYTES = 128 * 1024;

/**
 * Smaller pieces are copied together while they wait: as objects of their own, chunks of one byte would take a hundred
 * times their size.
 */
const SMALL_PIECE_BYTES = 1024;
const BLOCK_BYTES = 16 * 1024;

/**
 * The body of one response: the exchange pushes, one reader takes. While nobody reads, and while the reader of a
 * stream is slow, at most {@link HIGH_WATER_BYTES} and one read of the socket are kept.
 */
export class IncomingBody implements ResponseBody {
  readonly #options: IncomingBodyOptions;
  #pieces: Uint8Array[] = [];
  #keptBytes = 0;
  /** Where small pieces are gathered; its used part is the last of the pieces. */
  #block: { readonly bytes: Buffer; used: Uint8Array } | undefined;
  #receivedBytes = 0;
  #state: 'open' | 'ended' | 'failed' = 'open';
  #error: FerruleError | undefined;
  #taken = false;
  #collecting = false;
  /** Wakes the reader: on every piece when it streams, at the end when it collects. */
  #wake: (() => void) | undefined;

  constructor(options: IncomingBodyOptions) {
    this.#options = options;
  }

  get receivedBytes(): number {
    return this.#receivedBytes;
  }

  push(piece: Uint8Array): void {
    if (this.#state !== 'open') return;
    const { limits, source } = this.#options;
    this.#receivedBytes += piece.length;
    if (this.#receivedBytes > limits.maxResponseBytes) {
      source.abort(toLimitError('maxResponseBytes', limits.maxResponseBytes, 'bytes', source.place('read')));
      return;
    }
    // undici sends some when a paused socket goes on. Gathered, one would take the place of the piece before it.
    if (piece.length === 0) return;
    if (piece.length >= SMALL_PIECE_BYTES || this.#pieces.length === 0) this.#pieces.push(piece);
    else this.#gather(piece);
    this.#keptBytes += piece.length;
    if (this.#collecting) return;
    if (this.#keptBytes >= HIGH_WATER_BYTES) source.pause();
    this.#rouse();
  }

  end(): void {
    if (this.#state !== 'open') return;
    this.#state = 'ended';
    this.#rouse();
  }

  fail(error: FerruleError): void {
    if (this.#state !== 'open') return;
    this.#state = 'failed';
    this.#error = error;
    // What arrived before a failure of the server is still handed to the reader of a stream.
    if (error.code === 'ABORTED') this.#pieces = [];
    this.#rouse();
  }

  bytes(): Promise<Uint8Array> {
    if (this.#taken) return Promise.reject(consumedError());
    this.#taken = true;
    const { contentEncoding } = this.#options;
    if (contentEncoding === undefined || isIdentity(contentEncoding)) return this.#collect();
    return this.#collect().then(bytes => this.#decompressAll(bytes, this.#task(contentEncoding)));
  }

  bytesAtHand(): Uint8Array | undefined {
    if (this.#taken || this.#state !== 'ended') return undefined;
    const { contentEncoding } = this.#options;
    if (contentEncoding !== undefined && !isIdentity(contentEncoding)) return undefined;
    this.#taken = true;
    return this.#takeAll();
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    if (this.#taken) throw consumedError();
    this.#taken = true;
    const { contentEncoding } = this.#options;
    const identity = contentEncoding === undefined || isIdentity(contentEncoding);
    const pieces = identity ? this.#stream() : decompress(this.#stream(), this.#task(contentEncoding));
    // The generators alone would notice an early end only when the next piece arrives, which may be never.
    return {
      next: identity ? () => pieces.next() : () => pieces.next().catch(error => this.#giveUp(error)),
      return: async () => {
        this.cancel();
        await pieces.return(undefined);
        return { done: true, value: undefined };
      },
    };
  }

  cancel(): void {
    this.#taken = true;
    if (this.#state === 'open') {
      this.#options.source.abort(
        new FerruleError('ABORTED', 'the reader dropped the body', { stage: 'read' }),
      );
    } else {
      this.#pieces = [];
    }
  }

  #giveUp(error: unknown): never {
    this.cancel();
    throw error;
  }

  #rouse(): void {
    const wake = this.#wake;
    this.#wake = undefined;
    wake?.();
  }

  #gather(piece: Uint8Array): void {
    const block = this.#block;
    const length = block?.used.length ?? 0;
    const isLast = block !== undefined && block.used === this.#pieces.at(-1);
    if (isLast && length + piece.length <= BLOCK_BYTES) {
      block.bytes.set(piece, length);
      block.used = block.bytes.subarray(0, length + piece.length);
      this.#pieces[this.#pieces.length - 1] = block.used;
      return;
    }
    const bytes = Buffer.allocUnsafeSlow(BLOCK_BYTES);
    bytes.set(piece);
    this.#block = { bytes, used: bytes.subarray(0, piece.length) };
    this.#pieces.push(this.#block.used);
  }

  /** Everything, as received. */
  async #collect(): Promise<Uint8Array> {
    if (this.#state === 'open') {
      this.#collecting = true;
      this.#options.source.resume();
      await this.#nextWake();
    }
    if (this.#error !== undefined) throw this.#error;
    return this.#takeAll();
  }

  #takeAll(): Uint8Array {
    const pieces = this.#pieces;
    this.#pieces = [];
    const only = pieces[0];
    if (only !== undefined && pieces.length === 1) return only;
    return Buffer.concat(pieces, this.#keptBytes);
  }

  /** Piece by piece, as received. */
  async *#stream(): AsyncGenerator<Uint8Array, void, undefined> {
    try {
      for (;;) {
        const piece = this.#pieces.shift();
        if (piece !== undefined) {
          this.#keptBytes -= piece.length;
          if (this.#keptBytes < HIGH_WATER_BYTES) this.#options.source.resume();
          yield piece;
        } else if (this.#error !== undefined) {
          throw this.#error;
        } else if (this.#state === 'ended') {
          return;
        } else {
          await this.#nextWake();
        }
      }
    } finally {
      this.cancel();
    }
  }

  #nextWake(): Promise<void> {
    return new Promise(resolve => {
      this.#wake = resolve;
    });
  }

  async #decompressAll(bytes: Uint8Array, task: DecompressionTask): Promise<Uint8Array> {
    const small = decompressSmall(bytes, task);
    if (small !== undefined) return small;
    const pieces: Uint8Array[] = [];
    for await (const piece of decompress(this.#once(bytes), task)) pieces.push(piece);
    return Buffer.concat(pieces);
  }

  /** One piece as a source that ends when the caller aborts: the socket has been let go by then. */
  async *#once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void, undefined> {
    const sliceBytes = 64 * 1024;
    for (let offset = 0; offset < bytes.length; offset += sliceBytes) {
      if (this.#options.signal?.aborted) throw toAbortError(this.#options.signal);
      yield bytes.subarray(offset, offset + sliceBytes);
    }
  }

  #task(contentEncoding: string): DecompressionTask {
    const { limits, source } = this.#options;
    return { contentEncoding, limits, place: source.place('read'), receivedBytes: () => this.#receivedBytes };
  }
}

/** The error for a call whose signal fired. */
export function toAbortError(signal: AbortSignal): FerruleError {
  return new FerruleError('ABORTED', 'the caller aborted the request', { cause: signal.reason });
}

function consumedError(): FerruleError {
  return new FerruleError(
    'BODY_CONSUMED',
    'the body was already read or dropped, and it can be read once only',
  );
}
