import type { Settings } from '../ports/store.ts';
import { checkName } from './input.ts';
import { text } from './row.ts';
import type { SqlDatabase, SqlSession } from './sql-database.ts';

export function createSettings(database: SqlDatabase): Settings {
  return {
    get: name => read(database, name),
    setOnce: (name, value) =>
      database.transaction(async session => {
        const rows = await session.query(
          'INSERT INTO settings (name, value) VALUES (:name, :value) ON CONFLICT (name) DO NOTHING RETURNING name',
          { name: checkName(name), value },
        );
        if (rows.length > 0) return { value, first: true };
        return { value: (await read(session, name)) ?? value, first: false };
      }),
  };
}

async function read(session: SqlSession, name: string): Promise<string | undefined> {
  const [row] = await session.query('SELECT value FROM settings WHERE name = :name', { name });
  return row === undefined ? undefined : text(row, 'value');
}
