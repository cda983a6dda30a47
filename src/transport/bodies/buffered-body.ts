import type { ResponseBody } from '../transport.ts';

/** A body that has arrived as a whole. It may be read more than once. */
export class BufferedBody implements ResponseBody {
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  bytes(): Promise<Uint8Array> {
    return Promise.resolve(this.#bytes);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Uint8Array, void, undefined> {
    if (this.#bytes.length > 0) yield this.#bytes;
  }

  /** Nothing is open. */
  cancel(): void {}
}
