import { readFile } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import { FerruleError } from '../index.ts';

/**
 * The text of a file, or of standard input for `-`.
 * @throws FerruleError OPTIONS_INVALID when it cannot be read.
 */
export async function readSource(file: string, meaning: string): Promise<string> {
  try {
    if (file === '-') return await text(process.stdin);
    return new TextDecoder('utf-8', { fatal: true }).decode(await readFile(file));
  } catch (error) {
    throw new FerruleError('OPTIONS_INVALID', `The ${meaning} ${file} cannot be read`, {
      found: describeFailure(error),
      hint: 'Check the path: it is looked up from the current directory.',
    });
  }
}

function describeFailure(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? String(error.code) : '';
  return failures.get(code) ?? `the failure ${code || 'of reading it'}`;
}

const failures: ReadonlyMap<string, string> = new Map([
  ['ENOENT', 'no such file'],
  ['ENOTDIR', 'no such file'],
  ['EISDIR', 'a directory'],
  ['EACCES', 'a file that you may not read'],
  ['EPERM', 'a file that you may not read'],
  ['ERR_FS_FILE_TOO_LARGE', 'a file that is too large'],
  ['ERR_ENCODING_INVALID_ENCODED_DATA', 'a file that is not UTF-8 text'],
]);
