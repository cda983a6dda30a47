import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Digester } from '../encryption/digester.ts';
import type { Sealer } from '../encryption/sealer.ts';
import type { AuthorizationStates } from '../ports/authorization-states.ts';
import { bytes, integer, text } from './row.ts';
import type { SqlDatabase } from './sql-database.ts';

export function createAuthorizationStates(
  database: SqlDatabase,
  sealer: Sealer,
  digest: Digester,
): AuthorizationStates {
  return {
    async put(state, { connectionId, content, expiresAtMs }) {
      const id = digest('authorization state', state);
      const sealed = await sealer.sealSecret(toPlace(id), content);
      const rows = await database.query(
        `INSERT INTO authorization_states (state, connection_id, sealed, key_id, expires_at)
         VALUES (:id, :connectionId, :sealed, :keyId, :expiresAt) ON CONFLICT (state) DO NOTHING RETURNING state`,
        { id, connectionId, ...sealed, expiresAt: Math.floor(expiresAtMs) },
      );
      if (rows.length === 0) {
        throw new FerruleError('STORE_EXISTS', 'The state of an authorization was used before', {
          expected: 'a random state',
          found: 'one that is known',
        });
      }
    },
    async take(state) {
      const id = digest('authorization state', state);
      const [row] = await database.query(
        `DELETE FROM authorization_states WHERE state = :id
         RETURNING connection_id, sealed, expires_at, CASE WHEN expires_at > :now THEN 1 ELSE 0 END AS alive`,
        { id },
      );
      if (row === undefined || integer(row, 'alive') === 0) return undefined;
      return {
        connectionId: text(row, 'connection_id'),
        content: await sealer.openSecret(toPlace(id), bytes(row, 'sealed')),
        expiresAtMs: integer(row, 'expires_at'),
      };
    },
  };
}

function toPlace(id: string): string {
  return `authorization_states/${id}`;
}
