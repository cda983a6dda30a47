/** A piece of a shell word: text that stands for itself, or a variable that must be set. */
export type WordPart = string | { readonly variable: string };

/**
 * One word for a POSIX shell: text in single quotes, variables in double quotes, so that nothing in either is split,
 * expanded or run. `${NAME:?}` stops the command when the variable is not set.
 */
export function quoteWord(parts: readonly WordPart[]): string {
  const quoted = joinTexts(parts)
    .filter(part => part !== '')
    .map(part => (typeof part === 'string' ? quoteText(part) : `"\${${part.variable}:?}"`));
  return quoted.length === 0 ? "''" : quoted.join('');
}

function joinTexts(parts: readonly WordPart[]): readonly WordPart[] {
  const joined: WordPart[] = [];
  for (const part of parts) {
    const last = joined.at(-1);
    if (typeof part === 'string' && typeof last === 'string') joined[joined.length - 1] = last + part;
    else joined.push(part);
  }
  return joined;
}

function quoteText(text: string): string {
  if (/^[A-Za-z0-9_./:=@%+,-]+$/.test(text)) return text;
  return CONTROL.test(text) ? quoteControl(text) : `'${text.replaceAll("'", `'\\''`)}'`;
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: finding control characters is the purpose
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]/;
const SPECIAL = new RegExp(`['\\\\\\n]|${CONTROL.source}`, 'g');

/** `$'…'` (POSIX 2024; bash, zsh, ksh): nothing in it reaches the terminal as a control character. */
function quoteControl(text: string): string {
  return `$'${text.replace(SPECIAL, toEscape)}'`;
}

/** Octal bytes of UTF-8, which every such shell knows, instead of `\u`, which older ones do not. */
function toEscape(character: string): string {
  if (character === "'" || character === '\\') return `\\${character}`;
  return [...Buffer.from(character)].map(byte => `\\${byte.toString(8).padStart(3, '0')}`).join('');
}
