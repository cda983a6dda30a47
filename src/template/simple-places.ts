import { fastPaths } from '../base/fast-paths.ts';
import type { Escape, PlaceLexer } from './compile-nodes.ts';
import type { TagReference, TemplatePlace } from './compile-template.ts';
import { toText } from './encode-json.ts';
import { encodeHeaderText, findControlCharacter, isPlainHeaderText } from './header-text.ts';
import { completeQueryPart, encodeFormPart, encodeQueryPart } from './percent-encoding.ts';
import { type TemplateSource, templateError } from './text-position.ts';
import { refusedValue } from './value-errors.ts';
import { assertWellFormed, toSingleText } from './value-text.ts';

type SimplePlace = Exclude<TemplatePlace, 'json' | 'xml'>;

/** What a place does that is the same from its beginning to its end. */
interface PlaceRules {
  readonly text: (text: string, source: TemplateSource, offset: number) => string;
  readonly escape: (tag: TagReference, source: TemplateSource, offset: number) => Escape;
}

/** The lexer of a place in which it does not matter what stands before a tag. */
export function createPlaceLexer(place: SimplePlace, source: TemplateSource): PlaceLexer {
  const rules = placeRules[place];
  return {
    place,
    text: (text, offset) => rules.text(text, source, offset),
    escape: (tag, offset) => rules.escape(tag, source, offset),
    enterSection: () => () => {},
  };
}

const header: PlaceRules = {
  text(text, source, offset) {
    const found = findControlCharacter(text);
    if (found !== undefined) {
      throw templateError('HEADER_INVALID', `The header contains ${found.name}`, source, offset + found.at);
    }
    return encodeHeaderText(text);
  },
  escape: tag => value => {
    if (fastPaths && typeof value === 'string' && isPlainHeaderText(value)) return value;
    const text = assertWellFormed(toSingleText(value, tag), tag);
    const found = findControlCharacter(text);
    if (found !== undefined) throw refusedValue(tag, `contains ${found.name}, which no header can hold`);
    return encodeHeaderText(text);
  },
};

/** RFC 9110 section 5.6.2. */
const TOKEN = /^[\w!#$%&'*+.^`|~-]+$/;

const placeRules: Readonly<Record<SimplePlace, PlaceRules>> = {
  query: encoded(encodeQueryPart),
  form: encoded(encodeFormPart),
  header,
  'header-name': {
    text(text, source, offset) {
      if (TOKEN.test(text)) return text;
      throw templateError('HEADER_INVALID', 'The header name is not a token (RFC 9110)', source, offset, {
        expected: "letters, digits and !#$%&'*+-.^_`|~",
      });
    },
    escape(tag, source, offset) {
      throw templateError('TEMPLATE_PLACE', `"${tag.name}" stands in a header name`, source, offset, {
        expected: 'tags in header values only',
      });
    },
  },
  text: {
    text: text => text,
    escape: tag => value => assertWellFormed(toText(value, tag), tag),
  },
  multipart: {
    text: escapePartName,
    escape: tag => value => {
      const text = assertWellFormed(toSingleText(value, tag), tag);
      const found = findControlCharacter(text.replaceAll(/[\r\n]/g, ''));
      if (found !== undefined) throw refusedValue(tag, `contains ${found.name}, which no part name can hold`);
      return escapePartName(text);
    },
  },
};

/** Static text is encoded like values: the author writes the value, not its encoding. */
function encoded(encode: (text: string) => string): PlaceRules {
  return {
    text: text => encode(text),
    escape: tag =>
      tag.kind === 'raw'
        ? value => completeQueryPart(assertWellFormed(toText(value, tag), tag))
        : value => encode(assertWellFormed(toText(value, tag), tag)),
  };
}

/** As browsers do (HTML standard, "escape a multipart name"). */
function escapePartName(text: string): string {
  return text.replaceAll('\n', '%0A').replaceAll('\r', '%0D').replaceAll('"', '%22');
}
