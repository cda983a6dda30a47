/** A map of at most `capacity` entries that forgets the entry whose last use is longest ago. */
export class LruMap<Key, Value> {
  /** Made with the first entry: a connection has several of these maps, and most stay empty. */
  #entries: Map<Key, Value> | undefined;
  readonly #capacity: number;
  readonly #onEvict: ((value: Value, key: Key) => void) | undefined;
  /** Already the last one: moving it there again would cost more than all the rest of a look-up. */
  #newest: Key | undefined;

  constructor(capacity: number, onEvict?: (value: Value, key: Key) => void) {
    this.#capacity = capacity;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /** The value of `key`, which thereby becomes the most recently used. */
  get(key: Key): Value | undefined {
    const entries = this.#entries;
    const value = entries?.get(key);
    if (entries === undefined || value === undefined || key === this.#newest) return value;
    entries.delete(key);
    entries.set(key, value);
    this.#newest = key;
    return value;
  }

  set(key: Key, value: Value): void {
    this.#entries ??= new Map();
    const entries = this.#entries;
    entries.delete(key);
    entries.set(key, value);
    this.#newest = key;
    if (entries.size <= this.#capacity) return;
    const oldest = entries.entries().next().value;
    if (oldest === undefined) return;
    entries.delete(oldest[0]);
    this.#onEvict?.(oldest[1], oldest[0]);
  }

  delete(key: Key): boolean {
    return this.#entries?.delete(key) ?? false;
  }

  values(): Iterable<Value> {
    return this.#entries?.values() ?? [];
  }

  clear(): void {
    this.#entries?.clear();
  }
}
