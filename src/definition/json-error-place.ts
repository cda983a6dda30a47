/** Where a text stops being JSON. */
export interface JsonErrorPlace {
  /** Counted from 1. */
  readonly line: number;
  /** UTF-16 units, counted from 1. */
  readonly column: number;
  readonly expected: string;
  readonly found: string;
}

const EXPECTATIONS = {
  value: 'a value',
  firstItem: 'a value or "]"',
  firstKey: 'a field name in double quotes or "}"',
  key: 'a field name in double quotes',
  colon: '":"',
  nextItem: '"," or "]"',
  nextField: '"," or "}"',
  end: 'the end of the text',
  string: 'a string that ends with a double quote on its line and has only known escapes',
} as const;
type State = keyof typeof EXPECTATIONS;

const WHITESPACE = /[ \t\n\r]*/y;
const SCALAR = /true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const ESCAPE = /\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4})/y;

/**
 * The first place where `text` breaks the grammar of RFC 8259, or undefined when it is JSON.
 *
 * The engine's own message is no use here: it names no place for the most common mistakes, and it quotes the
 * text, in which secrets may stand.
 */
export function locateJsonError(text: string): JsonErrorPlace | undefined {
  const open: ('{' | '[')[] = [];
  let state: State = 'value';
  for (let at = skip(WHITESPACE, text, 0); ; at = skip(WHITESPACE, text, at)) {
    const char = text[at];
    if (char === undefined) return state === 'end' ? undefined : toPlace(text, at, state);
    const wantsValue: boolean = state === 'value' || state === 'firstItem';
    if (char === '"' && (wantsValue || state === 'key' || state === 'firstKey')) {
      const string = scanString(text, at);
      if (!string.closed) return toPlace(text, string.end, 'string');
      state = wantsValue ? afterValue(open) : 'colon';
      at = string.end;
    } else if (wantsValue && (char === '{' || char === '[')) {
      open.push(char);
      state = char === '{' ? 'firstKey' : 'firstItem';
      at += 1;
    } else if (closes(char, state)) {
      open.pop();
      state = afterValue(open);
      at += 1;
    } else if (char === ',' && (state === 'nextItem' || state === 'nextField')) {
      state = state === 'nextItem' ? 'value' : 'key';
      at += 1;
    } else if (char === ':' && state === 'colon') {
      state = 'value';
      at += 1;
    } else {
      const end = wantsValue ? skip(SCALAR, text, at) : at;
      if (end === at) return toPlace(text, at, state);
      state = afterValue(open);
      at = end;
    }
  }
}

function afterValue(open: readonly string[]): State {
  if (open.length === 0) return 'end';
  return open.at(-1) === '{' ? 'nextField' : 'nextItem';
}

function closes(char: string, state: State): boolean {
  if (char === '}') return state === 'firstKey' || state === 'nextField';
  return char === ']' && (state === 'firstItem' || state === 'nextItem');
}

function scanString(text: string, start: number): { readonly end: number; readonly closed: boolean } {
  let at = start + 1;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 0x22) return { end: at + 1, closed: true };
    const next = code === 0x5c ? skip(ESCAPE, text, at) : at + 1;
    if (Number.isNaN(code) || code < 0x20 || next === at) return { end: at, closed: false };
    at = next;
  }
}

/** The end of what `pattern` (sticky) matches at `from`, or `from` itself. */
function skip(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.test(text) ? pattern.lastIndex : from;
}

function toPlace(text: string, at: number, state: State): JsonErrorPlace {
  const lines = text.slice(0, at).split('\n');
  return {
    line: lines.length,
    column: (lines.at(-1)?.length ?? 0) + 1,
    expected: EXPECTATIONS[state],
    found: describeCharacter(text[at]),
  };
}

/** Punctuation is shown; anything else might be the beginning of a secret that lacks its quotes. */
function describeCharacter(char: string | undefined): string {
  if (char === undefined) return 'the end of the text';
  if (char === '\n' || char === '\r') return 'a line break';
  return '{}[],:"\'/\\'.includes(char) ? `the character ${char}` : 'other text';
}
