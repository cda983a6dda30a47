import { LruMap } from './lru-map.ts';
import type { SecretValue } from './secret-value.ts';

const MASK = '[secret]';

/** Shorter texts occur everywhere by chance; masking them would destroy messages and hide nothing. */
const MIN_MASKED_LENGTH = 3;

/** How many secrets and tokens are remembered; the ones not used for longest are forgotten. */
const CAPACITY = 512;

/**
 * Hides known secrets in any text by value: as they are and in the encodings in which they travel
 * (JSON-escaped, percent-encoded, form-encoded, HTML-escaped, base64 and base64url at any alignment).
 */
export class Redactor {
  readonly #forms = new LruMap<string, readonly string[]>(CAPACITY);
  #pattern: RegExp | undefined;

  /** Remembers a secret. Adding one that is known costs a look-up. */
  add(secret: SecretValue): void {
    this.addText(secret.reveal());
  }

  /** The same for text that was composed of secrets, such as the credential of a header. */
  addText(text: string): void {
    if (text.length < MIN_MASKED_LENGTH || this.#forms.get(text) !== undefined) return;
    this.#forms.set(text, formsOf(text));
    this.#pattern = undefined;
  }

  /** The text with every known secret replaced by `[secret]`. */
  redact(text: string): string {
    if (this.#forms.size === 0) return text;
    this.#pattern ??= toPattern(this.#forms.values());
    return text.replace(this.#pattern, MASK);
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

function toPattern(forms: Iterable<readonly string[]>): RegExp {
  const longestFirst = [...forms].flat().toSorted((a, b) => b.length - a.length);
  return new RegExp(longestFirst.map(escapeForRegExp).join('|'), 'g');
}

function formsOf(text: string): readonly string[] {
  const json = JSON.stringify(text).slice(1, -1);
  const percent = encodeURIComponent(text.toWellFormed());
  const form = new URLSearchParams([['', text]]).toString().slice(1);
  const forms = [text, json, json.replaceAll('/', '\\/'), percent, form, toHtml(text), ...base64Forms(text)];
  const withLowerHex = [percent, form].map(encoded =>
    encoded.replaceAll(/%[0-9A-F]{2}/g, hex => hex.toLowerCase()),
  );
  return [...new Set([...forms, ...withLowerHex])].filter(found => found.length >= MIN_MASKED_LENGTH);
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

function toHtml(text: string): string {
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

function escapeForRegExp(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}
