import { FerruleError } from '../../errors/ferrule-error.ts';
import type { Row } from './sql-database.ts';

/** Reads of columns. A column of another kind is STORE_DAMAGED: nobody but Ferrule writes into its tables. */
export function text(row: Row, column: string): string {
  const value = row[column];
  return typeof value === 'string' ? value : damaged(column, 'a text', value);
}

export function optionalText(row: Row, column: string): string | undefined {
  return row[column] === null ? undefined : text(row, column);
}

export function integer(row: Row, column: string): number {
  const value = row[column];
  return typeof value === 'number' && Number.isSafeInteger(value)
    ? value
    : damaged(column, 'an integer', value);
}

export function optionalInteger(row: Row, column: string): number | undefined {
  return row[column] === null ? undefined : integer(row, column);
}

export function bytes(row: Row, column: string): Uint8Array {
  const value = row[column];
  return value instanceof Uint8Array ? value : damaged(column, 'bytes', value);
}

/** A list of texts that is kept as JSON. */
export function texts(row: Row, column: string): readonly string[] {
  const value = parseJson(text(row, column));
  return Array.isArray(value) && value.every(item => typeof item === 'string')
    ? value
    : damaged(column, 'a list of texts', value);
}

/** Undefined for what is not JSON; the caller says what it expected. */
export function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

function damaged(column: string, expected: string, found: unknown): never {
  throw new FerruleError('STORE_DAMAGED', `The column ${column} holds something else than was written`, {
    expected,
    found: found === null ? 'null' : typeof found,
  });
}
