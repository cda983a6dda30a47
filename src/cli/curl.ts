import type { DryRun } from '../index.ts';
import { quoteWord, type WordPart } from './shell-words.ts';

export interface CurlCommand {
  readonly command: string;
  /** What to know before running it: the variables it needs, and what it cannot express. */
  readonly notes: readonly string[];
}

/** The request as a curl command for a POSIX shell. What the engine masked stands as a variable. */
export function toCurl({ method, url, headers, body }: DryRun): CurlCommand {
  const notes: string[] = [];
  const variables = new Variables(notes);
  const words: (readonly WordPart[])[] = [['curl'], ...toMethod(method, body !== undefined)];
  // Brackets and braces are patterns to curl, unless it is told otherwise.
  if (/[[\]{}]/.test(url.replaceAll(MASK, ''))) words.push(['--globoff']);
  words.push(variables.insert(url, 'the URL'));
  for (const [name, value] of headers) words.push(['--header'], toHeader(name, value, variables));
  if (body !== undefined) words.push(...toBody(body, headers, variables, notes));
  return { command: words.map(quoteWord).join(' '), notes };
}

/** What the engine writes in place of a secret, and of a token that it would have to fetch. */
const MASK = /\[(secret|token)\]/g;

/** Gives each masked place a variable of its own: which secret it was, the engine does not tell. */
class Variables {
  readonly #notes: string[];
  #secrets = 0;
  #tokens = 0;

  constructor(notes: string[]) {
    this.#notes = notes;
  }

  insert(text: string, place: string): readonly WordPart[] {
    const parts: WordPart[] = [];
    let end = 0;
    for (const match of text.matchAll(MASK)) {
      parts.push(text.slice(end, match.index), { variable: this.#name(match[1] === 'token', place) });
      end = match.index + match[0].length;
    }
    return [...parts, text.slice(end)];
  }

  #name(isToken: boolean, place: string): string {
    if (isToken) this.#tokens += 1;
    else this.#secrets += 1;
    const variable = isToken ? numbered('TOKEN', this.#tokens) : numbered('SECRET', this.#secrets);
    const meaning = isToken ? 'a token' : 'the secret, encoded as that place needs it';
    this.#notes.push(`Set ${variable} first: ${meaning}, in ${place}`);
    return variable;
  }
}

function numbered(name: string, number: number): string {
  return number === 1 ? name : `${name}_${number}`;
}

/** With a body curl would choose POST, without one GET; waiting for the body of a HEAD answer needs its own option. */
function toMethod(method: string, hasBody: boolean): readonly (readonly WordPart[])[] {
  if (method === 'HEAD') return [['--head']];
  return method === (hasBody ? 'POST' : 'GET') ? [] : [['--request'], [method]];
}

/** A header without a value needs a semicolon, because curl takes a colon with nothing behind it as "leave it out". */
function toHeader(name: string, value: string, variables: Variables): readonly WordPart[] {
  return value === '' ? [`${name};`] : [`${name}: `, ...variables.insert(value, `the header ${name}`)];
}

function toBody(
  body: string,
  headers: DryRun['headers'],
  variables: Variables,
  notes: string[],
): readonly (readonly WordPart[])[] {
  const hasType = headers.some(([name]) => name.toLowerCase() === 'content-type');
  // Otherwise curl would call the body a form.
  const type = hasType ? [] : [['--header'], ['Content-Type:']];
  if (/^\[\d+ bytes\]$/.test(body)) {
    notes.push('The body is binary: put it into the file body.bin');
    return [...type, ['--data-binary'], ['@body.bin']];
  }
  return [...type, ['--data-raw'], variables.insert(body, 'the body')];
}
