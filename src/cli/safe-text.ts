/**
 * Text of servers and definitions, made harmless for a terminal. Control characters start escape sequences that move
 * the cursor, change the title or answer as if typed; bidirectional controls make text read as what it is not.
 */

/** DEL, the C1 controls (U+009B alone starts a sequence), line separators and bidirectional controls. */
const BEYOND_JSON = /[\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const IN_LINE = /[\u0000-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const IN_TEXT = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** One line: every control character, line breaks included, stands as its escape, such as `\u001b`. */
export function toSafeLine(text: string): string {
  return text
    .replaceAll('\n', '\\n')
    .replaceAll('\r', '\\r')
    .replaceAll('\t', '\\t')
    .replace(IN_LINE, toEscape);
}

/** Several lines: line breaks and tabs stay. */
export function toSafeText(text: string): string {
  return text.replaceAll('\r\n', '\n').replace(IN_TEXT, toEscape);
}

/** JSON that means the same and shows no control character. Bytes stand as base64, big integers as text. */
export function toSafeJson(value: unknown, indent?: number): string {
  const json = JSON.stringify(value, replaceUnwritable, indent) ?? 'null';
  return json.replace(BEYOND_JSON, toEscape);
}

/** `value` is what `toJSON` made of it, and a Buffer's makes a list of numbers: bytes are found in their holder. */
function replaceUnwritable(this: unknown, key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  const original = (this as Readonly<Record<string, unknown>>)[key];
  return original instanceof Uint8Array ? Buffer.from(original).toString('base64') : value;
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
