import type { HeaderPair } from '../transport/transport.ts';

/** One challenge of a WWW-Authenticate header (RFC 9110 section 11.6.1). */
export interface Challenge {
  /** Lower case. */
  readonly scheme: string;
  /** Names in lower case. */
  readonly parameters: ReadonlyMap<string, string>;
}

/** A scheme, or a parameter: `name=value` or `name="value"`. */
const ITEM = /[\s,]*([!#$%&'*+.^_`|~\w-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]*)))?/y;

/**
 * Every challenge, in the server's order. Several headers and several challenges in one header mean the same.
 * What follows a piece that cannot be read is left out: the challenges before it still count.
 */
export function readChallenges(headers: readonly HeaderPair[]): readonly Challenge[] {
  return headers
    .filter(([name]) => name.toLowerCase() === 'www-authenticate')
    .flatMap(([, value]) => parseChallenges(value));
}

function parseChallenges(text: string): readonly Challenge[] {
  const challenges: { scheme: string; parameters: Map<string, string> }[] = [];
  ITEM.lastIndex = 0;
  for (let item = ITEM.exec(text); item !== null; item = ITEM.exec(text)) {
    const [, name = '', quoted, plain] = item;
    const value = quoted?.replaceAll(/\\(.)/g, '$1') ?? plain;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), parameters: new Map() });
    else challenges.at(-1)?.parameters.set(name.toLowerCase(), value);
  }
  return challenges;
}
