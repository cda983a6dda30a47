import { readFile } from 'node:fs/promises';
import { buffer } from 'node:stream/consumers';
import { FerruleError } from '../index.ts';

/**
 * The text of a file, or of standard input for `-`.
 * @throws FerruleError OPTIONS_INVALID when it cannot be read.
 */
export async function readSource(file: string, meaning: string): Promise<string> {
  try {
    const bytes = file === '-' ? await buffer(process.stdin) : await readFile(file);
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (error) {
    const found = describeFailure(error);
    const source = file === '-' ? `The ${meaning} on standard input` : `The ${meaning} ${file}`;
    throw new FerruleError('OPTIONS_INVALID', `${source} cannot be read`, {
      found,
      hint:
        found === OTHER_ENCODING
          ? 'Save it as UTF-8.'
          : 'Check the path: it is looked up from the current directory.',
    });
  }
}

const OTHER_ENCODING = 'text that is not UTF-8';

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
  ['ERR_ENCODING_INVALID_ENCODED_DATA', OTHER_ENCODING],
]);
