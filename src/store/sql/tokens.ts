import { randomUUID } from 'node:crypto';
import type { Token } from '../../auth/token.ts';
import { renewalPoint } from '../../auth/token.ts';
import { decodeTokenRecord, encodeTokenRecord } from '../../auth/token-record.ts';
import type { TokenRecord, TokenStore } from '../../auth/token-store.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Digester } from '../encryption/digester.ts';
import type { Sealer } from '../encryption/sealer.ts';
import { bytes, parseJson, text } from './row.ts';
import type { SqlDatabase, SqlParameters } from './sql-database.ts';
import { createTokenLeases } from './token-leases.ts';

const IS_THERE = '(discard_at IS NULL OR discard_at > :now)';

/** The tokens of one connection, as engines see them. */
export function createTokenStore(
  database: SqlDatabase,
  sealer: Sealer,
  digest: Digester,
  connectionId: string,
): TokenStore {
  const toKey = (key: string) => digestTokenKey(digest, connectionId, key);

  return {
    ...createTokenLeases(database, connectionId, toKey),
    async get(key) {
      const stored = toKey(key);
      const [row] = await database.query(
        `SELECT version, sealed FROM tokens
         WHERE connection_id = :connectionId AND key = :stored AND ${IS_THERE}`,
        { connectionId, stored },
      );
      if (row === undefined) return undefined;
      const opened = await openTokenRecord(sealer, connectionId, stored, bytes(row, 'sealed'));
      return { version: text(row, 'version'), record: opened.record };
    },
    async compareAndSet(key, expected, record) {
      const stored = toKey(key);
      const version = randomUUID();
      const sealed = await sealer.sealText(
        toPlace(connectionId, stored),
        JSON.stringify({ key, record: encodeTokenRecord(record) }),
      );
      const values = { connectionId, stored, version, ...sealed, ...toColumns(record) };
      const written = await database.transaction(async session => {
        const rows =
          expected === undefined
            ? await session.query(INSERT, values)
            : await session.query(UPDATE, { ...values, expected });
        if (rows.length > 0) await database.announce(session, { kind: 'token', connectionId, key: stored });
        return rows.length > 0;
      });
      return written ? version : undefined;
    },
    async delete(key) {
      const stored = toKey(key);
      await database.transaction(async session => {
        const rows = await session.query(
          'DELETE FROM tokens WHERE connection_id = :connectionId AND key = :stored RETURNING version',
          { connectionId, stored },
        );
        if (rows.length > 0) await database.announce(session, { kind: 'token', connectionId, key: stored });
      });
    },
    watch(key, onChange) {
      const stored = toKey(key);
      return database.subscribe(change => {
        const concerns =
          change.kind === 'everything' ||
          (change.kind === 'token' && change.connectionId === connectionId && change.key === stored);
        if (concerns) onChange();
      });
    },
  };
}

/** Keys are digests of requests that hold secrets; in the database they are digests under a key nobody else has. */
export function digestTokenKey(digest: Digester, connectionId: string, key: string): string {
  return digest('token key', connectionId, key);
}

/** What was sealed of a token: its record, and the key by which engines ask for it. */
export async function openTokenRecord(
  sealer: Sealer,
  connectionId: string,
  stored: string,
  sealed: Uint8Array,
): Promise<{ readonly key: string; readonly record: TokenRecord }> {
  const opened = parseJson(await sealer.openText(toPlace(connectionId, stored), sealed));
  if (typeof opened === 'object' && opened !== null && 'key' in opened && 'record' in opened) {
    return { key: String(opened.key), record: decodeTokenRecord(String(opened.record)) };
  }
  throw new FerruleError('STORE_DAMAGED', 'A token was stored in a form that is not known', {
    expected: 'key and record',
    found: 'something else',
  });
}

const INSERT = `INSERT INTO tokens (connection_id, key, version, sealed, key_id, has_token, needs_reauth, expires_at,
    discard_at, due_at, updated_at)
  VALUES (:connectionId, :stored, :version, :sealed, :keyId, :hasToken, :needsReauth, :expiresAt, :discardAt, :dueAt,
    :now)
  ON CONFLICT (connection_id, key) DO UPDATE SET version = excluded.version, sealed = excluded.sealed,
    key_id = excluded.key_id, has_token = excluded.has_token, needs_reauth = excluded.needs_reauth,
    expires_at = excluded.expires_at, discard_at = excluded.discard_at, due_at = excluded.due_at, claim_owner = NULL,
    claim_until = NULL, updated_at = excluded.updated_at
  WHERE tokens.discard_at <= :now
  RETURNING version`;

const UPDATE = `UPDATE tokens SET version = :version, sealed = :sealed, key_id = :keyId, has_token = :hasToken,
    needs_reauth = :needsReauth, expires_at = :expiresAt, discard_at = :discardAt, due_at = :dueAt,
    claim_owner = NULL, claim_until = NULL, updated_at = :now
  WHERE connection_id = :connectionId AND key = :stored AND version = :expected AND ${IS_THERE}
  RETURNING version`;

function toColumns({ token, needsReauth, discardAtMs }: TokenRecord): SqlParameters {
  return {
    hasToken: token === undefined ? 0 : 1,
    needsReauth: needsReauth === undefined ? 0 : 1,
    expiresAt:
      token !== undefined && Number.isFinite(token.expiresAtMs) ? Math.floor(token.expiresAtMs) : null,
    discardAt: discardAtMs === undefined ? null : Math.floor(discardAtMs),
    dueAt: token === undefined || needsReauth !== undefined ? null : toDueAt(token),
  };
}

/** Only a refresh token lets the background renew; others are asked for when somebody needs one. */
function toDueAt(token: Token): number | null {
  if (token.refreshToken === undefined || !Number.isFinite(token.expiresAtMs)) return null;
  return Math.floor(renewalPoint(token));
}

function toPlace(connectionId: string, stored: string): string {
  return `tokens/${connectionId}/${stored}`;
}
