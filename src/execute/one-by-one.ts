/**
 * What comes in batches, given one by one. An item at hand is given without asking the layers beneath: with hundreds of
 * events in a piece of a body, a turn through them for each took half of its time
 * (docs/decisions/0034-events-are-given-from-batches.md).
 *
 * It keeps the order of an async generator when it is asked faster than it answers. A generator queues `return` behind a
 * `next` that waits, and a silent server makes that long; one that has not begun skips its `finally`. So leaving aborts
 * first, and `batches` then finishes in its ordinary way.
 */
export class OneByOne<Item> implements AsyncIterableIterator<Item, void, undefined> {
  readonly #batches: AsyncGenerator<readonly Item[], void, undefined>;
  readonly #leaving: AbortController;
  #batch: readonly Item[] = [];
  /** How many of the batch have been given. */
  #given = 0;
  #begun = false;
  /** The last answer that is still to come. Who asks meanwhile waits behind it. */
  #coming: Promise<IteratorResult<Item, void>> | undefined;

  constructor(batches: AsyncGenerator<readonly Item[], void, undefined>, leaving: AbortController) {
    this.#batches = batches;
    this.#leaving = leaving;
  }

  /** What was given last. */
  get last(): Item | undefined {
    return this.#batch[this.#given - 1];
  }

  next(): Promise<IteratorResult<Item, void>> {
    const { length } = this.#batch;
    if (this.#coming === undefined && this.#given < length) return Promise.resolve(this.#give());
    const pull = () => this.#pull();
    return this.#await(this.#coming === undefined ? pull() : this.#coming.then(pull, pull));
  }

  async return(): Promise<IteratorReturnResult<void>> {
    this.#leaving.abort();
    this.#batch = this.#batch.slice(0, this.#given);
    if (!this.#begun) await this.#batches.next();
    await this.#batches.return();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #give(): IteratorYieldResult<Item> {
    const value = this.#batch[this.#given] as Item;
    this.#given += 1;
    return { done: false, value };
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
    while (this.#given === this.#batch.length) {
      const next = await this.#batches.next();
      if (next.done) return next;
      // Who has left gets nothing more.
      if (next.value.length === 0 || this.#leaving.signal.aborted) continue;
      this.#batch = next.value;
      this.#given = 0;
    }
    return this.#give();
  }
}
