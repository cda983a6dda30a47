/** The map without entries. Each empty map of its own would take 184 bytes, in every connection. */
export const noEntries: ReadonlyMap<never, never> = new Map<never, never>();

const noItems: readonly never[] = Object.freeze([]);

/** The list; for an empty one the one that all have in common. One of its own takes 32 bytes, in every connection a dozen. */
export function orNoItems<Item>(list: readonly Item[]): readonly Item[] {
  return list.length === 0 ? noItems : list;
}
