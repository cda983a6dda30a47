import { LruMap } from '../../base/lru-map.ts';
import type { SqlParameters, SqlValue } from '../sql/sql-database.ts';

/** A statement as PostgreSQL takes it: `$1`, `$2` and their values. */
export interface PositionalStatement {
  readonly text: string;
  readonly values: SqlValue[];
}

/** Statements are few and always the same, but for lists of ids. */
const REMEMBERED = 500;
/** `:name`, and not the second colon of a cast. */
const NAMED = /(?<![:\w]):([a-z]\w*)/gi;

/**
 * Writes named parameters as numbered ones. `:now` becomes `nowSql`, or a parameter like the others when there is
 * none.
 */
export function createPositional(
  nowSql: string | undefined,
): (sql: string, parameters: SqlParameters) => PositionalStatement {
  const known = new LruMap<string, { readonly text: string; readonly names: readonly string[] }>(REMEMBERED);
  return (sql, parameters) => {
    let statement = known.get(sql);
    if (statement === undefined) {
      const names: string[] = [];
      const text = sql.replaceAll(NAMED, (_, name: string) => {
        if (name === 'now' && nowSql !== undefined) return nowSql;
        if (!names.includes(name)) names.push(name);
        return `$${names.indexOf(name) + 1}`;
      });
      statement = { text, names };
      known.set(sql, statement);
    }
    return { text: statement.text, values: statement.names.map(name => parameters[name] ?? null) };
  };
}
