import type { PlaceLexer } from './compile-nodes.ts';
import type { TagReference } from './compile-template.ts';
import { completePath, completeQuery } from './percent-encoding.ts';
import { hasHiddenDotSegment } from './url-rules.ts';
import { refusedValue } from './value-errors.ts';
import { assertWellFormed, toSingleText } from './value-text.ts';

/** The place of a tag that is the whole path: its value may hold several segments and a query. */
export const relativeReferenceLexer: PlaceLexer = {
  place: 'path',
  text: text => text,
  escape: tag => value => toRelativeReference(assertWellFormed(toSingleText(value, tag), tag), tag),
  enterSection: () => () => {},
};

/** What a value may do is name something below the base URL; it may not name another place. */
function toRelativeReference(text: string, tag: TagReference): string {
  const problem = findProblem(text);
  if (problem !== undefined) throw refusedValue(tag, problem);
  const queryAt = text.indexOf('?');
  if (queryAt === -1) return completePath(text);
  return `${completePath(text.slice(0, queryAt))}?${completeQuery(text.slice(queryAt + 1))}`;
}

function findProblem(text: string): string | undefined {
  if (/^[a-z][a-z\d+.-]*:/i.test(text)) return 'names a scheme, but the path stays below the base URL';
  if (text.startsWith('//')) return 'begins with "//", which would name another host';
  if (text.includes('\\')) return 'contains a backslash';
  if (text.includes('#')) return 'contains a fragment (#)';
  if (/\p{Cc}/u.test(text)) return 'contains a control character';
  if (hasHiddenDotSegment(text)) return 'contains "." or ".." as a path segment';
  return undefined;
}
