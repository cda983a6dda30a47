import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Clock } from '../../src/index.ts';
import { createKeyring, type KeyProvider, openPostgresStore, openSqliteStore } from '../../src/store.ts';
import type { PostgresCluster } from '../support/postgres.ts';

/** A key-encryption key as text. */
export function newKey(): string {
  return randomBytes(32).toString('base64');
}

/** A folder of one test. */
export function makeFolder() {
  const folder = mkdtempSync(join(tmpdir(), 'ferrule-store-'));
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) };
}

/** A schema of one test. */
export function newSchema(): string {
  return `t_${randomBytes(8).toString('hex')}`;
}

/** Two handles on one new file. */
export async function openSqlitePair(clock: Clock, keys: KeyProvider = createKeyring(newKey())) {
  const { folder, remove } = makeFolder();
  const options = { path: join(folder, 'store.db'), keys, clock };
  const [store, other] = [await openSqliteStore(options), await openSqliteStore(options)];
  const close = async () => {
    await Promise.all([store.close(), other.close()]);
    remove();
  };
  return { store, other, path: options.path, close };
}

/** Two handles on one new schema, with few connections each. */
export async function openPostgresPair(
  { url }: PostgresCluster,
  clock: Clock,
  keys: KeyProvider = createKeyring(newKey()),
) {
  const options = { url, keys, clock, schema: newSchema(), maxConnections: 4 };
  const [store, other] = await Promise.all([openPostgresStore(options), openPostgresStore(options)]);
  const close = async () => {
    await Promise.all([store.close(), other.close()]);
  };
  return { store, other, schema: options.schema, close };
}
