import { createRequire } from 'node:module';
import type { RE2JS } from 're2js';
import type { Meter } from './meter.ts';
import { RegexRefusal, translateRegex } from './regex-translation.ts';

/** Compiled programs larger than this are refused: matching costs characters times instructions. */
const MAX_PROGRAM_SIZE = 1000;
const FLAGS = /^[gimsu]*$/;

export interface RegexMatch {
  readonly start: number;
  readonly end: number;
  /** The whole match, then each group; undefined for a group that took no part. */
  readonly groups: readonly (string | undefined)[];
}

/**
 * A regular expression that is run by RE2, in time proportional to the text: no pattern can be endless.
 * It counts by code points, as JavaScript does with the flag u. Two differences remain, both in repetitions: a group
 * keeps what it matched in an earlier round, and a round that matches nothing is not tried again another way.
 */
export class Regex {
  readonly isGlobal: boolean;
  /** Group numbers by name, in the order of the pattern. */
  readonly groupNames: readonly (readonly [name: string, group: number])[];
  readonly #program: RE2JS;

  constructor(program: RE2JS, isGlobal: boolean) {
    this.#program = program;
    this.isGlobal = isGlobal;
    this.groupNames = Object.entries(program.re2().namedGroups);
  }

  /** The same, without the flag g. */
  withoutGlobal(): Regex {
    return this.isGlobal ? new Regex(this.#program, false) : this;
  }

  /** The first match at or after `from`, or undefined. */
  find(text: string, from: number, meter: Meter): RegexMatch | undefined {
    return this.matcher(text, meter)(from);
  }

  /**
   * A function that finds the first match at or after a position. The first search is charged for the whole text;
   * the later ones are watched by the clock, because how far each one looks ahead is not known.
   */
  matcher(text: string, meter: Meter): (from: number) => RegexMatch | undefined {
    meter.spend(this.#cost(text));
    const matcher = this.#program.matcher(text);
    return from => {
      meter.spend(4);
      meter.checkTime();
      if (!matcher.find(from)) return undefined;
      const count = matcher.groupCount();
      meter.list(count + 1);
      const groups: (string | undefined)[] = [];
      for (let group = 0; group <= count; group += 1) groups.push(matcher.group(group) ?? undefined);
      return { start: matcher.start(), end: matcher.end(), groups };
    };
  }

  /** Measured: up to 0.4 µs and 35 ns for each instruction of the program, per character. */
  #cost(text: string): number {
    return 1 + text.length * (4 + this.#program.programSize() * 0.35);
  }

  test(text: string, meter: Meter): boolean {
    meter.spend(this.#cost(text));
    return this.#program.test(text);
  }
}

/**
 * Compiles a regular expression literal. Gives a clause that names what is refused when it cannot be run:
 * lookaround, references to groups, flags other than g, i, m, s and u, and very large patterns.
 */
export function compileRegex(pattern: string, flags: string): Regex | { readonly refused: string } {
  if (!FLAGS.test(flags)) return { refused: `the flags "${flags}"; g, i, m, s and u are known` };
  try {
    const { RE2JS } = loadRe2();
    const program = RE2JS.compile(translateRegex(pattern, flags));
    if (program.programSize() > MAX_PROGRAM_SIZE) return { refused: 'a pattern of this size' };
    return new Regex(program, flags.includes('g'));
  } catch (error) {
    if (error instanceof RegexRefusal) return { refused: error.reason };
    // RE2JS words its errors after the pattern, which the author wrote and may see.
    if (error instanceof Error) return { refused: `this pattern (${error.message})` };
    throw error;
  }
}

/** RE2JS takes 10 ms to load, so only expressions with a regular expression load it. */
function loadRe2(): typeof import('re2js') {
  return createRequire(import.meta.url)('re2js') as typeof import('re2js');
}
