import { fastPaths } from '../base/fast-paths.ts';

/** A segment that the URL standard resolves: `.`, `..` and their `%2e` forms. A query is not looked at. */
export function hasDotSegment(path: string): boolean {
  // Cutting off the query and looking for segments costs more than to see that there is nothing to look for.
  if (fastPaths && !path.includes('.') && !path.includes('%2e') && !path.includes('%2E')) return false;
  return DOT_SEGMENT.test(path.split('?', 1)[0] ?? '');
}

/** Also finds segments that a server sees only when it decodes `%2f` and `%5c` before it splits the path. */
export function hasHiddenDotSegment(path: string): boolean {
  return HIDDEN_DOT_SEGMENT.test(path.split('?', 1)[0] ?? '');
}

/**
 * True for a host, with or without a port, that stays one host. Leaves no room for user info, percent signs, paths,
 * spaces and empty labels; letters of every script are allowed (IDNA).
 */
export function isAuthority(text: string): boolean {
  return AUTHORITY.test(text) && !/^\.|\.\./.test(text) && URL.canParse(`http://${text}/`);
}

/** Characters an authority is made of; that they are in order is for {@link isAuthority} to say. */
export const AUTHORITY_CHARACTERS: RegExp = /^[\p{L}\p{M}\p{N}._:[\]-]*$/u;

/** What keeps a text from being a base URL, as the end of a sentence about it; undefined for a usable one. */
export function findBaseUrlProblem(text: string): string | undefined {
  if (/[\s\p{Cc}]/u.test(text)) return 'contains white space or control characters';
  const authority = /^https?:\/\/([^/?#\\]*)/i.exec(text)?.[1];
  if (authority === undefined) return 'does not begin with http:// or https://';
  if (authority.includes('@')) return 'contains a user name or password, which belong into auth';
  if (text.includes('#')) return 'contains a fragment (#), which is never sent';
  if (text.includes('\\')) return 'contains a backslash';
  if (!isAuthority(authority)) return 'names no valid host';
  if (hasDotSegment(text)) return 'contains "." or ".." as a path segment';
  return URL.canParse(text) ? undefined : 'is not a valid URL';
}

/**
 * Joins with exactly one slash, whatever either side has. An empty path leaves the base as it is.
 * The query of the base comes first, then that of the path.
 */
export function joinUrl(base: string, path: string): string {
  if (path === '') return base;
  const baseQueryAt = base.indexOf('?');
  if (baseQueryAt === -1) return joinPath(base, path);
  const pathQueryAt = path.indexOf('?');
  const joined = joinPath(base.slice(0, baseQueryAt), pathQueryAt === -1 ? path : path.slice(0, pathQueryAt));
  const queries = [base.slice(baseQueryAt + 1), pathQueryAt === -1 ? '' : path.slice(pathQueryAt + 1)];
  return `${joined}?${queries.filter(query => query !== '').join('&')}`;
}

const DOT_SEGMENT = /(?:^|\/)(?:\.|%2e){1,2}(?:\/|$)/i;
const HIDDEN_DOT_SEGMENT = /(?:^|\/|%2f|%5c)(?:\.|%2e){1,2}(?:\/|%2f|%5c|$)/i;
const AUTHORITY = /^(?:\[[\dA-Fa-f:.]+\]|[\p{L}\p{M}\p{N}._-]+)(?::\d{1,5})?$/u;

function joinPath(base: string, path: string): string {
  if (path === '' || path.startsWith('?')) return base + path;
  let baseEnd = base.length;
  while (base.charAt(baseEnd - 1) === '/') baseEnd -= 1;
  let pathStart = 0;
  while (path.charAt(pathStart) === '/') pathStart += 1;
  return `${base.slice(0, baseEnd)}/${path.slice(pathStart)}`;
}
