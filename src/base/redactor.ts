import { LruMap } from './lru-map.ts';
import type { SecretValue } from './secret-value.ts';

const MASK = '[secret]';

/** Shorter texts occur everywhere by chance; masking them would destroy messages and hide nothing. */
const MIN_MASKED_LENGTH = 3;

/** How many secrets and tokens are remembered; the ones not used for longest are forgotten. */
const CAPACITY = 512;

/** How many texts that were made for one request each are remembered: about as many as requests under way. */
const FLEETING_CAPACITY = 128;

/**
 * Hides known secrets in any text by value: as they are and in the encodings in which they travel
 * (JSON, percent-encoding in all its variants, forms, XML, HTML, the bytes of a header, base64 and base64url at any
 * alignment).
 */
export class Redactor {
  readonly #passing = new LruMap<string, Trace>(CAPACITY);
  /** Those of the definition, which are told once and must outlive any number of tokens. */
  readonly #kept = new Set<string>();
  /** Looked for one by one: they come with every request, and a pattern of all secrets takes milliseconds to build. */
  readonly #fleeting = new LruMap<string, readonly string[]>(FLEETING_CAPACITY);
  #finder: Finder | undefined;
  /** The last one that was new: with every request, the same token is told again. */
  #latest: string | undefined;

  /** Remembers a secret for good. */
  keep(secret: SecretValue): void {
    const text = secret.reveal();
    if (text.length < MIN_MASKED_LENGTH || this.#kept.has(text)) return;
    this.#kept.add(text);
    this.#finder = undefined;
  }

  /** Remembers a secret. Adding one that is known costs a look-up. */
  add(secret: SecretValue): void {
    this.addText(secret.reveal());
  }

  /** The same for text that was composed of secrets, such as the credential of a header. */
  addText(text: string): void {
    if (text === this.#latest || text.length < MIN_MASKED_LENGTH) return;
    if (this.#kept.has(text) || this.#passing.get(text) !== undefined) return;
    this.#passing.set(text, toTrace(text));
    this.#latest = text;
    this.#finder = undefined;
  }

  /** The same for text that is made for one request and of no use to the next, such as its signature. */
  addFleeting(text: string): void {
    if (text.length < MIN_MASKED_LENGTH) return;
    // Letters and digits, as in most signatures, are written alike in every encoding.
    this.#fleeting.set(text, /^[A-Za-z0-9]+$/.test(text) ? [text] : [...new Set(wholeForms(text))]);
  }

  /** The text with every known secret replaced by `[secret]`. */
  redact(text: string): string {
    this.#finder ??= toFinder([...Array.from(this.#kept, toTrace), ...this.#passing.values()]);
    const { pattern, forms } = this.#finder;
    let masked = forms.length === 0 ? text : maskAll(text, forms);
    if (this.#fleeting.size > 0) {
      for (const fleeting of this.#fleeting.values()) masked = maskAll(masked, fleeting);
    }
    return pattern === undefined ? masked : masked.replace(pattern, MASK);
  }

  /** True when a known secret occurs in the text. */
  finds(text: string): boolean {
    return this.redact(text) !== text;
  }

  /** A copy of JSON-like data with every string redacted, keys included. */
  redactDeep(value: unknown, depth = 0): unknown {
    if (typeof value === 'string') return this.redact(value);
    if (typeof value !== 'object' || value === null) return value;
    if (depth > 200) return '[too deep]';
    if (value instanceof Uint8Array) return `[${value.byteLength} bytes]`;
    if (Array.isArray(value)) return value.map(item => this.redactDeep(item, depth + 1));
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [this.redact(key), this.redactDeep(item, depth + 1)]),
    );
  }
}

function maskAll(text: string, forms: readonly string[]): string {
  return forms.reduce((rest, form) => (rest.length < form.length ? rest : rest.replaceAll(form, MASK)), text);
}

/** Longer texts are looked for as they are and in a few whole encodings: V8 cannot hold patterns of megabytes. */
const MAX_PATTERN_LENGTH = 256;

/** One secret: a pattern, or, for a long one, its forms. */
type Trace = { readonly pattern: string } | { readonly forms: readonly string[] };

interface Finder {
  readonly pattern: RegExp | undefined;
  /** Longest first. */
  readonly forms: readonly string[];
}

function toTrace(text: string): Trace {
  // A server may also show, in base64, what it received: a URL or a form with the secret encoded in it.
  const base64 = [...new Set([text, ...percentForms(text)])].flatMap(base64Forms);
  if (text.length > MAX_PATTERN_LENGTH) return { forms: [...wholeForms(text), ...base64] };
  return { pattern: [Array.from(text, toForms).join(''), ...base64.map(escapeForRegExp)].join('|') };
}

function toFinder(traces: readonly Trace[]): Finder {
  const patterns = traces.flatMap(trace => ('pattern' in trace ? [trace.pattern] : []));
  const forms = traces.flatMap(trace => ('forms' in trace ? trace.forms : []));
  const byLength = (a: string, b: string) => b.length - a.length;
  return {
    pattern: patterns.length === 0 ? undefined : new RegExp(patterns.toSorted(byLength).join('|'), 'g'),
    forms: [...new Set(forms)].toSorted(byLength),
  };
}

function wholeForms(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const encoded = percentForms(text).flatMap(each => [each, each.replaceAll(/%[0-9A-F]{2}/g, toLowerCase)]);
  return [text, json, json.replaceAll('/', '\\/'), ...encoded, Buffer.from(text).toString('latin1')];
}

/** As a part of a path, of a form and of a query, by the URL standard and by RFC 3986. */
function percentForms(text: string): readonly string[] {
  const path = encodeURIComponent(text.toWellFormed());
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const query = form.replaceAll('+', '%20').replaceAll('*', '%2A');
  const strict = path.replaceAll(/[!'()*]/g, each => `%${each.charCodeAt(0).toString(16).toUpperCase()}`);
  return [path, form, query, strict];
}

const toLowerCase = (text: string) => text.toLowerCase();

const named: Readonly<Record<string, readonly string[]>> = {
  ' ': ['\\+'],
  '/': ['\\\\/'],
  '&': ['&amp;'],
  '<': ['&lt;'],
  '>': ['&gt;'],
  '"': ['&quot;'],
  "'": ['&apos;'],
};

/** Encoders differ in what they leave alone, so each character is looked for in each of its forms. */
function toForms(character: string): string {
  if (/[A-Za-z0-9]/.test(character)) return character;
  const bytes = Buffer.from(character.toWellFormed());
  const hex = (code: number, length: number) => anyCase(code.toString(16).padStart(length, '0'));
  const codePoint = character.codePointAt(0) ?? 0;
  const units = Array.from({ length: character.length }, (_, at) => character.charCodeAt(at));
  const forms = [
    escapeForRegExp(character),
    escapeForRegExp(JSON.stringify(character).slice(1, -1)),
    ...(named[character] ?? []),
    // Percent-encoding, the bytes as a header carries them, JSON's and XML's numbers.
    [...bytes].map(byte => `%${hex(byte, 2)}`).join(''),
    escapeForRegExp(bytes.toString('latin1')),
    units.map(unit => `\\\\u${hex(unit, 4)}`).join(''),
    `&#0*${codePoint};`,
    `&#[xX]0*${hex(codePoint, 1)};`,
  ];
  return `(?:${[...new Set(forms)].join('|')})`;
}

function anyCase(hex: string): string {
  return hex.replaceAll(/[a-f]/g, letter => `[${letter}${letter.toUpperCase()}]`);
}

/**
 * What of a text is visible in the base64 of any text that contains it. A text may begin at any of three
 * alignments; the characters at either edge mix with its neighbours and are left out.
 */
function base64Forms(text: string): readonly string[] {
  const bytes = Buffer.from(text);
  const aligned = [0, 1, 2].flatMap(offset => {
    const encoded = Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .replace(/=+$/, '');
    const start = Math.ceil((offset * 8) / 6);
    const wholeCharacters = Math.floor(((offset + bytes.length) * 8) / 6);
    return encoded.slice(start, wholeCharacters);
  });
  const longEnough = aligned.filter(found => found.length >= 6);
  return [...longEnough, ...longEnough.map(found => found.replaceAll('+', '-').replaceAll('/', '_'))];
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
