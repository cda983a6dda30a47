import { createRequire } from 'node:module';
import { once } from './once.ts';

/** Longer names are cut before they are compared, so that a hostile name costs little. */
const MAX_COMPARED_LENGTH = 80;

/** Where there are more, those behind are not looked at: thousands of unknown names would each be compared with thousands. */
const MAX_COMPARED_NAMES = 500;

/**
 * The candidate a reader most likely meant by `name`, or undefined when none is near.
 * Near means: at most a third of the letters differ (at least one, at most four), letter case aside.
 */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = comparable(name);
  let nearest: string | undefined;
  let nearestDistance = Math.min(4, Math.max(1, Math.floor(wanted.length / 3))) + 1;
  let compared = 0;
  for (const candidate of candidates) {
    compared += 1;
    if (compared > MAX_COMPARED_NAMES) break;
    const found = levenshtein().distance(wanted, comparable(candidate));
    if (found < nearestDistance) {
      nearest = candidate;
      nearestDistance = found;
    }
  }
  return nearest;
}

function comparable(name: string): string {
  return name
    .slice(0, MAX_COMPARED_LENGTH)
    .toLowerCase()
    .replaceAll(/[\s_-]/g, '');
}

/** Only somebody's mistake needs it, so it is loaded at the first. */
const levenshtein = once(
  () => createRequire(import.meta.url)('fastest-levenshtein') as typeof import('fastest-levenshtein'),
);
