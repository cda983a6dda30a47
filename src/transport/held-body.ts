import type { ResponseBody } from './transport.ts';

/** A body that tells, once, when nothing more will be read of it: it has ended, failed, or was dropped. */
export class HeldBody implements ResponseBody {
  readonly #body: ResponseBody;
  #onEnd: (() => void) | undefined;

  constructor(body: ResponseBody, onEnd: () => void) {
    this.#body = body;
    this.#onEnd = onEnd;
  }

  async bytes(): Promise<Uint8Array> {
    try {
      return await this.#body.bytes();
    } finally {
      this.#end();
    }
  }

  [Symbol.asyncIterator](): AsyncIterator<Uint8Array> {
    const pieces = this.#body[Symbol.asyncIterator]();
    return {
      next: async () => {
        try {
          const next = await pieces.next();
          if (next.done) this.#end();
          return next;
        } catch (error) {
          this.#end();
          throw error;
        }
      },
      return: async () => {
        this.#end();
        await pieces.return?.();
        return { done: true, value: undefined };
      },
    };
  }

  cancel(): void {
    this.#body.cancel();
    this.#end();
  }

  #end(): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.();
  }
}
