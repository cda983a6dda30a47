/** Why a text is not JSON, and where. */
interface JsonProblem {
  readonly offset: number;
  readonly expected: string;
}

export type StrictJson = { readonly json: string } | { readonly problem: JsonProblem };

/**
 * Makes strict JSON (RFC 8259) of a text by dropping superfluous commas (`[a,,b]`, `{,"a":1,}`); nothing else is
 * forgiven. Reads the text once, without recursion. Only needed when `JSON.parse` has refused the text.
 */
export function toStrictJson(text: string): StrictJson {
  const reader = new JsonReader(text);
  const problem = reader.read();
  return problem === undefined ? { json: reader.json() } : { problem };
}

interface Container {
  readonly close: '}' | ']' | '';
  /** Finished values, or finished name-value pairs. */
  count: number;
  /** Where in the chunks the comma stands that waits for its next value. */
  commaAt: number | undefined;
  /** In an object: what comes next. */
  expects: 'name' | 'colon' | 'value';
}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const WORD = /true|false|null/y;
const NOT_SPACE = /[^ \t\n\r]/g;
const HEX = /^[\dA-Fa-f]{4}$/;
const IN_STRING = 'a text without line breaks and control characters, ended by a quote';

class JsonReader {
  readonly #text: string;
  readonly #chunks: string[] = [];
  readonly #stack: Container[] = [{ close: '', count: 0, commaAt: undefined, expects: 'value' }];
  #at = 0;
  #copied = 0;

  constructor(text: string) {
    this.#text = text;
  }

  json(): string {
    return this.#chunks.join('');
  }

  read(): JsonProblem | undefined {
    for (;;) {
      NOT_SPACE.lastIndex = this.#at;
      const found = NOT_SPACE.exec(this.#text);
      this.#at = found === null ? this.#text.length : found.index;
      const top = this.#stack.at(-1);
      if (top === undefined || found === null) return this.#finish(top);
      const problem = this.#readToken(found[0], top);
      if (problem !== undefined) return problem;
    }
  }

  #finish(top: Container | undefined): JsonProblem | undefined {
    if (top === undefined || top.close !== '') return this.#problem(this.#expectation(top));
    if (top.count === 0) return this.#problem('a value');
    this.#copy();
    return undefined;
  }

  #readToken(character: string, top: Container): JsonProblem | undefined {
    if (character === ',') return this.#readComma(top);
    if (character === ':') return this.#readColon(top);
    if (character === '}' || character === ']') return this.#readClose(character, top);
    if (top.close === '' && top.count > 0) return this.#problem('the end of the text');
    if (top.expects === 'colon') return this.#problem('":"');
    if (this.#isCommaMissing(top)) return this.#problem(`"," or "${top.close}"`);
    if (top.expects === 'name' && character !== '"') return this.#problem('a name in double quotes');
    top.commaAt = undefined;
    if (character === '{' || character === '[') return this.#readOpen(character);
    const length = character === '"' ? this.#stringLength() : this.#scalarLength();
    if (length === undefined) return this.#problem(character === '"' ? IN_STRING : 'a value');
    this.#at += length;
    this.#completeValue(top);
    return undefined;
  }

  #isCommaMissing({ count, commaAt, expects, close }: Container): boolean {
    return count > 0 && commaAt === undefined && (close === ']' || expects === 'name');
  }

  #readComma(top: Container): JsonProblem | undefined {
    if (top.close === '' || (top.close === '}' && top.expects !== 'name'))
      return this.#problem(this.#expectation(top));
    this.#copy();
    this.#at += 1;
    this.#copied = this.#at;
    if (top.count > 0 && top.commaAt === undefined) top.commaAt = this.#chunks.push(',') - 1;
    return undefined;
  }

  #readColon(top: Container): JsonProblem | undefined {
    if (top.expects !== 'colon') return this.#problem(this.#expectation(top));
    top.expects = 'value';
    this.#at += 1;
    return undefined;
  }

  #readOpen(character: '{' | '['): undefined {
    this.#at += 1;
    this.#stack.push(
      character === '{'
        ? { close: '}', count: 0, commaAt: undefined, expects: 'name' }
        : { close: ']', count: 0, commaAt: undefined, expects: 'value' },
    );
  }

  #readClose(character: string, top: Container): JsonProblem | undefined {
    const isComplete = top.close === ']' || top.expects === 'name';
    if (character !== top.close || !isComplete) return this.#problem(this.#expectation(top));
    if (top.commaAt !== undefined) this.#chunks[top.commaAt] = '';
    this.#at += 1;
    this.#stack.pop();
    const outer = this.#stack.at(-1);
    if (outer !== undefined) this.#completeValue(outer);
    return undefined;
  }

  #completeValue(container: Container): void {
    if (container.close === '}' && container.expects === 'name') {
      container.expects = 'colon';
      return;
    }
    container.count += 1;
    container.expects = container.close === '}' ? 'name' : 'value';
  }

  #scalarLength(): number | undefined {
    for (const pattern of [WORD, NUMBER]) {
      pattern.lastIndex = this.#at;
      const length = pattern.exec(this.#text)?.[0].length ?? 0;
      if (length > 0 && !/[\w.+-]/.test(this.#text.charAt(this.#at + length))) return length;
    }
    return undefined;
  }

  /** On a problem inside the text the position moves there. */
  #stringLength(): number | undefined {
    const start = this.#at;
    for (let at = start + 1; at < this.#text.length; at += 1) {
      const character = this.#text.charAt(at);
      if (character === '"') return at + 1 - start;
      if (character < ' ' || (character === '\\' && !this.#isEscape(at))) {
        this.#at = at;
        return undefined;
      }
      if (character === '\\') at += 1;
    }
    this.#at = this.#text.length;
    return undefined;
  }

  #isEscape(at: number): boolean {
    const next = this.#text.charAt(at + 1);
    return next === 'u'
      ? HEX.test(this.#text.slice(at + 2, at + 6))
      : next !== '' && '"\\/bfnrt'.includes(next);
  }

  #copy(): void {
    this.#chunks.push(this.#text.slice(this.#copied, this.#at));
  }

  #expectation(top: Container | undefined): string {
    if (top === undefined || top.close === '') return top?.count === 0 ? 'a value' : 'the end of the text';
    if (top.expects === 'colon') return '":"';
    if (top.expects === 'name') return top.count === 0 ? 'a name in double quotes or "}"' : '"," or "}"';
    if (top.close === '}' || top.commaAt !== undefined) return 'a value';
    return top.count === 0 ? 'a value or "]"' : '"," or "]"';
  }

  #problem(expected: string): JsonProblem {
    return { offset: this.#at, expected };
  }
}
