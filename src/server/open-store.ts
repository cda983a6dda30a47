import { join } from 'node:path';
import {
  createKeyring,
  type KeyProvider,
  openKeyFile,
  openPostgresStore,
  openSqliteStore,
  type Store,
} from '../store.ts';
import { makeDataFolder } from './data-folder.ts';
import type { ServerSettings } from './settings.ts';

export interface OpenedStore {
  readonly store: Store;
  /** Where the server keeps its own encryption key: makes a new one. Keys that were given are their owner's affair. */
  readonly addEncryptionKey?: () => Promise<unknown>;
}

type StoreSettings = Pick<
  ServerSettings,
  'dataFolder' | 'databaseUrl' | 'encryptionKey' | 'encryptionKeyFile'
>;

/**
 * Opens what the settings name: PostgreSQL, or SQLite in the data folder, which is made when it is not there.
 * @throws FerruleError SETTINGS_INVALID, and what the store throws
 */
export async function openStore(settings: StoreSettings): Promise<OpenedStore> {
  const { databaseUrl, dataFolder } = settings;
  const given = await openGivenKeys(settings);
  if (databaseUrl !== undefined && given !== undefined) {
    return { store: await openPostgresStore({ url: databaseUrl, keys: given }) };
  }
  await makeDataFolder(dataFolder);
  const path = join(dataFolder, 'ferrule.db');
  if (given !== undefined) return { store: await openSqliteStore({ path, keys: given }) };
  const keys = await openKeyFile(join(dataFolder, 'encryption.key'), { create: true });
  return { store: await openSqliteStore({ path, keys }), addEncryptionKey: () => keys.addKey() };
}

async function openGivenKeys({
  encryptionKey,
  encryptionKeyFile,
}: StoreSettings): Promise<KeyProvider | undefined> {
  if (encryptionKey !== undefined) return createKeyring(encryptionKey);
  return encryptionKeyFile === undefined ? undefined : openKeyFile(encryptionKeyFile);
}
