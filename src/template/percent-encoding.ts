import { fastPaths } from '../base/fast-paths.ts';

/** RFC 3986 section 2.3: what no place of a URL ever needs to encode. */
const ONLY_UNRESERVED = /^[\w.~-]*$/;

/** One path segment: RFC 3986 unreserved characters and the sub-delimiters `! ' ( ) *` stay. */
export function encodePathSegment(text: string): string {
  return fastPaths && ONLY_UNRESERVED.test(text) ? text : encodeURIComponent(text);
}

/** A name or value in a query: unreserved characters stay. */
export function encodeQueryPart(text: string): string {
  return fastPaths && ONLY_UNRESERVED.test(text)
    ? text
    : encodeURIComponent(text).replace(/[!'()*]/g, toPercent);
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
