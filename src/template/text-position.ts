import type { ErrorCode } from '../errors/error-codes.ts';
import { FerruleError } from '../errors/ferrule-error.ts';

/** Where in a text something stands, counted from 1 as editors do. Columns count UTF-16 units. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

export function toPosition(text: string, offset: number): TextPosition {
  let line = 1;
  let lineStart = 0;
  for (let at = text.indexOf('\n'); at !== -1 && at < offset; at = text.indexOf('\n', lineStart)) {
    line += 1;
    lineStart = at + 1;
  }
  return { line, column: offset - lineStart + 1 };
}

/** The template whose problem is reported. */
export interface TemplateSource {
  readonly text: string;
  /** JSON pointer of the template in the author's document. */
  readonly pointer: string;
}

/** A problem of the template itself, found while it is compiled. */
export function templateError(
  code: ErrorCode,
  summary: string,
  { text, pointer }: TemplateSource,
  offset: number,
  parts: { readonly expected?: string; readonly found?: string; readonly suggestion?: string } = {},
): FerruleError {
  const { line, column } = toPosition(text, offset);
  return new FerruleError(code, `${summary} at line ${line}, column ${column}`, {
    stage: 'compile',
    pointer,
    ...parts,
    details: { line, column },
  });
}
