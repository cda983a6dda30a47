import type { TemplateTag } from '../definition/definition.ts';

type TagKind = 'value' | 'raw' | 'section' | 'inverted' | 'close' | 'comment' | 'partial' | 'delimiters';

export interface TextPiece {
  readonly kind: 'text';
  readonly text: string;
  readonly offset: number;
}

export interface TagPiece {
  readonly kind: TagKind;
  /** What stands between the delimiters, without sign and surrounding white space. */
  readonly content: string;
  readonly offset: number;
  /** Offset behind the closing delimiter. */
  readonly end: number;
}

/** An opening delimiter that begins no tag and stays text. */
interface LiteralOpening {
  readonly delimiter: string;
  readonly offset: number;
}

export interface ScannedText {
  readonly pieces: readonly (TextPiece | TagPiece)[];
  readonly literalOpenings: readonly LiteralOpening[];
}

/**
 * Cuts a text into static text and tags, in time linear in its length.
 *
 * A tag reaches from its opening delimiter to the next closing one. No other opening of the same spelling may stand
 * between them, and its content is not empty and stays on one line (comments excepted); otherwise the opening is text.
 */
export function scanTags(text: string, tags: readonly TemplateTag[]): ScannedText {
  const spellings = tags.map(tag => new Spelling(text, tag));
  const pieces: (TextPiece | TagPiece)[] = [];
  const literalOpenings: LiteralOpening[] = [];
  let textStart = 0;
  let position = 0;
  for (;;) {
    const spelling = earliest(spellings, position);
    if (spelling === undefined) break;
    const offset = spelling.openings.from(position);
    const tag = spelling.readTag(offset);
    if (typeof tag === 'number') {
      if (tag === spelling.open.length) literalOpenings.push({ delimiter: spelling.open, offset });
      position = offset + tag;
      continue;
    }
    if (offset > textStart)
      pieces.push({ kind: 'text', text: text.slice(textStart, offset), offset: textStart });
    pieces.push(tag);
    textStart = tag.end;
    position = tag.end;
  }
  if (textStart < text.length) pieces.push({ kind: 'text', text: text.slice(textStart), offset: textStart });
  return { pieces, literalOpenings };
}

const signs: ReadonlyMap<string, TagKind> = new Map<string, TagKind>([
  ['&', 'raw'],
  ['{', 'raw'],
  ['#', 'section'],
  ['^', 'inverted'],
  ['/', 'close'],
  ['!', 'comment'],
  ['>', 'partial'],
  ['=', 'delimiters'],
]);

/** One pair of delimiters in one text. */
class Spelling {
  readonly open: string;
  readonly openings: Occurrences;
  readonly #text: string;
  readonly #closings: Occurrences;
  /** Openings behind the one that is being read. */
  readonly #innerOpenings: Occurrences;

  constructor(text: string, tag: TemplateTag) {
    this.#text = text;
    this.open = tag.slice(0, 2);
    this.openings = new Occurrences(text, this.open);
    this.#innerOpenings = new Occurrences(text, this.open);
    this.#closings = new Occurrences(text, tag.slice(2));
  }

  /** The tag that begins at `offset`, or how many characters there are mere text. */
  readTag(offset: number): TagPiece | number {
    const text = this.#text;
    if (text.startsWith(this.open, offset + 1)) {
      // `{{{name}}}` is raw. In `{{{name}}:1}` and `<<<name>>>` only the inner pair is a tag: the rest is a brace of
      // JSON or a bracket of XML.
      return this.open === '{{' && !text.startsWith('{', offset + 3) ? this.#readTriple(offset) : 1;
    }
    const close = this.#closings.from(offset + 2);
    if (close === Number.POSITIVE_INFINITY) return 2;
    const inner = text.slice(offset + 2, Math.min(close, this.#innerOpenings.from(offset + 2)));
    if (inner.trimStart().startsWith('!')) {
      return { kind: 'comment', content: '', offset, end: close + 2 };
    }
    if (inner.length < close - offset - 2) return 2;
    return toTag(inner, offset, close + 2) ?? 2;
  }

  #readTriple(offset: number): TagPiece | number {
    const close = this.#closings.from(offset + 3);
    if (!this.#text.startsWith('}', close + 2) || this.#innerOpenings.from(offset + 3) < close) return 1;
    const content = this.#text.slice(offset + 3, close).trim();
    if (!isContent(content)) return 1;
    return { kind: 'raw', content, offset, end: close + 3 };
  }
}

function toTag(inner: string, offset: number, end: number): TagPiece | undefined {
  const trimmed = inner.trim();
  const sign = trimmed.charAt(0);
  const kind = signs.get(sign) ?? 'value';
  const last = sign === '{' ? '}' : sign === '=' ? '=' : '';
  if (last !== '' && (trimmed.length < 2 || !trimmed.endsWith(last))) return undefined;
  const content = trimmed.slice(kind === 'value' ? 0 : 1, trimmed.length - last.length).trim();
  return isContent(content) ? { kind, content, offset, end } : undefined;
}

function isContent(content: string): boolean {
  return content !== '' && !/[\r\n]/.test(content);
}

function earliest(spellings: readonly Spelling[], position: number): Spelling | undefined {
  let first: Spelling | undefined;
  let firstAt = Number.POSITIVE_INFINITY;
  for (const spelling of spellings) {
    const at = spelling.openings.from(position);
    if (at < firstAt) [first, firstAt] = [spelling, at];
  }
  return first;
}

/** Finds a needle again and again without searching any stretch of the text twice. */
class Occurrences {
  readonly #text: string;
  readonly #needle: string;
  #next = -1;

  constructor(text: string, needle: string) {
    this.#text = text;
    this.#needle = needle;
  }

  /** The first occurrence at or after `position`, or Infinity. Positions must not decrease from call to call. */
  from(position: number): number {
    if (this.#next < position) {
      const found = this.#text.indexOf(this.#needle, position);
      this.#next = found === -1 ? Number.POSITIVE_INFINITY : found;
    }
    return this.#next;
  }
}
