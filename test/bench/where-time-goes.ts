import { ownStages, type Part, type PartProfile, type PartTimes, parts } from './parts.ts';
import { type Figure, type RowResult, showNumber, type TextTable, withReason } from './result.ts';

/** One client under one load: its processor time, by part. */
export interface ClientTimes {
  readonly client: string;
  /** Microseconds per call, event or MiB, as measured without a profiler. */
  readonly measuredUs: number;
  /** The same, spread over the parts. */
  readonly partsUs: PartTimes;
  readonly samples: number;
}

/** Ferrule beside the base under one load. */
export interface TimeProfile {
  readonly load: string;
  /** What the microseconds are counted for. */
  readonly unit: 'call' | 'event' | 'MiB';
  readonly ferrule: ClientTimes;
  readonly base: ClientTimes;
}

/**
 * Spreads what was measured over the parts: the share of the other threads is that of the measured window itself, in
 * which no profiler kept them busy, and the rest is divided as the main thread was in the profile.
 */
export function toClientTimes(
  client: string,
  measuredUs: number,
  mainShare: number,
  { partsUs, samples }: PartProfile,
): ClientTimes {
  const total = sumOf(parts, partsUs);
  const main = parts.map(part => [part, ((partsUs[part] ?? 0) / total) * mainShare * measuredUs] as const);
  const threads = { "V8's other threads": (1 - mainShare) * measuredUs };
  return { client, measuredUs, partsUs: { ...Object.fromEntries(main), ...threads }, samples };
}

/** The tables of a row, with that of its profiles below them if there are any. */
export function withProfiles(
  title: string,
  tables: readonly TextTable[],
  taken: readonly (TimeProfile | undefined)[],
): Pick<RowResult, 'tables' | 'profiles'> {
  const profiles = taken.filter(profile => profile !== undefined);
  return profiles.length === 0 ? { tables } : { tables: [...tables, toTimeTable(title, profiles)], profiles };
}

/** What is less would be shown as nothing. */
const SHOWN_US = 0.005;

/** A line for each part in which anything was found, the sums, and how many samples they rest on. */
export function toTimeTable(title: string, profiles: readonly TimeProfile[]): TextTable {
  const columns = profiles.flatMap(({ load, ferrule, base }) =>
    [ferrule, base].map(times => ({ ...times, head: `${times.client}, ${load}` })),
  );
  const unit = profiles[0]?.unit ?? 'call';
  const found = parts.filter(part => columns.some(({ partsUs }) => (partsUs[part] ?? 0) >= SHOWN_US));
  return {
    title: `${title}: where the time goes`,
    head: [`CPU µs per ${unit}`, ...columns.map(({ head }) => head)],
    lines: [
      ...found.map(part => [part, ...columns.map(({ partsUs }) => showNumber(partsUs[part] ?? 0))]),
      ['all', ...columns.map(({ measuredUs }) => showNumber(measuredUs))],
      ['samples', ...columns.map(({ samples }) => String(samples))],
    ],
  };
}

/** Parts that a reader wants to see as one. */
const groups: readonly (readonly [name: string, of: readonly Part[]])[] = [
  ['its own stages', ownStages],
  ['JSON.parse', ['JSON.parse']],
  ["undici's request() and body streams", ["undici's request() and body streams"]],
  ["undici's connections and Node", ["undici's connections", "Node's own"]],
  ['sockets and the event loop', ['sockets and event loop (system calls)']],
  ['garbage collection', ['garbage collection']],
  ["V8's other threads", ["V8's other threads"]],
  ['work by hand', ['benchmark itself, work by hand']],
  ['other libraries', ['other libraries']],
];

/** What is less than this share of the dearer client is not worth a word. */
const NOTABLE = 0.03;

/** Says in numbers why Ferrule costs what it costs beside the base. */
export function toSentence({ unit, ferrule, base }: TimeProfile): string {
  const stages = byTime(ferrule.partsUs, ownStages).map(([part, us]) => `${part} ${showNumber(us)}`);
  const own = showNumber(sumOf(ownStages, ferrule.partsUs));
  const differences = groups
    .map(([name, of]) => ({ name, us: sumOf(of, ferrule.partsUs) - sumOf(of, base.partsUs) }))
    .filter(({ us }) => Math.abs(us) >= NOTABLE * Math.max(ferrule.measuredUs, base.measuredUs))
    .sort((a, b) => Math.abs(b.us) - Math.abs(a.us));
  const list = (sign: 1 | -1, word: string) => {
    const some = differences.filter(({ us }) => Math.sign(us) === sign);
    return some.map(({ name, us }, nth) => `${showNumber(Math.abs(us))} ${nth === 0 ? word : ''}on ${name}`);
  };
  const compared = [list(1, 'µs more '), list(-1, 'µs less ')].filter(some => some.length > 0);
  return [
    `${capitalize(ferrule.client)} takes ${showNumber(ferrule.measuredUs)} µs of processor time per ${unit}, ${base.client} ${showNumber(base.measuredUs)}.`,
    `Its own stages take ${own} µs: ${stages.join(', ')}.`,
    ...(compared.length === 0
      ? []
      : [`Beside ${base.client} it spends ${compared.map(some => some.join(', ')).join('; ')}.`]),
  ].join(' ');
}

/** Each figure that missed its goal with what the profile of its load says, unless its reason is known already. */
export function explainMissed(
  figures: readonly Figure[],
  profile: TimeProfile | undefined,
): readonly Figure[] {
  return profile === undefined ? figures : withReason(figures, toSentence(profile));
}

function capitalize(name: string): string {
  return name.slice(0, 1).toUpperCase() + name.slice(1);
}

function byTime(partsUs: PartTimes, some: readonly Part[]): readonly (readonly [Part, number])[] {
  return some
    .map(part => [part, partsUs[part] ?? 0] as const)
    .filter(([, us]) => us > 0)
    .sort(([, a], [, b]) => b - a);
}

function sumOf(some: readonly Part[], partsUs: PartTimes): number {
  return some.reduce((sum, part) => sum + (partsUs[part] ?? 0), 0);
}
