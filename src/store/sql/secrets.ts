import type { SecretValue } from '../../base/secret-value.ts';
import type { Sealed, Sealer } from '../encryption/sealer.ts';
import type { SecretChanges, SecretStore } from '../ports/secret-store.ts';
import { checkName, wrongKind } from './input.ts';
import { bytes, text, texts } from './row.ts';
import type { SqlDatabase, SqlSession } from './sql-database.ts';

export function createSecrets(database: SqlDatabase, sealer: Sealer): SecretStore {
  return {
    async read(connectionId) {
      const rows = await database.query(
        'SELECT name, sealed FROM connection_secrets WHERE connection_id = :connectionId ORDER BY name',
        { connectionId },
      );
      const secrets = new Map<string, SecretValue>();
      for (const row of rows) {
        const name = text(row, 'name');
        secrets.set(name, await sealer.openSecret(toPlace(connectionId, name), bytes(row, 'sealed')));
      }
      return secrets;
    },
  };
}

/** Changes that are ready to be written: what costs time was done before the transaction began. */
export interface SealedSecretChanges {
  readonly set: ReadonlyMap<string, Sealed>;
  readonly clear: readonly string[];
}

export async function sealSecretChanges(
  sealer: Sealer,
  connectionId: string,
  changes: SecretChanges = new Map(),
): Promise<SealedSecretChanges> {
  const set = new Map<string, Sealed>();
  const clear: string[] = [];
  if (!(Symbol.iterator in changes)) throw wrongKind('secrets', 'a Map of secrets by name', changes);
  for (const [name, change] of changes) {
    checkName(name, 'secrets');
    if (typeof change !== 'object' && change !== 'keep' && change !== 'clear') {
      throw wrongKind('secrets', 'a SecretValue, "keep" or "clear" for each name', change);
    }
    if (change === 'clear') clear.push(name);
    else if (change !== 'keep') set.set(name, await sealer.sealSecret(toPlace(connectionId, name), change));
  }
  return { set, clear };
}

/** Writes them in the transaction that has the row of the connection. */
export async function writeSecretChanges(
  session: SqlSession,
  connectionId: string,
  { set, clear }: SealedSecretChanges,
): Promise<void> {
  if (set.size === 0 && clear.length === 0) return;
  for (const [name, { sealed, keyId }] of set) {
    await session.query(
      `INSERT INTO connection_secrets (connection_id, name, sealed, key_id)
       VALUES (:connectionId, :name, :sealed, :keyId)
       ON CONFLICT (connection_id, name) DO UPDATE SET sealed = excluded.sealed, key_id = excluded.key_id`,
      { connectionId, name, sealed, keyId },
    );
  }
  for (const name of clear) {
    await session.query(
      'DELETE FROM connection_secrets WHERE connection_id = :connectionId AND name = :name',
      { connectionId, name },
    );
  }
  const [row] = await session.query('SELECT secret_names FROM connections WHERE id = :connectionId', {
    connectionId,
  });
  const present = row === undefined ? [] : texts(row, 'secret_names');
  const names = new Set([...present, ...set.keys()]);
  for (const name of clear) names.delete(name);
  await session.query('UPDATE connections SET secret_names = :names WHERE id = :connectionId', {
    connectionId,
    names: JSON.stringify([...names].sort()),
  });
}

function toPlace(connectionId: string, name: string): string {
  return `connection_secrets/${connectionId}/${name}`;
}
