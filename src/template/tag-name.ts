import { parseTypeHint, type TypeHint } from './type-hint.ts';

/** What stands between the delimiters of a tag: free text, with an optional type hint and an optional marker. */
export interface TagName {
  /** As written, without the white space around it: `Limit [0-1000]*`. */
  readonly name: string;
  /** Without marker and hint: `Limit`. */
  readonly base: string;
  /** True when a `*` marks the parameter as required. */
  readonly required: boolean;
  readonly hint: TypeHint | undefined;
}

/** Reads `Submission Id*`, `Limit [0-1000]`, `Items [Array of Objects]*`. A name never fails to be read. */
export function parseTagName(text: string): TagName {
  const name = text.trim();
  const outer = withoutMarker(name);
  const { rest, hintText } = withoutHint(outer.rest);
  const inner = outer.required ? { rest, required: true } : withoutMarker(rest);
  if (inner.rest === '') return { name, base: name, required: false, hint: undefined };
  return {
    name,
    base: inner.rest,
    required: inner.required,
    hint: hintText === undefined ? undefined : parseTypeHint(hintText),
  };
}

/** The marker stands last, or before the hint: `Items [Array]*` and `Items* [Array]` are both in use. */
function withoutMarker(text: string): { readonly rest: string; readonly required: boolean } {
  return text.endsWith('*')
    ? { rest: text.slice(0, -1).trimEnd(), required: true }
    : { rest: text, required: false };
}

function withoutHint(text: string): { readonly rest: string; readonly hintText: string | undefined } {
  const open = text.endsWith(']') ? text.lastIndexOf('[') : -1;
  const hintText = open > 0 ? text.slice(open + 1, -1).trim() : '';
  return hintText === ''
    ? { rest: text, hintText: undefined }
    : { rest: text.slice(0, open).trimEnd(), hintText };
}
