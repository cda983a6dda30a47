/** Why a pattern cannot be run; a clause for a message. */
export class RegexRefusal {
  readonly reason: string;

  constructor(reason: string) {
    this.reason = reason;
  }
}

/** The characters of `\s` (ECMAScript section 12.2 and 12.3), as ranges of a character class, and all others. */
const SPACE =
  '\\t-\\r \\x{A0}\\x{1680}\\x{2000}-\\x{200A}\\x{2028}\\x{2029}\\x{202F}\\x{205F}\\x{3000}\\x{FEFF}';
const NOT_SPACE =
  '\\x{0}-\\x{8}\\x{E}-\\x{1F}!-\\x{9F}\\x{A1}-\\x{167F}\\x{1681}-\\x{1FFF}\\x{200B}-\\x{2027}\\x{202A}-\\x{202E}' +
  '\\x{2030}-\\x{205E}\\x{2060}-\\x{2FFF}\\x{3001}-\\x{FEFE}\\x{FF00}-\\x{10FFFF}';
const LINE_ENDS = '\\n\\r\\x{2028}\\x{2029}';
const ANYTHING = '[\\x{0}-\\x{10FFFF}]';
const NOTHING = '[^\\x{0}-\\x{10FFFF}]';
const CLASS_ESCAPES: Readonly<Record<string, string>> = {
  d: '0-9',
  D: '\\x{0}-/:-\\x{10FFFF}',
  w: '0-9A-Za-z_',
  // Without the Kelvin sign and the long s: folded by the flag i, they would let in k and s.
  W: '\\x{0}-/:-@\\[-\\^`\\{-\\x{17E}\\x{180}-\\x{2129}\\x{212B}-\\x{10FFFF}',
  s: SPACE,
  S: NOT_SPACE,
};
const CONTROL_ESCAPES: Readonly<Record<string, number>> = { t: 9, n: 10, v: 11, f: 12, r: 13 };

/**
 * Rewrites a JavaScript pattern in RE2 syntax, where several escapes mean something else (`\s`, `\A`, `[[:alpha:]]`).
 * The pattern has been checked by the JavaScript parser before. Throws a RegexRefusal for what RE2 cannot do.
 */
export function translateRegex(pattern: string, flags: string): string {
  const reader = new PatternReader(pattern, flags.includes('u'));
  const dot = flags.includes('s') ? ANYTHING : `[^${LINE_ENDS}]`;
  let output = `(?${flags.includes('i') ? 'i' : ''}${flags.includes('m') ? 'm' : ''}:`;
  if (output === '(?:') output = '';
  const close = output === '' ? '' : ')';
  while (!reader.atEnd) output += translateNext(reader, dot);
  return output + close;
}

function translateNext(reader: PatternReader, dot: string): string {
  const character = reader.next();
  switch (character) {
    case '.':
      return dot;
    case '[':
      return translateClass(reader);
    case '(':
      return translateGroup(reader);
    case '{':
      return reader.takeQuantifier() ?? '\\{';
    case '\\':
      return translateEscape(reader);
    case ')':
    case '|':
    case '*':
    case '+':
    case '?':
    case '^':
    case '$':
      return character;
    default:
      return literal(character.codePointAt(0) ?? 0);
  }
}

function translateGroup(reader: PatternReader): string {
  if (!reader.take('?')) return '(';
  if (reader.take(':')) return '(?:';
  if (reader.take('=') || reader.take('!')) throw new RegexRefusal('lookahead, (?= and (?!');
  reader.take('<');
  if (reader.take('=') || reader.take('!')) throw new RegexRefusal('lookbehind, (?<= and (?<!');
  const name = reader.takeUntil('>');
  if (!/^[A-Za-z_]\w*$/.test(name)) throw new RegexRefusal(`the group name "${name}"`);
  return `(?P<${name}>`;
}

function translateEscape(reader: PatternReader): string {
  const letter = reader.peek();
  if (letter === 'b' || letter === 'B') return `\\${reader.next()}`;
  if (letter === 'k') throw new RegexRefusal('a reference to a group, \\k');
  const set = takeSetEscape(reader);
  return set === undefined ? literal(takeCharacterEscape(reader)) : `[${set}]`;
}

/** `\d`, `\s`, `\p{…}` and friends as the inside of a class; undefined when the escape is one character. */
function takeSetEscape(reader: PatternReader): string | undefined {
  const letter = reader.peek();
  if (Object.hasOwn(CLASS_ESCAPES, letter)) return CLASS_ESCAPES[reader.next()];
  if (!reader.unicode || (letter !== 'p' && letter !== 'P')) return undefined;
  reader.next();
  reader.take('{');
  return `\\${letter}{${reader.takeUntil('}')}}`;
}

/** The code point of an escape of one character. The backslash is already read. */
function takeCharacterEscape(reader: PatternReader): number {
  const letter = reader.next();
  const control = Object.hasOwn(CONTROL_ESCAPES, letter) ? CONTROL_ESCAPES[letter] : undefined;
  if (control !== undefined) return control;
  if (letter === '0' && !/\d/.test(reader.peek())) return 0;
  if (/\d/.test(letter)) throw new RegexRefusal(`a reference to a group, \\${letter}`);
  if (letter === 'c') return takeControlLetter(reader);
  if (letter === 'x') return reader.takeHex(2) ?? 0x78;
  if (letter === 'u') return takeUnicodeEscape(reader);
  return letter.codePointAt(0) ?? 0;
}

function takeControlLetter(reader: PatternReader): number {
  if (!/[A-Za-z]/.test(reader.peek())) throw new RegexRefusal('\\c without a letter');
  return reader.next().charCodeAt(0) % 32;
}

/** `\u0041`, a pair of surrogates, or with the flag u `\u{1F600}`. */
function takeUnicodeEscape(reader: PatternReader): number {
  if (reader.unicode && reader.take('{')) return Number.parseInt(reader.takeUntil('}'), 16);
  const unit = reader.takeHex(4);
  if (unit === undefined) return 0x75;
  if (unit < 0xd800 || unit > 0xdbff || !reader.takeText('\\u')) return unit;
  const low = reader.takeHex(4);
  if (low === undefined || low < 0xdc00 || low > 0xdfff) throw new RegexRefusal('half a surrogate pair');
  return (unit - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000;
}

function translateClass(reader: PatternReader): string {
  const negated = reader.take('^');
  let inside = '';
  while (!reader.take(']')) inside += translateClassRange(reader);
  if (inside === '') return negated ? ANYTHING : NOTHING;
  return `[${negated ? '^' : ''}${inside}]`;
}

function translateClassRange(reader: PatternReader): string {
  const first = takeClassAtom(reader);
  if (reader.peek() !== '-' || reader.peek(1) === ']') return atomText(first);
  reader.next();
  const last = takeClassAtom(reader);
  // Beside a set, as in [\w-a], the hyphen is a character (ECMAScript Annex B.1.2).
  const isRange = typeof first === 'number' && typeof last === 'number';
  return `${atomText(first)}${isRange ? '-' : literal(0x2d)}${atomText(last)}`;
}

function takeClassAtom(reader: PatternReader): string | number {
  const character = reader.next();
  if (character !== '\\') return character.codePointAt(0) ?? 0;
  if (reader.take('b')) return 8;
  return takeSetEscape(reader) ?? takeCharacterEscape(reader);
}

function atomText(atom: string | number): string {
  return typeof atom === 'string' ? atom : literal(atom);
}

/** A character that means itself, inside and outside a class. */
function literal(codePoint: number): string {
  const character = String.fromCodePoint(codePoint);
  return /[0-9A-Za-z]/.test(character) ? character : `\\x{${codePoint.toString(16)}}`;
}

/** Reads a pattern by code points. */
class PatternReader {
  readonly unicode: boolean;
  readonly #characters: readonly string[];
  #at = 0;

  constructor(pattern: string, unicode: boolean) {
    this.#characters = [...pattern];
    this.unicode = unicode;
  }

  get atEnd(): boolean {
    return this.#at >= this.#characters.length;
  }

  peek(ahead = 0): string {
    return this.#characters[this.#at + ahead] ?? '';
  }

  next(): string {
    if (this.atEnd) throw new RegexRefusal('a pattern that ends early');
    this.#at += 1;
    return this.#characters[this.#at - 1] ?? '';
  }

  take(character: string): boolean {
    if (this.peek() !== character) return false;
    this.#at += 1;
    return true;
  }

  takeText(text: string): boolean {
    if (![...text].every((character, ahead) => this.peek(ahead) === character)) return false;
    this.#at += text.length;
    return true;
  }

  takeUntil(end: string): string {
    let text = '';
    while (!this.take(end)) text += this.next();
    return text;
  }

  takeHex(digits: number): number | undefined {
    const text = this.#characters.slice(this.#at, this.#at + digits).join('');
    if (text.length !== digits || !/^[0-9A-Fa-f]+$/.test(text)) return undefined;
    this.#at += digits;
    return Number.parseInt(text, 16);
  }

  /** `{2}`, `{2,}`, `{2,3}` after the brace; undefined when the brace is a character. */
  takeQuantifier(): string | undefined {
    const found = /^\d+(?:,\d*)?\}/.exec(this.#characters.slice(this.#at, this.#at + 24).join(''));
    if (found === null) return undefined;
    this.#at += found[0].length;
    return `{${found[0]}`;
  }
}
