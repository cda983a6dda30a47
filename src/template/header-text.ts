import { Buffer } from 'node:buffer';

/** True for text that is sent as it is: nothing in it to encode, and nothing to refuse. */
export function isPlainHeaderText(text: string): boolean {
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code > 0x7e) return false;
  }
  return true;
}

/**
 * A header value as HTTP carries it. The transport sends one byte per character, so text beyond ASCII becomes its
 * UTF-8 bytes, each written as the character of that number (RFC 9110 section 5.5 leaves bytes above 0x7F opaque).
 */
export function encodeHeaderText(text: string): string {
  return isPlainHeaderText(text) || ONLY_ASCII.test(text)
    ? text
    : Buffer.from(text, 'utf8').toString('latin1');
}

/** The first character that no header value may hold: control characters other than tab (RFC 9110 section 5.5). */
export function findControlCharacter(
  text: string,
): { readonly name: string; readonly at: number } | undefined {
  const at = text.search(CONTROL);
  return at === -1 ? undefined : { name: nameOf(text.charCodeAt(at)), at };
}

const ONLY_ASCII = /^\p{ASCII}*$/u;
const CONTROL = /[^\P{Cc}\t]/u;

function nameOf(code: number): string {
  switch (code) {
    case 0x0a:
      return 'a line feed';
    case 0x0d:
      return 'a carriage return';
    case 0:
      return 'a NUL character';
    default:
      return `a control character (U+${code.toString(16).toUpperCase().padStart(4, '0')})`;
  }
}
