import { fastPaths } from '../base/fast-paths.ts';
import type { TemplateTag } from '../definition/definition.ts';
import { type MustacheTokens, parseMustache } from './mustache-grammar.ts';
import { scanTags, type TagPiece, type TextPiece } from './scan-tags.ts';
import { parseTagName, type TagName } from './tag-name.ts';
import { type TemplateSource, templateError, toPosition } from './text-position.ts';

interface TextNode {
  readonly kind: 'text';
  readonly text: string;
  /** Where it stands in the template, in UTF-16 units. */
  readonly offset: number;
}

export interface ValueNode {
  readonly kind: 'value' | 'raw';
  readonly name: TagName;
  readonly offset: number;
}

export interface SectionNode {
  readonly kind: 'section' | 'inverted';
  readonly name: TagName;
  readonly offset: number;
  readonly children: readonly TemplateNode[];
}

export type TemplateNode = TextNode | ValueNode | SectionNode;

/** Something that is allowed and probably not meant. */
export interface TemplateDiagnostic {
  readonly pointer: string;
  readonly message: string;
  readonly line: number;
  readonly column: number;
}

export interface ParsedTemplate {
  readonly nodes: readonly TemplateNode[];
  readonly diagnostics: readonly TemplateDiagnostic[];
}

/** Deeper nesting is a mistake or an attack; rendering recurses once per level. */
const MAX_SECTION_DEPTH = 64;
const MAX_DIAGNOSTICS = 20;

/**
 * Parses the text of a template. Throws TEMPLATE_SYNTAX for sections that do not close as they open, for partials and
 * for tags that change the delimiters.
 */
export function parseTemplate(source: TemplateSource, tags: readonly TemplateTag[]): ParsedTemplate {
  const { text } = source;
  if (!text.isWellFormed()) {
    throw templateError('TEMPLATE_SYNTAX', 'The text contains half of a surrogate pair', source, 0);
  }
  const { pieces, literalOpenings } = scanTags(text, tags);
  const diagnostics = literalOpenings.slice(0, MAX_DIAGNOSTICS).map(({ delimiter, offset }) => ({
    pointer: source.pointer,
    message: `"${delimiter}" begins no tag and is sent as text: no name and closing delimiter follow`,
    ...toPosition(text, offset),
  }));
  // Without sections there is no structure to find, and most templates have none.
  if (fastPaths && pieces.every(isPlain)) return { nodes: pieces.map(toPlainNode), diagnostics };
  const outline = new Outline(source);
  for (const piece of pieces) {
    if (piece.kind === 'text') outline.addText(piece);
    else outline.addTag(piece);
  }
  return { nodes: outline.toNodes(), diagnostics };
}

function isPlain(piece: TextPiece | TagPiece): boolean {
  return piece.kind === 'text' || ((piece.kind === 'value' || piece.kind === 'raw') && piece.content !== '.');
}

function toPlainNode(piece: TextPiece | TagPiece): TemplateNode {
  if (piece.kind === 'text') return piece;
  return {
    kind: piece.kind === 'raw' ? 'raw' : 'value',
    name: parseTagName(piece.content),
    offset: piece.offset,
  };
}

/**
 * The template as the mustache package sees it: its structure, without the author's words. Every tag is a number and
 * every stretch of text is one dot between its outer white space, which is all that the grammar looks at. So no text
 * can be mistaken for a tag, and the package, which handles text letter by letter, has little to do.
 */
class Outline {
  readonly #source: TemplateSource;
  readonly #texts: { readonly text: string; readonly offset: number }[] = [];
  readonly #tags: { readonly name: TagName; readonly offset: number }[] = [];
  readonly #open: { readonly index: number; readonly name: TagName; readonly offset: number }[] = [];
  #outline = '';

  constructor(source: TemplateSource) {
    this.#source = source;
  }

  addText({ text, offset }: { readonly text: string; readonly offset: number }): void {
    const core = text.trim();
    if (core === '') {
      this.#outline += text;
      return;
    }
    const before = text.length - text.trimStart().length;
    this.#texts.push({ text: core, offset: offset + before });
    this.#outline += `${text.slice(0, before)}.${text.slice(before + core.length)}`;
  }

  addTag(tag: TagPiece): void {
    switch (tag.kind) {
      case 'comment':
        this.#outline += '{{!}}';
        return;
      case 'close':
        this.#close(tag);
        return;
      case 'partial':
      case 'delimiters':
        throw this.#error(
          `Tags that begin with "${tag.kind === 'partial' ? '>' : '='}" are not supported`,
          tag.offset,
        );
      default:
        this.#outline += `{{${outlineSigns[tag.kind]}${this.#add(tag)}}}`;
    }
  }

  toNodes(): TemplateNode[] {
    const unclosed = this.#open.at(-1);
    if (unclosed !== undefined) {
      throw this.#error(`The section "${unclosed.name.name}" is not closed; it begins`, unclosed.offset);
    }
    return this.#toNodes(parseMustache(this.#outline), this.#texts.values());
  }

  #add({ kind, content, offset }: TagPiece): number {
    const name = parseTagName(content);
    const index = this.#tags.push({ name, offset }) - 1;
    if (kind === 'section' || kind === 'inverted') {
      this.#open.push({ index, name, offset });
      if (this.#open.length > MAX_SECTION_DEPTH) {
        throw this.#error(`Sections are nested deeper than ${MAX_SECTION_DEPTH}`, offset);
      }
    }
    if (content === '.' && (this.#open.length === 0 || this.#open[0]?.index === index)) {
      throw this.#error('"." means the current item and stands in sections only, found', offset);
    }
    return index;
  }

  /** Marker and hint may be left out of a closing tag. */
  #close({ content, offset }: TagPiece): void {
    const name = parseTagName(content);
    const opened = this.#open.pop();
    if (opened === undefined) throw this.#error(`The section "${name.name}" is closed but not open`, offset);
    if (opened.name.base !== name.base) {
      throw this.#error(`The section "${opened.name.name}" is closed as "${name.name}"`, offset);
    }
    this.#outline += `{{/${opened.index}}}`;
  }

  #toNodes(tokens: MustacheTokens, texts: Iterator<{ text: string; offset: number }>): TemplateNode[] {
    const nodes: TemplateNode[] = [];
    for (const [kind, value, , , children] of tokens) {
      if (kind === 'text') {
        nodes.push(toTextNode(value, texts));
        continue;
      }
      const tag = this.#tags[Number(value)];
      if (kind === '!' || tag === undefined) continue;
      if (kind === 'name' || kind === '&') nodes.push({ kind: kind === '&' ? 'raw' : 'value', ...tag });
      if (kind === '#' || kind === '^') {
        const inner = Array.isArray(children) ? this.#toNodes(children, texts) : [];
        nodes.push({ kind: kind === '#' ? 'section' : 'inverted', ...tag, children: inner });
      }
    }
    return nodes;
  }

  #error(summary: string, offset: number) {
    return templateError('TEMPLATE_SYNTAX', summary, this.#source, offset);
  }
}

const outlineSigns = { value: '', raw: '&', section: '#', inverted: '^' } as const;

/** Puts the author's words back where the outline has a dot. */
function toTextNode(outline: string, texts: Iterator<{ text: string; offset: number }>): TextNode {
  const dot = outline.indexOf('.');
  const next = dot === -1 ? undefined : texts.next();
  if (next === undefined || next.done === true) return { kind: 'text', text: outline, offset: 0 };
  const { text, offset } = next.value;
  return { kind: 'text', text: outline.slice(0, dot) + text + outline.slice(dot + 1), offset: offset - dot };
}
