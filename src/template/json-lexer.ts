import type { Escape, PlaceLexer } from './compile-nodes.ts';
import type { TagReference } from './compile-template.ts';
import { encodeJson, escapeJsonText, toText } from './encode-json.ts';
import { JsonProbe } from './json-probe.ts';
import { type TemplateSource, templateError } from './text-position.ts';
import { coerceToHint } from './type-hint.ts';
import { assertWellFormed } from './value-text.ts';

/**
 * Follows a JSON text: a value between quotes is escaped, a value outside is encoded. Static text outside quotes is
 * judged at once, so comments, single quotes and bare words are found while the template is compiled.
 */
export class JsonLexer implements PlaceLexer {
  readonly place = 'json';
  readonly #source: TemplateSource;
  readonly #probe: JsonProbe;
  #inString = false;
  #afterBackslash = false;

  constructor(source: TemplateSource) {
    this.#source = source;
    this.#probe = new JsonProbe(source);
  }

  /** Throws BODY_NOT_JSON when no value could make the template JSON. True when every value does. */
  isProven(): boolean {
    return this.#probe.run();
  }

  text(text: string, offset: number): string {
    this.#probe.addText(text, offset);
    let at = 0;
    while (at < text.length) at = this.#inString ? this.#readString(text, at) : this.#read(text, at, offset);
    return text;
  }

  escape(tag: TagReference, offset: number): Escape {
    this.#assertNoEscape(tag.name, offset);
    this.#probe.addTag(this.#inString, tag.kind === 'raw', offset);
    return createEscape(tag, this.#inString);
  }

  enterSection(name: string, offset: number): () => void {
    this.#assertNoEscape(name, offset);
    this.#probe.addSection();
    const before = this.#inString;
    return () => {
      this.#assertNoEscape(name, offset);
      if (this.#inString === before) return;
      throw this.#misplaced(`The section "${name}" does not end where it began`, offset, {
        expected: 'a section that closes the quotes it opens, and no others',
      });
    };
  }

  /** Reads to the end of the string or of the text; gives the offset behind. */
  #readString(text: string, at: number): number {
    for (let index = at; index < text.length; index += 1) {
      const character = text.charAt(index);
      if (this.#afterBackslash) this.#afterBackslash = false;
      else if (character === '\\') this.#afterBackslash = true;
      else if (character === '"') {
        this.#inString = false;
        return index + 1;
      }
    }
    return text.length;
  }

  /** Reads one token outside quotes; gives the offset behind. */
  #read(text: string, at: number, offset: number): number {
    if (text[at] === '"') {
      this.#inString = true;
      return at + 1;
    }
    PUNCTUATION.lastIndex = at;
    if (PUNCTUATION.test(text)) return PUNCTUATION.lastIndex;
    WORD.lastIndex = at;
    if (!WORD.test(text)) throw this.#notJson(offset + at, expectationAt(text.charAt(at)));
    const end = WORD.lastIndex;
    const mayContinueInTag = at === 0 || end === text.length;
    if (!mayContinueInTag && !SCALAR.test(text.slice(at, end))) {
      throw this.#notJson(offset + at, 'names and texts in double quotes');
    }
    return end;
  }

  #assertNoEscape(name: string, offset: number): void {
    if (this.#afterBackslash) throw this.#misplaced(`"${name}" stands behind a backslash`, offset);
  }

  #notJson(offset: number, expected: string) {
    return templateError('BODY_NOT_JSON', 'The body template is not JSON', this.#source, offset, {
      expected,
    });
  }

  #misplaced(summary: string, offset: number, parts: { readonly expected?: string } = {}) {
    return templateError('TEMPLATE_PLACE', summary, this.#source, offset, parts);
  }
}

const PUNCTUATION = /[ \t\n\r{}[\],:]+/y;
const WORD = /[\w.+$-]+/y;
const SCALAR = /^(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)$/;

function expectationAt(character: string): string {
  if (character === '/') return 'no comments: JSON has none';
  if (character === "'") return 'double quotes: JSON knows no others';
  return 'names and texts in double quotes';
}

function createEscape(tag: TagReference, inString: boolean): Escape {
  if (tag.kind === 'raw') return value => assertWellFormed(toText(value, tag), tag);
  if (inString) return value => escapeJsonText(toText(value, tag));
  return value => encodeJson(coerceToHint(value, tag.hint), tag);
}
