import { fastPaths } from '../base/fast-paths.ts';
import { fingerprint } from '../base/fingerprint.ts';
import { LruMap } from '../base/lru-map.ts';
import { type Snapshot, takeSnapshot } from '../base/snapshot.ts';

/** How many texts, and how many objects, are found again without reading them to a fingerprint. */
const MAX_KNOWN = 32;

/** Names definitions by their content, so that a connection is found again by an equal one. */
export class DefinitionKeys {
  readonly #texts = new LruMap<string, string>(MAX_KNOWN);
  readonly #objects = new LruMap<object, KnownObject>(MAX_KNOWN);

  /**
   * The key of a definition: the same for equal texts, and for objects that are equal as JSON. Undefined for one that
   * cannot be written as JSON, which the parser will judge.
   */
  keyOf(definition: object | string): string | undefined {
    return typeof definition === 'string' ? this.#keyOfText(definition) : this.#keyOfObject(definition);
  }

  clear(): void {
    this.#texts.clear();
    this.#objects.clear();
  }

  /** The fingerprint of 40 kB takes 25 µs. */
  #keyOfText(text: string): string {
    const known = this.#texts.get(text);
    if (known !== undefined) return known;
    const key = fingerprint(text);
    this.#texts.set(text, key);
    return key;
  }

  /**
   * Writing an object as JSON to its fingerprint takes 160 µs for 40 kB, so one that comes again is compared with what it
   * held: 15 µs. To note that costs more than it saves once, so it is done when an object comes for the second time.
   */
  #keyOfObject(object: object): string | undefined {
    const known = this.#objects.get(object);
    if (known?.snapshot?.isCurrent()) return known.key;
    const key = toKey(object);
    if (key === undefined || !fastPaths) return key;
    const snapshot = known?.key === key ? takeSnapshot(object) : undefined;
    this.#objects.set(object, { key, snapshot });
    return key;
  }
}

interface KnownObject {
  readonly key: string;
  readonly snapshot: Snapshot | undefined;
}

function toKey(definition: object): string | undefined {
  try {
    return fingerprint(JSON.stringify(definition) ?? '');
  } catch {
    // Cyclic or too deep: there is no content to name it by, and parsing reports what is wrong.
    return undefined;
  }
}
