import { execFileSync } from 'node:child_process';
import { describe, expect, it } from 'vitest';
import { loadSqlite } from '../../src/store/sqlite/load-sqlite.ts';

const entry = new URL('../../src/store.ts', import.meta.url).href;

describe('loading SQLite', () => {
  it('announces nothing', () => {
    const script = `const { openMemoryStore } = await import('${entry}');
      const store = await openMemoryStore();
      await store.check();
      await store.close();
      console.log('done');`;
    // Whatever is written to the error output makes this text longer.
    const merged = execFileSync('sh', [
      '-c',
      '"$0" --input-type=module --eval "$1" 2>&1',
      process.execPath,
      script,
    ]);
    expect(merged.toString()).toBe('done\n');
  });

  it('keeps back the one announcement, and leaves the way of warnings as it was', () => {
    const { emitWarning, getBuiltinModule } = process;
    const heard: string[] = [];
    process.emitWarning = (warning: string | Error) => void heard.push(String(warning));
    const watching = process.emitWarning;
    process.getBuiltinModule = ((name: string) => {
      process.emitWarning(
        'SQLite is an experimental feature and might change at any time',
        'ExperimentalWarning',
      );
      process.emitWarning('Another warning');
      return getBuiltinModule(name);
    }) as typeof getBuiltinModule;
    try {
      expect(typeof loadSqlite().DatabaseSync).toBe('function');
      expect(heard).toEqual(['Another warning']);
      expect(process.emitWarning).toBe(watching);
    } finally {
      process.getBuiltinModule = getBuiltinModule;
      process.emitWarning = emitWarning;
    }
  });
});
