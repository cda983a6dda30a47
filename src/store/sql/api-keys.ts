import { randomBytes, randomUUID } from 'node:crypto';
import { SecretValue } from '../../base/secret-value.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Digester } from '../encryption/digester.ts';
import type { ApiKey, ApiKeyScope, ApiKeys } from '../ports/api-keys.ts';
import { checkName } from './input.ts';
import { integer, optionalInteger, text, texts } from './row.ts';
import type { Row, SqlDatabase } from './sql-database.ts';

const PREFIX = 'ferrule_';
const KEY_BYTES = 32;
const scopesThereAre: readonly string[] = ['read', 'execute', 'manage'] satisfies ApiKeyScope[];

export function createApiKeys(database: SqlDatabase, digest: Digester): ApiKeys {
  return {
    async create({ name, scopes, expiresAtMs }) {
      const key = new SecretValue(`${PREFIX}${randomBytes(KEY_BYTES).toString('base64url')}`);
      const rows = await database.query(
        `INSERT INTO api_keys (id, name, digest, scopes, created_at, expires_at)
         VALUES (:id, :name, :digest, :scopes, :now, :expiresAt) RETURNING *`,
        {
          id: randomUUID(),
          name: checkName(name),
          digest: digest('API key', key),
          scopes: JSON.stringify(checkScopes(scopes)),
          expiresAt: expiresAtMs === undefined ? null : Math.floor(expiresAtMs),
        },
      );
      const [created] = rows.map(toApiKey);
      if (created === undefined) throw new FerruleError('STORE_FAILED', 'The API key was not written');
      return { ...created, key };
    },
    async find(key) {
      const [row] = await database.query(
        `SELECT * FROM api_keys
         WHERE digest = :digest AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > :now)`,
        { digest: digest('API key', key) },
      );
      return row === undefined ? undefined : toApiKey(row);
    },
    async list() {
      const rows = await database.query('SELECT * FROM api_keys ORDER BY created_at, id');
      return rows.map(toApiKey);
    },
    revoke: id =>
      database.transaction(async session => {
        const rows = await session.query(
          'UPDATE api_keys SET revoked_at = :now WHERE id = :id AND revoked_at IS NULL RETURNING id',
          { id },
        );
        if (rows.length > 0) await database.announce(session, { kind: 'api_key', id });
        return rows.length > 0;
      }),
  };
}

function checkScopes(scopes: readonly string[]): readonly ApiKeyScope[] {
  const known = scopes.filter(isScope);
  if (known.length === scopes.length && scopes.length > 0) return [...new Set(known)];
  throw new FerruleError('STORE_INPUT_INVALID', 'The scopes of the API key cannot be kept', {
    pointer: '/scopes',
    expected: `at least one of ${scopesThereAre.join(', ')}`,
    found: scopes.length === 0 ? 'nothing' : scopes.join(', '),
  });
}

function isScope(word: string): word is ApiKeyScope {
  return scopesThereAre.includes(word);
}

function toApiKey(row: Row): ApiKey {
  return {
    id: text(row, 'id'),
    name: text(row, 'name'),
    scopes: texts(row, 'scopes').filter(isScope),
    createdAtMs: integer(row, 'created_at'),
    expiresAtMs: optionalInteger(row, 'expires_at'),
    revokedAtMs: optionalInteger(row, 'revoked_at'),
  };
}
