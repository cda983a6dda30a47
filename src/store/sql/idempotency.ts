import type { Digester } from '../encryption/digester.ts';
import type { Sealer } from '../encryption/sealer.ts';
import type { IdempotencyAnswer, IdempotencyKey, IdempotencyStore } from '../ports/idempotency-store.ts';
import { bytes, text } from './row.ts';
import type { SqlDatabase } from './sql-database.ts';

export function createIdempotency(database: SqlDatabase, sealer: Sealer, digest: Digester): IdempotencyStore {
  const { integer } = database.dialect;
  const toId = ({ scope, key }: IdempotencyKey) => digest('idempotency key', scope, key);

  return {
    async begin({ scope, key, fingerprint, owner, leaseMs, keepMs }) {
      const id = toId({ scope, key });
      const row = await database.transaction(async session => {
        const begun = await session.query(
          `INSERT INTO idempotency (id, fingerprint, owner, lease_until, expires_at)
           VALUES (:id, :fingerprint, :owner, :now + CAST(:leaseMs AS ${integer}), :now + CAST(:keepMs AS ${integer}))
           ON CONFLICT (id) DO UPDATE SET fingerprint = excluded.fingerprint, owner = excluded.owner,
             lease_until = excluded.lease_until, expires_at = excluded.expires_at, sealed = NULL, key_id = NULL
           WHERE idempotency.expires_at <= :now OR (idempotency.sealed IS NULL
             AND idempotency.lease_until <= :now AND idempotency.fingerprint = excluded.fingerprint)
           RETURNING id`,
          { id, fingerprint, owner, leaseMs: Math.ceil(leaseMs), keepMs: Math.ceil(keepMs) },
        );
        if (begun.length > 0) return undefined;
        const [present] = await session.query('SELECT fingerprint, sealed FROM idempotency WHERE id = :id', {
          id,
        });
        return present;
      });
      if (row === undefined) return { state: 'begun' };
      if (text(row, 'fingerprint') !== fingerprint) return { state: 'mismatch' };
      if (row['sealed'] === null) return { state: 'running' };
      const done: IdempotencyAnswer = {
        state: 'done',
        result: await sealer.openSecret(toPlace(id), bytes(row, 'sealed')),
      };
      return done;
    },
    async complete(key, owner, result) {
      const id = toId(key);
      const sealed = await sealer.sealSecret(toPlace(id), result);
      const rows = await database.query(
        `UPDATE idempotency SET sealed = :sealed, key_id = :keyId
         WHERE id = :id AND owner = :owner AND sealed IS NULL RETURNING id`,
        { id, owner, ...sealed },
      );
      return rows.length > 0;
    },
    async renew(key, owner, leaseMs) {
      const rows = await database.query(
        `UPDATE idempotency SET lease_until = :now + CAST(:leaseMs AS ${integer})
         WHERE id = :id AND owner = :owner AND sealed IS NULL AND lease_until > :now RETURNING id`,
        { id: toId(key), owner, leaseMs: Math.ceil(leaseMs) },
      );
      return rows.length > 0;
    },
    async abandon(key, owner) {
      await database.query('DELETE FROM idempotency WHERE id = :id AND owner = :owner AND sealed IS NULL', {
        id: toId(key),
        owner,
      });
    },
  };
}

function toPlace(id: string): string {
  return `idempotency/${id}`;
}
