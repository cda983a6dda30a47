import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FerruleError } from '../errors.ts';

/**
 * Makes the folder of the server's data when it is not there; only its owner may look into it.
 * @throws FerruleError SETTINGS_INVALID when there can be no such folder
 */
export async function makeDataFolder(folder: string): Promise<void> {
  const problem = await make(resolve(folder));
  if (problem === undefined) return;
  throw new FerruleError('SETTINGS_INVALID', `The folder for the data cannot be made (${problem})`, {
    pointer: '/FERRULE_DATA',
    expected: 'a folder, or a place where the server may make one',
    found: folder,
  });
}

/** One level after the other: where nothing can be made, as in `/proc`, Node's recursive `mkdir` does not come to an end. */
async function make(path: string): Promise<string | undefined> {
  const problem = await tryToMake(path);
  if (problem !== 'ENOENT' || dirname(path) === path) return problem;
  return (await make(dirname(path))) ?? (await tryToMake(path));
}

/** The code of what is in the way; undefined when the folder is there. */
async function tryToMake(path: string): Promise<string | undefined> {
  try {
    await mkdir(path, { mode: 0o700 });
    return undefined;
  } catch (error) {
    const code = codeOf(error);
    return code === 'EEXIST' ? lookAt(path) : code;
  }
}

async function lookAt(path: string): Promise<string | undefined> {
  try {
    return (await stat(path)).isDirectory() ? undefined : 'ENOTDIR';
  } catch (error) {
    return codeOf(error);
  }
}

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
}
