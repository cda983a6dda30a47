/** A place in a {@link LinkedList}. The links belong to the list. */
export interface Linked<Item> {
  earlier: Item | undefined;
  later: Item | undefined;
}

/**
 * Items in the order in which they were added; joining and leaving are a few assignments, in the middle too. What leaves
 * keeps no link. A `Map` or `Set` does not serve where entries come and go with every call: V8 chains each table it has
 * outgrown to the next, and one of them that has reached old space keeps alive all that came after it.
 */
export class LinkedList<Item extends Linked<Item>> {
  #first: Item | undefined;
  #last: Item | undefined;

  get first(): Item | undefined {
    return this.#first;
  }

  get last(): Item | undefined {
    return this.#last;
  }

  /** At the end. The item must be in no list. */
  add(item: Item): void {
    const last = this.#last;
    item.earlier = last;
    if (last === undefined) this.#first = item;
    else last.later = item;
    this.#last = item;
  }

  /** The item must be in this list. */
  remove(item: Item): void {
    const { earlier, later } = item;
    if (earlier === undefined) this.#first = later;
    else earlier.later = later;
    if (later === undefined) this.#last = earlier;
    else later.earlier = earlier;
    item.earlier = undefined;
    item.later = undefined;
  }

  /** Whether an item that is in this list or in none is in this one. */
  has(item: Item): boolean {
    return item === this.#first || item.earlier !== undefined;
  }

  /** The item that was given may leave the list meanwhile, and others may join it. */
  *[Symbol.iterator](): Generator<Item> {
    for (let item = this.#first; item !== undefined; ) {
      const next: Item | undefined = item.later;
      yield item;
      item = next;
    }
  }
}
