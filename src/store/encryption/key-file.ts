import { randomBytes, randomUUID } from 'node:crypto';
import { type FileHandle, link, open, readFile, rename, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { FerruleError } from '../../errors/ferrule-error.ts';
import type { KeyProvider } from '../ports/key-provider.ts';
import { type EncryptionKey, parseKeys, provideKeys } from './keyring.ts';

export interface KeyFile extends KeyProvider {
  /**
   * Writes a new key before the others; from now on it is the current one. The file is replaced in one step, so every
   * other process on it finds all keys, now or when it meets a record under the new one. Gives the id of the key.
   */
  addKey(): Promise<string>;
}

export interface KeyFileOptions {
  /** Makes the file, with one random key, when it is not there. False when left out. */
  readonly create?: boolean;
}

/** Writing takes milliseconds; a file that is older belongs to nobody. */
const ABANDONED_AFTER_MS = 10_000;

const COMMENT =
  '# Encryption keys, the current one first. Keep a copy apart from the database: without it nothing can be read.';

/**
 * Keys in a file that only its owner can read. ENCRYPTION_KEY_MISSING when the file is not there and should not be
 * made, or is empty; ENCRYPTION_KEY_INVALID when it cannot be read, or everybody can.
 */
export async function openKeyFile(path: string, { create = false }: KeyFileOptions = {}): Promise<KeyFile> {
  if (create) await createFile(path);
  let keys = await readKeys(path);
  const reread = async (): Promise<readonly EncryptionKey[]> => {
    keys = await readKeys(path);
    return keys;
  };
  return {
    ...provideKeys(async () => keys, reread),
    async addKey() {
      await prependKey(path);
      const [first] = await reread();
      return first?.id ?? '';
    },
  };
}

async function readKeys(path: string): Promise<readonly EncryptionKey[]> {
  try {
    const file = await open(path, 'r');
    try {
      const { mode } = await file.stat();
      if (process.platform !== 'win32' && (mode & 0o077) !== 0) throw readableByOthers(path, mode);
      return parseKeys(await file.readFile('utf8'));
    } finally {
      await file.close();
    }
  } catch (cause) {
    if (cause instanceof FerruleError) throw cause;
    const absent = isCode(cause, 'ENOENT');
    throw new FerruleError(
      absent ? 'ENCRYPTION_KEY_MISSING' : 'ENCRYPTION_KEY_INVALID',
      absent ? `There is no key file ${path}` : `The key file ${path} cannot be read`,
      { cause, hint: 'Put the key file of this database there; a copy should be kept apart from it.' },
    );
  }
}

/** Whoever comes second keeps what the first one wrote: a file that is linked into place is never half-written. */
async function createFile(path: string): Promise<void> {
  const fresh = `${path}.${randomUUID()}`;
  await writeDurably(fresh, toText([newKey()]));
  try {
    await link(fresh, path);
    await syncDirectory(path);
  } catch (error) {
    if (!isCode(error, 'EEXIST')) throw notWritten(path, error);
  } finally {
    await rm(fresh, { force: true });
  }
}

/**
 * The next file is made where only one process can make it, filled with what is there and one key more, and takes the
 * place of the present one: two that add a key at once both keep theirs.
 */
async function prependKey(path: string): Promise<void> {
  const next = `${path}.next`;
  try {
    const file = await openExclusively(next);
    try {
      const lines = (await readFile(path, 'utf8')).split('\n');
      const written = lines.filter(line => line.trim() !== '' && !line.startsWith('#'));
      await file.writeFile(toText([newKey(), ...written]));
      await file.sync();
      await rename(next, path);
    } catch (error) {
      await rm(next, { force: true });
      throw error;
    } finally {
      await file.close();
    }
    await syncDirectory(path);
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** Waits for the process that is writing; what one left behind that died is taken away after a while. */
async function openExclusively(path: string): Promise<FileHandle> {
  for (;;) {
    try {
      return await open(path, 'wx', 0o600);
    } catch (error) {
      if (!isCode(error, 'EEXIST')) throw error;
    }
    const left = await stat(path).catch(() => undefined);
    if (left !== undefined && Date.now() - left.mtimeMs > ABANDONED_AFTER_MS) await rm(path, { force: true });
    await pause(20);
  }
}

/** On the disk before anything is encrypted by the key: a key that a power cut takes away takes the records along. */
async function writeDurably(path: string, text: string): Promise<void> {
  try {
    const file = await open(path, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    throw notWritten(path, error);
  }
}

/** Windows cannot open a directory, and keeps its names durable by itself. */
async function syncDirectory(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  const directory = await open(dirname(path), 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

function newKey(): string {
  return randomBytes(32).toString('base64');
}

function toText(keys: readonly string[]): string {
  return `${[COMMENT, ...keys].join('\n')}\n`;
}

function readableByOthers(path: string, mode: number): FerruleError {
  return new FerruleError('ENCRYPTION_KEY_INVALID', `The key file ${path} can be read by others`, {
    expected: 'mode 600',
    found: `mode ${(mode & 0o777).toString(8)}`,
    hint: `Run chmod 600 ${path}, and think about who read it.`,
  });
}

function notWritten(path: string, cause: unknown): FerruleError {
  if (cause instanceof FerruleError) return cause;
  return new FerruleError('ENCRYPTION_KEY_INVALID', `The key file ${path} cannot be written`, {
    cause,
    hint: 'Check the folder and its rights.',
  });
}

function isCode(error: unknown, code: string): boolean {
  return typeof error === 'object' && error !== null && Reflect.get(error, 'code') === code;
}
