import type { Digester } from '../encryption/digester.ts';
import type { Sealer } from '../encryption/sealer.ts';
import type { ConnectionTokens, DueToken } from '../ports/connection-tokens.ts';
import { toLimit } from './input.ts';
import { bytes, integer, optionalInteger, text } from './row.ts';
import type { Row, SqlDatabase } from './sql-database.ts';
import { createTokenStore, digestTokenKey, openTokenRecord } from './tokens.ts';

export function createConnectionTokens(
  database: SqlDatabase,
  sealer: Sealer,
  digest: Digester,
): ConnectionTokens {
  const { dialect } = database;
  return {
    of: connectionId => createTokenStore(database, sealer, digest, connectionId),
    async list(connectionId) {
      const rows = await database.query(
        `SELECT * FROM tokens WHERE connection_id = :connectionId AND (discard_at IS NULL OR discard_at > :now)
         ORDER BY updated_at, key`,
        { connectionId },
      );
      return rows.map(row => ({
        version: text(row, 'version'),
        expiresAtMs:
          integer(row, 'has_token') === 0 ? undefined : (optionalInteger(row, 'expires_at') ?? Infinity),
        dueAtMs: optionalInteger(row, 'due_at'),
        needsReauth: integer(row, 'needs_reauth') === 1,
        updatedAtMs: integer(row, 'updated_at'),
      }));
    },
    async read(connectionId) {
      const rows = await database.query(
        `SELECT key, sealed FROM tokens WHERE connection_id = :connectionId AND has_token = 1
         AND (discard_at IS NULL OR discard_at > :now) ORDER BY updated_at, key`,
        { connectionId },
      );
      const opened = await Promise.all(
        rows.map(row => openTokenRecord(sealer, connectionId, text(row, 'key'), bytes(row, 'sealed'))),
      );
      return opened.flatMap(({ key, record: { token } }) => (token === undefined ? [] : [{ key, token }]));
    },
    deleteAll: connectionId =>
      database.transaction(async session => {
        const rows = await session.query(
          'DELETE FROM tokens WHERE connection_id = :connectionId RETURNING key',
          { connectionId },
        );
        for (const row of rows) {
          await database.announce(session, { kind: 'token', connectionId, key: text(row, 'key') });
        }
        return rows.length;
      }),
    async claimDue({ owner, leaseMs, limit, nowMs }) {
      const rows = await database.query(
        // Materialised, so that the rows are chosen once: chosen again for each row, more than the limit would be taken.
        `WITH due AS MATERIALIZED (
           SELECT connection_id, key FROM tokens
           WHERE due_at <= COALESCE(CAST(:asOf AS ${dialect.integer}), :now)
             AND (claim_until IS NULL OR claim_until <= :now)
             AND (discard_at IS NULL OR discard_at > :now)
           ORDER BY due_at LIMIT :limit${dialect.skipLocked})
         UPDATE tokens SET claim_owner = :owner, claim_until = :now + CAST(:leaseMs AS ${dialect.integer})
         WHERE (connection_id, key) IN (SELECT connection_id, key FROM due)
         RETURNING *`,
        { owner, leaseMs: Math.ceil(leaseMs), limit: toLimit(limit, 1), asOf: nowMs ?? null },
      );
      const opened = await Promise.allSettled(rows.map(row => toDueToken(sealer, owner, row)));
      // One record that cannot be opened keeps no other from being renewed: whoever uses its token is told.
      const due = opened.flatMap(each => (each.status === 'fulfilled' ? [each.value] : []));
      const refusal = opened.find(each => each.status === 'rejected');
      if (due.length === 0 && refusal !== undefined) throw refusal.reason;
      return due.sort((one, other) => one.dueAtMs - other.dueAtMs);
    },
    async postpone({ connectionId, key, owner }, untilMs) {
      const rows = await database.query(
        `UPDATE tokens SET due_at = :untilMs, claim_owner = NULL, claim_until = NULL
         WHERE connection_id = :connectionId AND key = :stored AND claim_owner = :owner AND claim_until > :now
         RETURNING key`,
        {
          connectionId,
          stored: digestTokenKey(digest, connectionId, key),
          owner,
          untilMs: Math.ceil(untilMs),
        },
      );
      return rows.length > 0;
    },
  };
}

async function toDueToken(sealer: Sealer, owner: string, row: Row): Promise<DueToken> {
  const connectionId = text(row, 'connection_id');
  const { key } = await openTokenRecord(sealer, connectionId, text(row, 'key'), bytes(row, 'sealed'));
  return {
    connectionId,
    key,
    owner,
    dueAtMs: integer(row, 'due_at'),
    expiresAtMs: integer(row, 'expires_at'),
  };
}
