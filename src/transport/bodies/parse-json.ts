import { FerruleError } from '../../errors/ferrule-error.ts';

/** No API nests like that; a few thousand levels overflow the stack of whoever writes the value as JSON again. */
const MAX_LEVELS = 1_000;

/**
 * The value of a JSON text that a server sent.
 * @throws SyntaxError, whose message quotes the text; FerruleError BODY_MALFORMED for a value nested too deep
 */
export function parseJson(text: string): unknown {
  const value: unknown = JSON.parse(text);
  // Each level takes two characters at least, so most answers need no second look.
  if (text.length > 2 * MAX_LEVELS && isDeeperThan(MAX_LEVELS, value)) {
    throw new FerruleError('BODY_MALFORMED', `the answer is JSON nested deeper than ${MAX_LEVELS} levels`);
  }
  return value;
}

/** Loops, without `Object.values` and callbacks: it takes a tenth of the time of parsing instead of half of it. */
function isDeeperThan(levels: number, value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const item of value) if (typeof item === 'object' && isDeeperThan(levels - 1, item)) return true;
    return false;
  }
  const fields = value as Readonly<Record<string, unknown>>;
  for (const name in fields) {
    const field = fields[name];
    if (typeof field === 'object' && isDeeperThan(levels - 1, field)) return true;
  }
  return false;
}
