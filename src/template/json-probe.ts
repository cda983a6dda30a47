import { toStrictJson } from './strict-json.ts';
import { type TemplateSource, templateError } from './text-position.ts';

/**
 * Tries a JSON template at compile time. A template without sections and without raw tags has, but for its values, one
 * rendering: when that is JSON with any value in the place of its tags, no rendering has to be checked.
 */
export class JsonProbe {
  readonly #source: TemplateSource;
  /** Static text, or undefined for a tag outside quotes. */
  readonly #pieces: { readonly text: string | undefined; readonly offset: number }[] = [];
  #hasSections = false;
  #hasRawTags = false;
  #hasBareRawTags = false;

  constructor(source: TemplateSource) {
    this.#source = source;
  }

  addText(text: string, offset: number): void {
    this.#pieces.push({ text, offset });
  }

  addTag(inString: boolean, isRaw: boolean, offset: number): void {
    this.#pieces.push({ text: inString ? 'x' : undefined, offset });
    this.#hasRawTags ||= isRaw;
    this.#hasBareRawTags ||= isRaw && !inString;
  }

  addSection(): void {
    this.#hasSections = true;
  }

  /** True when every rendering is JSON, false when renderings must be checked; throws when none can be. */
  run(): boolean {
    if (this.#hasSections || this.#hasBareRawTags) return false;
    // A text fits wherever a tag may stand, even as a name; other values fit as values only.
    const withTexts = this.#fill('"x"');
    if (withTexts.trim() === '') return true;
    const strict = toStrictJson(withTexts);
    if ('problem' in strict) {
      const { offset, expected } = strict.problem;
      throw templateError(
        'BODY_NOT_JSON',
        'The body template is not JSON',
        this.#source,
        this.#toSource(offset),
        {
          expected,
        },
      );
    }
    return !this.#hasRawTags && strict.json === withTexts && 'json' in toStrictJson(this.#fill('null'));
  }

  #fill(value: string): string {
    return this.#pieces.map(({ text }) => text ?? value).join('');
  }

  /** The offset in the template of an offset in the text filled with `"x"`. */
  #toSource(filledOffset: number): number {
    let start = 0;
    for (const { text, offset } of this.#pieces) {
      const length = text?.length ?? 3;
      if (filledOffset < start + length) return offset + (text === undefined ? 0 : filledOffset - start);
      start += length;
    }
    return this.#source.text.length;
  }
}
