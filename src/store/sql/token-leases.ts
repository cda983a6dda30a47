import type { TokenStore } from '../../auth/token-store.ts';
import type { SqlDatabase } from './sql-database.ts';

/** The right to ask for a token, one owner at a time; each step is one statement, by the clock of the database. */
export function createTokenLeases(
  database: SqlDatabase,
  connectionId: string,
  toKey: (key: string) => string,
): Pick<TokenStore, 'acquireLease' | 'renewLease' | 'releaseLease'> {
  return {
    async acquireLease(key, owner, ttlMs) {
      const rows = await database.query(
        `INSERT INTO token_leases (connection_id, key, owner, until_at)
         VALUES (:connectionId, :key, :owner, :now + CAST(:ttlMs AS ${database.dialect.integer}))
         ON CONFLICT (connection_id, key) DO UPDATE SET owner = excluded.owner, until_at = excluded.until_at
         WHERE token_leases.owner = excluded.owner OR token_leases.until_at <= :now
         RETURNING owner`,
        { connectionId, key: toKey(key), owner, ttlMs: Math.ceil(ttlMs) },
      );
      return rows.length > 0;
    },
    async renewLease(key, owner, ttlMs) {
      const rows = await database.query(
        `UPDATE token_leases SET until_at = :now + CAST(:ttlMs AS ${database.dialect.integer})
         WHERE connection_id = :connectionId AND key = :key AND owner = :owner AND until_at > :now
         RETURNING owner`,
        { connectionId, key: toKey(key), owner, ttlMs: Math.ceil(ttlMs) },
      );
      return rows.length > 0;
    },
    async releaseLease(key, owner) {
      const stored = toKey(key);
      await database.transaction(async session => {
        const rows = await session.query(
          `DELETE FROM token_leases WHERE connection_id = :connectionId AND key = :stored AND owner = :owner
           RETURNING owner`,
          { connectionId, stored, owner },
        );
        if (rows.length > 0) await database.announce(session, { kind: 'token', connectionId, key: stored });
      });
    },
  };
}
