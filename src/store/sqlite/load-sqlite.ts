import type { DatabaseSync } from 'node:sqlite';

/**
 * `node:sqlite`, loaded when the first database is opened. Some versions of Node announce on loading that the module is
 * experimental; that one announcement is kept back, since docs/decisions says why Ferrule stands on it. It is made
 * while the module loads, which takes no turn of the event loop, so no other warning can fall into this gap.
 */
export function loadSqlite(): { readonly DatabaseSync: typeof DatabaseSync } {
  const { emitWarning } = process;
  process.emitWarning = (warning: string | Error, ...rest: unknown[]) => {
    if (String(warning).startsWith('SQLite is an experimental feature')) return;
    Reflect.apply(emitWarning, process, [warning, ...rest]);
  };
  try {
    return process.getBuiltinModule('node:sqlite');
  } finally {
    process.emitWarning = emitWarning;
  }
}
