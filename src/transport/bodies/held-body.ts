import type { ResponseBody } from '../transport.ts';

/** A body that tells, once, when nothing more will be read of it: it has ended, failed (then why), or was dropped. */
export class HeldBody implements ResponseBody {
  readonly #body: ResponseBody;
  #onEnd: ((failure?: unknown) => void) | undefined;

  constructor(body: ResponseBody, onEnd: (failure?: unknown) => void) {
    this.#body = body;
    this.#onEnd = onEnd;
  }

  async bytes(): Promise<Uint8Array> {
    try {
      const bytes = await this.#body.bytes();
      this.#end();
      return bytes;
    } catch (error) {
      this.#end(error);
      throw error;
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
          this.#end(error);
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

  #end(failure?: unknown): void {
    const onEnd = this.#onEnd;
    this.#onEnd = undefined;
    onEnd?.(failure);
  }
}
