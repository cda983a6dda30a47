import type { ErrorCode } from '../../errors/error-codes.ts';
import { FerruleError } from '../../errors/ferrule-error.ts';

/** The primary result codes of SQLite (https://sqlite.org/rescode.html) that mean something to the user. */
const BUSY = 5;
const LOCKED = 6;
const READONLY = 8;
const IOERR = 10;
const CORRUPT = 11;
const FULL = 13;
const CANTOPEN = 14;
const NOTADB = 26;
/** Extended codes: the primary code is in the lowest byte. */
const CONSTRAINT_FOREIGNKEY = 787;
const CONSTRAINT_PRIMARYKEY = 1555;
const CONSTRAINT_UNIQUE = 2067;
const IOERR_WRITE = 778;

const byPrimaryCode: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [BUSY, ['STORE_UNAVAILABLE', 'Another process has the database for too long']],
  [LOCKED, ['STORE_UNAVAILABLE', 'Another process has the database for too long']],
  [READONLY, ['STORE_FAILED', 'The database cannot be written']],
  [IOERR, ['STORE_UNAVAILABLE', 'The disk of the database does not read or write']],
  [CORRUPT, ['STORE_DAMAGED', 'The database file is damaged']],
  [FULL, ['STORE_FULL', 'The database has no room left']],
  [CANTOPEN, ['STORE_FAILED', 'The database file cannot be opened']],
  [NOTADB, ['STORE_DAMAGED', 'The file is not a database of SQLite']],
]);

const byExtendedCode: ReadonlyMap<number, readonly [ErrorCode, string]> = new Map([
  [CONSTRAINT_FOREIGNKEY, ['STORE_NOT_FOUND', 'The connection it belongs to is not there']],
  [CONSTRAINT_PRIMARYKEY, ['STORE_EXISTS', 'It is there already']],
  [CONSTRAINT_UNIQUE, ['STORE_EXISTS', 'It is there already']],
  [IOERR_WRITE, ['STORE_FULL', 'The disk does not take what is written']],
]);

/** What SQLite said, as one of our errors. Its messages hold names of tables and columns, never values. */
export function translateSqliteError(cause: unknown): FerruleError {
  if (cause instanceof FerruleError) return cause;
  const extended = resultCode(cause);
  const found = byExtendedCode.get(extended) ?? byPrimaryCode.get(extended & 0xff);
  const [code, summary] = found ?? ['STORE_FAILED', 'The database refused'];
  return new FerruleError(code, summary, {
    cause,
    ...(extended === 0 ? {} : { details: { sqlite: extended } }),
  });
}

/** True while another process writes: it may be tried again. */
export function isBusy(error: unknown): boolean {
  const primary = resultCode(error) & 0xff;
  return primary === BUSY || primary === LOCKED;
}

function resultCode(error: unknown): number {
  const code: unknown =
    typeof error === 'object' && error !== null ? Reflect.get(error, 'errcode') : undefined;
  return typeof code === 'number' ? code : 0;
}
