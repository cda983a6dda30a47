/** The map without entries. Each empty map of its own would take 184 bytes, in every connection. */
export const noEntries: ReadonlyMap<never, never> = new Map<never, never>();
