import type { Window } from './processes.ts';
import { showNumber } from './result.ts';

/**
 * Says why the slowest hundredth of the calls is slow, by windows that were measured for that: what collections have to
 * do with it. Undefined when there are no such windows.
 */
export function toSlowCallsSentence(windows: readonly Window[], base: string): string | undefined {
  const find = (label: string) => windows.find(window => window.label === `${label}: collections`)?.found;
  const own = find('ferrule');
  const other = find(base);
  if (own === undefined || other === undefined) return undefined;
  const both = (name: string, unit = '') => {
    const [first, second] = [own, other].map(found => showNumber(found[name] ?? Number.NaN) + unit);
    return `${first} (${base} ${second})`;
  };
  const share = (found: Readonly<Record<string, number>>) =>
    `${(100 * (found['slowestMet'] ?? Number.NaN)).toFixed(0)} %`;
  return [
    `In as many calls again there were ${both('collectionsPer1000')} garbage collections per 1,000 calls, of ${both('pauseMs', ' ms')} each.`,
    `Of the slowest hundredth of the calls ${share(own)} met one (${base} ${share(other)});`,
    `p99 of the calls that met none is ${both('p99WithoutMs', ' ms')}.`,
    `A call takes ${both('allocatedKb', ' kB')} of the heap, and the space for young objects is ${both('youngMib', ' MiB')} large.`,
  ].join(' ');
}
