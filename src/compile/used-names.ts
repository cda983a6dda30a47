/** The names that templates need, gathered while they are compiled. */
export class UsedNames {
  readonly secrets = new Set<string>();
  readonly values = new Set<string>();
  readonly kept = new Set<string>();
  readonly #whole: UsedNames | undefined;

  /** `whole` is told everything too, when these are the names of a part. */
  constructor(whole?: UsedNames) {
    this.#whole = whole;
  }

  add(kind: 'secrets' | 'values' | 'kept', name: string): void {
    this[kind].add(name);
    this.#whole?.add(kind, name);
  }
}
