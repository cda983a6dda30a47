import { FerruleError } from '../../errors/ferrule-error.ts';
import { integer } from './row.ts';
import { type Migration, migrations } from './schema.ts';
import type { Dialect, SqlSession } from './sql-database.ts';

/**
 * Brings the schema to the version of this code, inside a transaction that holds the lock of the schema: of several
 * processes that start at once one does it and the others find it done. Forward only; a database that a newer version
 * has already brought further is STORE_SCHEMA_NEWER, and nothing is touched.
 */
export async function migrate(
  session: SqlSession,
  dialect: Dialect,
  steps: readonly Migration[] = migrations,
): Promise<void> {
  await session.query(`CREATE TABLE IF NOT EXISTS schema_versions (
    version ${dialect.integer} PRIMARY KEY,
    applied_at ${dialect.integer} NOT NULL
  )${dialect.tableOptions}`);
  const [row] = await session.query('SELECT COALESCE(MAX(version), 0) AS version FROM schema_versions');
  const present = row === undefined ? 0 : integer(row, 'version');
  const known = steps.at(-1)?.version ?? 0;
  if (present > known) {
    throw new FerruleError('STORE_SCHEMA_NEWER', 'The database belongs to a newer version of Ferrule', {
      expected: `schema ${known} or older`,
      found: `schema ${present}`,
      details: { known, present },
    });
  }
  for (const { version, statements } of steps) {
    if (version <= present) continue;
    for (const statement of statements(dialect)) await session.query(statement);
    await session.query('INSERT INTO schema_versions (version, applied_at) VALUES (:version, :now)', {
      version,
    });
  }
}
