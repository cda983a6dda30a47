import type { Plugin } from 'rolldown';

/** Notes what imports what, so that files can be made of all that is reachable from an entry. */
export function noteImports(): {
  readonly plugin: Plugin;
  /** All modules that are read when one of `from` is, itself included. */
  readonly reachable: (from: readonly string[]) => ReadonlySet<string>;
} {
  const imports = new Map<string, readonly string[]>();
  const reachable = (from: readonly string[]) => {
    const found = new Set(from);
    for (const id of found) for (const imported of imports.get(id) ?? []) found.add(imported);
    return found;
  };
  const plugin: Plugin = {
    name: 'imports',
    buildEnd() {
      for (const id of this.getModuleIds()) imports.set(id, this.getModuleInfo(id)?.importedIds ?? []);
    },
  };
  return { plugin, reachable };
}
