import type { Escape, PlaceLexer } from './compile-nodes.ts';
import type { TagReference } from './compile-template.ts';
import {
  completePath,
  completeStaticPath,
  completeStaticQuery,
  encodePathSegment,
} from './percent-encoding.ts';
import { createPlaceLexer } from './simple-places.ts';
import { type TemplateSource, templateError } from './text-position.ts';
import { hasDotSegment, hasHiddenDotSegment } from './url-rules.ts';
import { refusedValue, refusedValues } from './value-errors.ts';
import { assertWellFormed, toSingleText } from './value-text.ts';

/** Stands around the number of a tag whose value is empty; no percent-encoded text contains it. */
const EMPTY = '\uffff';
const EMPTY_SEGMENT = /(?:^|\/)(?:\uffff(\d+)\uffff)+(?=[/?]|$)/;
const EMPTY_VALUES = /\uffff\d+\uffff/g;

export interface PathLexer extends PlaceLexer {
  /** The tags read so far that stand in the path itself, in order. */
  readonly segmentTags: readonly TagReference[];
}

/** Follows a path and, from the first question mark on, a query. */
export function createPathLexer(source: TemplateSource): PathLexer {
  const queryLexer = createPlaceLexer('query', source);
  const tags: TagReference[] = [];
  /** What was read behind the question mark, each tag a mark. */
  let query: string | undefined;

  return {
    get place() {
      return query === undefined ? 'path' : 'query';
    },
    get queryName() {
      return query === undefined ? undefined : lastName(query);
    },
    text(text, offset) {
      assertStaticText(text, source, offset);
      if (query !== undefined) {
        query += text;
        return completeStaticQuery(text);
      }
      const queryAt = text.indexOf('?');
      const path = queryAt === -1 ? text : text.slice(0, queryAt);
      assertStaticPath(path, source, offset, queryAt !== -1);
      if (queryAt === -1) return completeStaticPath(path);
      query = text.slice(queryAt);
      return completeStaticPath(path) + completeStaticQuery(query);
    },
    escape(tag, offset) {
      if (query !== undefined) {
        query += EMPTY;
        return queryLexer.escape(tag, offset);
      }
      return createSegmentEscape(tag, tags.push(tag) - 1);
    },
    // Where a section may have begun the query, tags behind it are escaped for a query: that is safe in a path too.
    enterSection: () => () => {},
    segmentTags: tags,
  };
}

function createSegmentEscape(tag: TagReference, index: number): Escape {
  const empty = EMPTY + String(index) + EMPTY;
  return value => {
    const text = assertWellFormed(toSingleText(value, tag), tag);
    if (text === '') return empty;
    if (tag.kind !== 'raw') return encodePathSegment(text);
    const path = completePath(text);
    if (hasHiddenDotSegment(path)) throw refusedValue(tag, 'contains "." or ".." as a path segment');
    return path;
  };
}

/**
 * Judges a rendered path as a whole; `tags` are those of its segments. Throws VALUE_REFUSED for empty segments and dot
 * segments.
 */
export function finishPath(rendered: string, tags: readonly TagReference[]): string {
  const path = rendered.includes(EMPTY) ? withoutMarks(rendered, tags) : rendered;
  if (tags.length > 0 && hasDotSegment(path)) {
    throw refusedValues(tags, 'make "." or ".." of a path segment');
  }
  return path;
}

function withoutMarks(rendered: string, tags: readonly TagReference[]): string {
  const emptySegment = EMPTY_SEGMENT.exec(rendered);
  const emptyTag = tags[Number(emptySegment?.[1] ?? -1)];
  if (emptyTag !== undefined) throw refusedValue(emptyTag, 'is empty and would leave an empty path segment');
  return rendered.replaceAll(EMPTY_VALUES, '');
}

function assertStaticText(text: string, source: TemplateSource, offset: number): void {
  const at = text.search(/[\p{Cc}#]/u);
  if (at === -1) return;
  const problem =
    text[at] === '#'
      ? 'The URL contains a fragment, which is never sent; write # as %23'
      : 'The URL contains a control character';
  throw templateError('URL_INVALID', problem, source, offset + at);
}

function assertStaticPath(path: string, source: TemplateSource, offset: number, isEnd: boolean): void {
  const backslash = path.indexOf('\\');
  if (backslash !== -1) {
    throw templateError('URL_INVALID', 'The path contains a backslash; write /', source, offset + backslash);
  }
  // At its ends a text between tags may be part of a segment only.
  const startsHere = offset === 0 ? '' : 'x';
  const endsHere = isEnd || offset + path.length === source.text.length ? '' : 'x';
  if (hasDotSegment(startsHere + path + endsHere)) {
    throw templateError('URL_INVALID', 'The path contains "." or ".." as a segment', source, offset);
  }
}

/** The name of the last parameter of a query, decoded; undefined when a tag is part of it. */
function lastName(query: string): string | undefined {
  const parameter = query.slice(Math.max(query.lastIndexOf('&'), query.lastIndexOf('?')) + 1);
  const equalsAt = parameter.indexOf('=');
  if (equalsAt === -1 || parameter.slice(0, equalsAt).includes(EMPTY)) return undefined;
  const [name] = new URLSearchParams(parameter.slice(0, equalsAt)).keys();
  return name;
}
