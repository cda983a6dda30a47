import type { TemplateTag } from '../definition/definition.ts';
import { assembleTemplate } from './compile-nodes.ts';
import { compileJsonText } from './json-template.ts';
import { parseTemplate, type TemplateDiagnostic } from './parse-template.ts';
import { createPlaceLexer } from './simple-places.ts';
import type { TagName } from './tag-name.ts';
import { createXmlLexer } from './xml-lexer.ts';

/**
 * Where a text goes; it decides how values are escaped.
 * `query`, `form`: one name or value of the query string or of a form, static text is encoded too.
 * `header`: a header value, given back as the transport wants it: one character per UTF-8 byte.
 * `header-name`: no tags. `multipart`: the name or file name of a part, inside its quotes. `text`: everything else.
 */
export type TemplatePlace =
  | 'query'
  | 'form'
  | 'header'
  | 'header-name'
  | 'json'
  | 'xml'
  | 'text'
  | 'multipart';

/** A tag of a template, as the compile stage needs it for inputs and for errors. */
export interface TagReference extends TagName {
  readonly kind: 'value' | 'raw' | 'section' | 'inverted';
  readonly place: TemplatePlace | 'host' | 'path';
  /** True inside a section: an item may supply the value, so a caller need not. */
  readonly inSection: boolean;
  /** JSON pointer of the template. */
  readonly pointer: string;
  /** In a path or base URL with a query: the name of the query parameter the tag stands in, when it is known. */
  readonly queryName: string | undefined;
}

/** Reads the value of one tag from the scope of one rendering. Own properties only: that is the reader's duty. */
export type ValueReader<Scope> = (scope: Scope) => unknown;

/** How the templates of one definition find their values. */
export interface TagResolver<Scope> {
  /** Which spellings are tags. */
  readonly tags: readonly TemplateTag[];
  /** Called at compile time only: decides what a name is. */
  resolve(tag: TagReference): ValueReader<Scope>;
  /** True for names that no section item may shadow: secrets, computed values. None when left out. */
  isFixed?(tag: TagName): boolean;
}

export interface TemplateOptions<Scope> extends TagResolver<Scope> {
  readonly place: TemplatePlace;
  /** JSON pointer of the template in the author's document. */
  readonly pointer: string;
}

/** A template, ready to be rendered any number of times. Frozen; holds no values. */
export interface CompiledTemplate<Scope> {
  readonly source: string;
  /** Every tag but `{{.}}`, in order, repetitions included. */
  readonly references: readonly TagReference[];
  readonly isConstant: boolean;
  /** The tag, when the template is one value tag and nothing else. */
  readonly soleTag: TagReference | undefined;
  readonly diagnostics: readonly TemplateDiagnostic[];
  /** Throws PARAMETER_INVALID, VALUE_REFUSED or BODY_NOT_JSON. */
  render(scope: Scope): string;
  /** True when the template is one value tag whose value is undefined or null. */
  isAbsent(scope: Scope): boolean;
}

/** Compiles a text of any place but the URL. Throws TEMPLATE_SYNTAX, TEMPLATE_PLACE, HEADER_INVALID, BODY_NOT_JSON. */
export function compileTemplate<Scope>(
  text: string,
  options: TemplateOptions<Scope>,
): CompiledTemplate<Scope> {
  const { place, pointer } = options;
  if (place === 'json') return compileJsonText(text, options);
  const source = { text, pointer };
  const lexer = place === 'xml' ? createXmlLexer(source) : createPlaceLexer(place, source);
  return assembleTemplate(source, parseTemplate(source, options.tags), lexer, options);
}
