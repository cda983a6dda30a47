import { type Linked, LinkedList } from './linked-list.ts';

class Entry<Key, Value> implements Linked<Entry<Key, Value>> {
  earlier: Entry<Key, Value> | undefined;
  later: Entry<Key, Value> | undefined;
  readonly key: Key;
  value: Value;

  constructor(key: Key, value: Value) {
    this.key = key;
    this.value = value;
  }
}

/** A map of at most `capacity` entries that forgets the entry whose last use is longest ago. */
export class LruMap<Key, Value> {
  /** Made with the first entry: a connection has several of these maps, and most stay empty. */
  #entries: Map<Key, Entry<Key, Value>> | undefined;
  /** The entry used last is its last. */
  #byUse: LinkedList<Entry<Key, Value>> | undefined;
  readonly #capacity: number;
  readonly #onEvict: ((value: Value, key: Key) => void) | undefined;

  constructor(capacity: number, onEvict?: (value: Value, key: Key) => void) {
    this.#capacity = capacity;
    this.#onEvict = onEvict;
  }

  get size(): number {
    return this.#entries?.size ?? 0;
  }

  /** The value of `key`, which thereby becomes the most recently used. */
  get(key: Key): Value | undefined {
    const entry = this.#entries?.get(key);
    if (entry === undefined) return undefined;
    this.#use(entry);
    return entry.value;
  }

  set(key: Key, value: Value): void {
    this.#entries ??= new Map();
    this.#byUse ??= new LinkedList();
    const known = this.#entries.get(key);
    if (known !== undefined) {
      known.value = value;
      this.#use(known);
      return;
    }
    const entry = new Entry(key, value);
    this.#entries.set(key, entry);
    this.#byUse.add(entry);
    const oldest = this.#byUse.first;
    if (this.#entries.size <= this.#capacity || oldest === undefined) return;
    this.delete(oldest.key);
    this.#onEvict?.(oldest.value, oldest.key);
  }

  delete(key: Key): boolean {
    const entry = this.#entries?.get(key);
    if (entry === undefined) return false;
    this.#byUse?.remove(entry);
    return this.#entries?.delete(key) ?? false;
  }

  /** Those used longest ago come first. */
  *values(): Generator<Value> {
    for (const { value } of this.#byUse ?? []) yield value;
  }

  clear(): void {
    this.#entries = undefined;
    this.#byUse = undefined;
  }

  #use(entry: Entry<Key, Value>): void {
    const byUse = this.#byUse;
    if (byUse === undefined || byUse.last === entry) return;
    byUse.remove(entry);
    byUse.add(entry);
  }
}
