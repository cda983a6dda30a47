import { fastPaths } from '../base/fast-paths.ts';

/** What encoding does to a text, as far as one look at its characters tells. */
const STAYS = 0;
/** `encodeURIComponent` changes it. */
const CHANGES = 1;
/** Stays in a path segment, and is encoded in a query: `! ' ( ) *`. */
const DIFFERS = 2;

/** Of each ASCII character; RFC 3986 section 2.3 says which ones no place ever needs to encode. */
const kinds = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if (/[\w.~-]/.test(character)) return STAYS;
  return /[!'()*]/.test(character) ? DIFFERS : CHANGES;
});

/** All that its characters need, as the sum of those bits. A loop costs a fraction of a pattern for texts so short. */
function kindOf(text: string): number {
  let kind = STAYS;
  for (let index = 0; index < text.length; index++) kind |= kinds[text.charCodeAt(index)] ?? CHANGES;
  return kind;
}

/** One path segment: RFC 3986 unreserved characters and the sub-delimiters `! ' ( ) *` stay. */
export function encodePathSegment(text: string): string {
  return fastPaths && (kindOf(text) & CHANGES) === 0 ? text : encodeURIComponent(text);
}

/** A name or value in a query: unreserved characters stay. */
export function encodeQueryPart(text: string): string {
  const kind = fastPaths ? kindOf(text) : CHANGES | DIFFERS;
  const encoded = (kind & CHANGES) === 0 ? text : encodeURIComponent(text);
  return (kind & DIFFERS) === 0 ? encoded : encoded.replace(/[!'()*]/g, toPercent);
}

/** A name or value of a form, as the URL standard serializes `application/x-www-form-urlencoded`. */
export function encodeFormPart(text: string): string {
  return encodeURIComponent(text).replace(/%20|[!'()~]/g, found =>
    found === '%20' ? '+' : toPercent(found),
  );
}

/*
 * What follows is for text that is already written as a piece of a URL. `%XX` stays, so nothing is encoded twice; a
 * percent sign that begins no `%XX` is encoded, and so is every character that could end the piece.
 */

/** A raw value in a path: may hold several segments, cannot begin the query. */
export function completePath(text: string): string {
  return text.replace(/%(?![\dA-Fa-f]{2})|[^\w.~!$&'()*+,;=:@/%-]+/g, encodeRun);
}

/** The query of a relative reference or a URL: any number of parameters. */
export function completeQuery(text: string): string {
  return text.replace(/%(?![\dA-Fa-f]{2})|[^\w.~!$&()*+,;=:@/?%-]+/g, encodeRun);
}

/** A raw value inside one query or form value: cannot begin the next one. */
export function completeQueryPart(text: string): string {
  return text.replace(/%(?![\dA-Fa-f]{2})|[^\w.~!$()*+,=:@/?%-]+/g, encodeRun);
}

/** Author's path text: only what the path percent-encode set of the URL standard names. */
export function completeStaticPath(text: string): string {
  return text.replace(/%(?![\dA-Fa-f]{2})|[ "<>^`{}]|\P{ASCII}+/gu, encodeRun);
}

/** Author's query text: only what the special-query percent-encode set of the URL standard names. */
export function completeStaticQuery(text: string): string {
  return text.replace(/%(?![\dA-Fa-f]{2})|[ "<>']|\P{ASCII}+/gu, encodeRun);
}

function encodeRun(run: string): string {
  return encodeURIComponent(run).replaceAll("'", '%27');
}

function toPercent(character: string): string {
  return `%${character.charCodeAt(0).toString(16).toUpperCase()}`;
}
