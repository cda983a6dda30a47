import type { WordPart } from '../base/shell-words.ts';
import type { CredentialPlaces } from '../transport/transport.ts';

type Word = readonly WordPart[];

/** What the engine writes in place of a secret, and of a token that it would have to fetch. */
const MASK = /\[(secret|token)\]/g;

/** Credentials in any request (RFC 9110 sections 11.6.2 and 11.7.2, RFC 6265). */
const CREDENTIAL_HEADERS = ['authorization', 'proxy-authorization', 'cookie'];

/**
 * Gives each secret of a curl command a variable of its own. In a request that has been masked, secrets are what stands
 * as `[secret]`; in one that has not, they are whatever stands in the places of its credentials.
 */
export class CurlVariables {
  readonly #notes: string[];
  readonly #places: CredentialPlaces | undefined;
  readonly #mask: boolean;
  #secrets = 0;
  #tokens = 0;

  constructor(notes: string[], places: CredentialPlaces | undefined, mask: boolean) {
    this.#notes = notes;
    this.#places = places;
    this.#mask = mask;
  }

  withoutMasks(text: string): string {
    return this.#places === undefined ? text.replaceAll(MASK, '') : text;
  }

  url(text: string): Word {
    const places = this.#places;
    if (!this.#mask || places === undefined) return this.#masked(text, 'the URL');
    const { origin } = new URL(text);
    const queryAt = text.indexOf('?');
    const path = queryAt === -1 ? text.slice(origin.length) : text.slice(origin.length, queryAt);
    // The body stands for the path too: which of them holds the secret is not said.
    const shown =
      places.body && path.length > 1 ? [origin, '/', this.#variable(false, 'the path')] : [origin, path];
    return queryAt === -1 ? shown : [...shown, '?', ...this.#query(text.slice(queryAt + 1), places)];
  }

  header(name: string, value: string): Word {
    const places = this.#places;
    if (!this.#mask || places === undefined) return this.#masked(value, `the header ${name}`);
    const lower = name.toLowerCase();
    if (!CREDENTIAL_HEADERS.includes(lower) && !places.headers.includes(lower)) return [value];
    const [scheme = ''] = /authorization$/.test(lower) ? (/^[A-Za-z][\w-]* /.exec(value) ?? []) : [];
    return [scheme, this.#variable(false, `the header ${name}`)];
  }

  body(text: string): Word {
    const places = this.#places;
    if (!this.#mask || places === undefined) return this.#masked(text, 'the body');
    return places.body ? [this.#variable(false, 'the body')] : [text];
  }

  #query(query: string, { query: names }: CredentialPlaces): Word {
    return query.split('&').flatMap((pair, index): Word => {
      const separator = index === 0 ? '' : '&';
      const [name = ''] = new URLSearchParams(pair).keys();
      if (!names.includes(name)) return [separator + pair];
      return [`${separator}${pair.split('=', 1)[0]}=`, this.#variable(false, 'the URL')];
    });
  }

  #masked(text: string, place: string): Word {
    // A request that was never masked may hold such a text as its own.
    if (this.#places !== undefined || !this.#mask) return [text];
    const parts: WordPart[] = [];
    let end = 0;
    for (const match of text.matchAll(MASK)) {
      parts.push(text.slice(end, match.index), this.#variable(match[1] === 'token', place));
      end = match.index + match[0].length;
    }
    return [...parts, text.slice(end)];
  }

  #variable(isToken: boolean, place: string): WordPart {
    if (isToken) this.#tokens += 1;
    else this.#secrets += 1;
    const variable = isToken ? numbered('TOKEN', this.#tokens) : numbered('SECRET', this.#secrets);
    const meaning = isToken ? 'a token' : 'the secret, encoded as that place needs it';
    this.#notes.push(`Set ${variable} first: ${meaning}, in ${place}`);
    return { variable };
  }
}

function numbered(name: string, number: number): string {
  return number === 1 ? name : `${name}_${number}`;
}
