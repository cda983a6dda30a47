import type { Issue } from '../../errors.ts';

/** A piece of a template: literal text, or the name between `{{#` and `}}`. */
export type Piece = { readonly literal: string } | { readonly name: string };

const TAG = /\{\{\s*#\s*([^{}]*?)\s*\}\}/g;

/** The pieces of a text with tags such as `{{#domain}}`. An opening brace without a tag is literal text. */
export function parseFieldTags(text: string): readonly Piece[] {
  const pieces: Piece[] = [];
  let end = 0;
  for (const match of text.matchAll(TAG)) {
    if (match.index > end) pieces.push({ literal: text.slice(end, match.index) });
    pieces.push({ name: match[1] ?? '' });
    end = match.index + match[0].length;
  }
  if (end < text.length) pieces.push({ literal: text.slice(end) });
  return pieces;
}

/** The names that the tags of a text have, each once. */
export function namesInTags(text: string): readonly string[] {
  return [...new Set(parseFieldTags(text).flatMap(piece => ('name' in piece ? [piece.name] : [])))];
}

/** The issue of a tag whose name nobody knows. */
export function unknownTag(name: string, known: Iterable<string>, pointer: string): Issue {
  const names = [...known];
  const suggestion = names.find(each => bare(each) === bare(name));
  return {
    code: 'DEFINITION_WRONG_VALUE',
    pointer,
    message: `The template names "${name.slice(0, 100)}", which is no input`,
    expected: names.length === 0 ? 'an input of the connection' : `one of ${names.join(', ')}`,
    ...(suggestion === undefined ? {} : { suggestion }),
  };
}

/** Letters and digits alone: names are mostly missed by their case, or by a hyphen. */
function bare(name: string): string {
  return name.replaceAll(/[^\p{L}\p{N}]/gu, '').toLowerCase();
}
