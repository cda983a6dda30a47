import type { Escape, PlaceLexer } from './compile-nodes.ts';
import type { TagReference } from './compile-template.ts';
import { toText } from './encode-json.ts';
import { type TemplateSource, templateError } from './text-position.ts';
import { invalidValue, refusedValue } from './value-errors.ts';
import { assertWellFormed, toSingleText } from './value-text.ts';

type State = 'text' | 'tag' | 'single' | 'double' | 'cdata' | 'comment' | 'instruction' | 'doctype';

/** How each construct ends, and what it ends in. */
const endings: Readonly<Record<Exclude<State, 'text' | 'tag'>, readonly [end: string, next: State]>> = {
  single: ["'", 'tag'],
  double: ['"', 'tag'],
  cdata: [']]>', 'text'],
  comment: ['-->', 'text'],
  instruction: ['?>', 'text'],
  doctype: ['>', 'text'],
};

const openings: readonly (readonly [start: string, state: State])[] = [
  ['<!--', 'comment'],
  ['<![CDATA[', 'cdata'],
  ['<?', 'instruction'],
  ['<!', 'doctype'],
  ['<', 'tag'],
];

/** Follows XML 1.0 just closely enough to know whether a tag stands in text, an attribute, CDATA or a comment. */
export function createXmlLexer(source: TemplateSource): PlaceLexer {
  let state: State = 'text';
  return {
    place: 'xml',
    text(text) {
      let at = 0;
      while (at < text.length) [state, at] = advance(state, text, at);
      return text;
    },
    escape: (tag, offset) => createEscape(state, tag, source, offset),
    enterSection(name, offset) {
      const before = state;
      return () => {
        if (state === before) return;
        throw templateError(
          'TEMPLATE_PLACE',
          `The section "${name}" does not end where it began`,
          source,
          offset,
          {
            expected: 'a section that opens and closes its own elements, attributes and comments',
          },
        );
      };
    },
  };
}

function advance(state: State, text: string, at: number): [State, number] {
  if (state === 'text') return advanceText(text, at);
  if (state === 'tag') return advanceTag(text, at);
  const [end, next] = endings[state];
  const found = text.indexOf(end, at);
  return found === -1 ? [state, text.length] : [next, found + end.length];
}

function advanceText(text: string, at: number): [State, number] {
  const found = text.indexOf('<', at);
  const opening = openings.find(([start]) => found !== -1 && text.startsWith(start, found));
  return opening === undefined ? ['text', text.length] : [opening[1], found + opening[0].length];
}

function advanceTag(text: string, at: number): [State, number] {
  for (let index = at; index < text.length; index += 1) {
    if (text[index] === '>') return ['text', index + 1];
    if (text[index] === '"') return ['double', index + 1];
    if (text[index] === "'") return ['single', index + 1];
  }
  return ['tag', text.length];
}

function createEscape(state: State, tag: TagReference, source: TemplateSource, offset: number): Escape {
  if (state === 'instruction' || state === 'doctype') {
    throw templateError('TEMPLATE_PLACE', `"${tag.name}" stands in an XML declaration`, source, offset, {
      expected: 'tags in text, attributes and element names',
    });
  }
  if (tag.kind === 'raw') return value => assertWellFormed(toText(value, tag), tag);
  if (state === 'tag') return value => assertName(toSingleText(value, tag), tag);
  const write = escapes[state];
  return value => write(assertXmlText(toText(value, tag), tag));
}

const escapes: Readonly<Record<Exclude<State, 'tag' | 'instruction' | 'doctype'>, (text: string) => string>> =
  {
    text: escapeText,
    single: escapeAttribute,
    double: escapeAttribute,
    // No entities in CDATA: the section is closed and opened again wherever the value could help to end it.
    cdata: text => text.replace(/[\]>]/g, found => (found === ']' ? `]${REOPEN}` : `${REOPEN}>`)),
    // Entities mean nothing in a comment, but neither do values; this keeps them from ending it.
    comment: text => escapeText(text).replaceAll('-', '&#45;'),
  };

const REOPEN = ']]><![CDATA[';

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
  '\t': '&#9;',
  '\n': '&#10;',
  '\r': '&#13;',
};

/** A carriage return would be read back as a line feed (XML 1.0 section 2.11). */
function escapeText(text: string): string {
  return text.replace(/[&<>"'\r]/g, found => entities[found] ?? found);
}

/** White space of an attribute would be read back as spaces (XML 1.0 section 3.3.3). */
function escapeAttribute(text: string): string {
  return text.replace(/[&<>"'\t\n\r]/g, found => entities[found] ?? found);
}

/** XML 1.0 section 2.2: not even as an entity. */
const NOT_XML = /[^\P{Cc}\t\n\r\u007f-\u009f]|[\ufffe\uffff]/u;
const NAME = /^[\p{L}_][\p{L}\p{N}_.-]*(?::[\p{L}_][\p{L}\p{N}_.-]*)?$/u;

function assertXmlText(text: string, tag: TagReference): string {
  if (NOT_XML.test(text)) throw invalidValue(tag, text, 'text without control characters');
  return assertWellFormed(text, tag);
}

function assertName(text: string, tag: TagReference): string {
  if (NAME.test(text)) return text;
  throw refusedValue(tag, 'is not an XML name and stands where an element or attribute is named');
}
