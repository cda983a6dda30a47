import type { Meter } from './meter.ts';
import { defineMember } from './own-property.ts';
import type { Regex, RegexMatch } from './regex.ts';

/** Gives the text that stands in for one match. */
export type Replacer = (groups: readonly (string | undefined)[], start: number, names: Names) => string;
const SIGN = /\$(?:[$&`']|\d\d?)/g;
const SIGN_OR_NAME = /\$(?:[$&`']|\d\d?|<[^>]*>)/g;
type Names = Readonly<Record<string, string | undefined>> | undefined;

/** String.prototype.match: every match with the flag g, else the first with its groups; null when there is none. */
export function matchRegex(text: string, regex: Regex, meter: Meter): unknown {
  if (!regex.isGlobal) {
    const match = regex.find(text, 0, meter);
    return match === undefined ? null : toMatchList(match, text, regex, meter);
  }
  const found = findAll(text, regex, meter).map(match => match.groups[0]);
  return found.length === 0 ? null : found;
}

/** The matches of String.prototype.matchAll as a list. */
export function matchAllRegex(text: string, regex: Regex, meter: Meter): unknown {
  return findAll(text, regex, meter).map(match => toMatchList(match, text, regex, meter));
}

/** String.prototype.replace and replaceAll. */
export function replaceRegex(text: string, regex: Regex, replacer: Replacer, meter: Meter): string {
  const pieces: string[] = [];
  let at = 0;
  let length = 0;
  for (const match of regex.isGlobal ? findAll(text, regex, meter) : findFirst(text, regex, meter)) {
    const replacement = replacer(match.groups, match.start, namedGroups(match, regex));
    length += match.start - at + replacement.length;
    meter.text(length, match.start - at + replacement.length);
    pieces.push(text.slice(at, match.start), replacement);
    at = match.end;
  }
  meter.text(length + text.length - at, text.length - at);
  return pieces.join('') + text.slice(at);
}

/** RegExp.prototype[Symbol.split], ECMAScript section 22.2.6.14. */
export function splitRegex(text: string, regex: Regex, limit: number, meter: Meter): unknown[] {
  if (limit === 0) return [];
  const find = regex.matcher(text, meter);
  if (text === '') return find(0) === undefined ? [''] : [];
  const pieces: unknown[] = [];
  let at = 0;
  let from = 0;
  while (from < text.length) {
    const match = find(from);
    if (match === undefined || match.start >= text.length) break;
    if (match.end === at) {
      from = nextPosition(text, match.start);
      continue;
    }
    for (const piece of [text.slice(at, match.start), ...match.groups.slice(1)]) {
      pieces.push(piece);
      if (pieces.length === limit) return pieces;
    }
    at = match.end;
    from = match.end;
  }
  pieces.push(text.slice(at));
  return pieces;
}

/** Replaces text by text: the first occurrence or all of them. */
export function replaceText(
  text: string,
  wanted: string,
  all: boolean,
  replacer: Replacer,
  meter: Meter,
): string {
  const pieces: string[] = [];
  let at = 0;
  let length = text.length;
  let found = text.indexOf(wanted);
  while (found !== -1) {
    const replacement = replacer([wanted], found, undefined);
    length += replacement.length - wanted.length;
    meter.spend(4);
    meter.text(length, found - at + replacement.length);
    pieces.push(text.slice(at, found), replacement);
    at = found + wanted.length;
    if (!all || found >= text.length) break;
    found = text.indexOf(wanted, Math.max(at, found + 1));
  }
  return pieces.join('') + text.slice(at);
}

/** GetSubstitution of the ECMAScript specification (section 22.1.3.19.1): `$$`, `$&`, `` $` ``, `$'`, `$1`, `$<name>`. */
export function expandReplacement(template: string, text: string, meter: Meter): Replacer {
  if (!template.includes('$')) return () => template;
  return (groups, start, names) => {
    const matched = groups[0] ?? '';
    let length = template.length;
    meter.scan(template.length);
    return template.replaceAll(names === undefined ? SIGN : SIGN_OR_NAME, sign => {
      const expanded = expandSign(sign, { groups, names, text, start, end: start + matched.length });
      length += expanded.length;
      meter.spend(1);
      meter.text(length, expanded.length);
      return expanded;
    });
  };
}

interface Substitution {
  readonly groups: readonly (string | undefined)[];
  readonly names: Names;
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

function expandSign(sign: string, { groups, names, text, start, end }: Substitution): string {
  if (sign === '$$') return '$';
  if (sign === '$&') return groups[0] ?? '';
  if (sign === '$`') return text.slice(0, start);
  if (sign === "$'") return text.slice(end);
  if (sign.startsWith('$<')) {
    const name = sign.slice(2, -1);
    return names !== undefined && Object.hasOwn(names, name) ? (names[name] ?? '') : '';
  }
  const both = Number(sign.slice(1));
  if (both >= 1 && both < groups.length) return groups[both] ?? '';
  const first = Number(sign.slice(1, 2));
  if (sign.length === 3 && first >= 1 && first < groups.length) return (groups[first] ?? '') + sign.slice(2);
  return sign;
}

function findFirst(text: string, regex: Regex, meter: Meter): readonly RegexMatch[] {
  const match = regex.find(text, 0, meter);
  return match === undefined ? [] : [match];
}

function findAll(text: string, regex: Regex, meter: Meter): readonly RegexMatch[] {
  const find = regex.matcher(text, meter);
  const matches: RegexMatch[] = [];
  let from = 0;
  while (from <= text.length) {
    const match = find(from);
    if (match === undefined) break;
    matches.push(match);
    from = match.end === match.start ? nextPosition(text, match.end) : match.end;
  }
  return matches;
}

/** The position after the code point at `at`: RE2 never stands between the halves of a surrogate pair. */
function nextPosition(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

/** The list JavaScript gives for a match: groups, and the members index, input and groups. */
function toMatchList(match: RegexMatch, text: string, regex: Regex, meter: Meter): unknown {
  meter.needsOutputCopy = true;
  return Object.assign([...match.groups], {
    index: match.start,
    input: text,
    groups: namedGroups(match, regex),
  });
}

function namedGroups(match: RegexMatch, regex: Regex): Names {
  if (regex.groupNames.length === 0) return undefined;
  const names: Record<string, unknown> = {};
  for (const [name, group] of regex.groupNames) defineMember(names, name, match.groups[group]);
  return names as Names;
}
