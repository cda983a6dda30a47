/**
 * What comes in batches, given one by one. An item at hand is given without asking the layers beneath: with hundreds of
 * events in a piece of a body, a turn through them for each took half of its time
 * (docs/decisions/0034-events-are-given-from-batches.md).
 *
 * It keeps the order of an async generator when it is asked faster than it answers. An error of a batch is thrown where
 * `batches` handed the batch out, so that it ends like any other. A generator queues `return` behind a `next` that
 * waits, and a silent server makes that long; one that has not begun skips its `finally`. So leaving aborts first, and
 * `batches` then finishes in its ordinary way.
 */
export class OneByOne<Item> implements AsyncIterableIterator<Item, void, undefined> {
  readonly #batches: AsyncGenerator<Iterable<Item>, void, undefined>;
  readonly #leaving: AbortController;
  #batch: Iterator<Item> | undefined;
  #begun = false;
  /** The last answer that is still to come. Who asks meanwhile waits behind it. */
  #coming: Promise<IteratorResult<Item, void>> | undefined;

  constructor(batches: AsyncGenerator<Iterable<Item>, void, undefined>, leaving: AbortController) {
    this.#batches = batches;
    this.#leaving = leaving;
  }

  next(): Promise<IteratorResult<Item, void>> {
    if (this.#coming !== undefined) {
      const pull = () => this.#pull();
      return this.#await(this.#coming.then(pull, pull));
    }
    try {
      const next = this.#batch?.next();
      if (next?.done === false) return Promise.resolve(next);
    } catch (error) {
      return this.#await(this.#end(error));
    }
    return this.#await(this.#pull());
  }

  async return(): Promise<IteratorReturnResult<void>> {
    this.#leaving.abort();
    this.#batch = undefined;
    if (!this.#begun) await this.#batches.next();
    await this.#batches.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #await(answer: Promise<IteratorResult<Item, void>>): Promise<IteratorResult<Item, void>> {
    this.#coming = answer;
    const arrived = () => {
      if (this.#coming === answer) this.#coming = undefined;
    };
    answer.then(arrived, arrived);
    return answer;
  }

  async #pull(): Promise<IteratorResult<Item, void>> {
    this.#begun = true;
    try {
      for (;;) {
        const next = this.#batch?.next();
        if (next?.done === false) return next;
        const batch = await this.#batches.next();
        if (batch.done) return batch;
        // Who has left gets nothing more.
        if (!this.#leaving.signal.aborted) this.#batch = batch.value[Symbol.iterator]();
      }
    } catch (error) {
      return this.#end(error);
    }
  }

  /** `batches` throws it again, as it wants it to be seen; also when it was the one that threw. */
  async #end(error: unknown): Promise<IteratorReturnResult<void>> {
    await this.#batches.throw(error);
    return { done: true, value: undefined };
  }
}
