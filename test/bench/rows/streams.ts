import type { StreamTask } from '../measured/stream.ts';
import { runFresh } from '../processes.ts';
import {
  type Bound,
  type Figure,
  type Plot,
  type RowResult,
  showNumber,
  type TextTable,
  toFigure,
} from '../result.ts';
import { type Bench, interleave, pick, type Rounds, toSaturation, withRounds } from '../rounds.ts';
import { median, ratios, spread } from '../statistics.ts';
import { eventsOf } from '../target/payloads.ts';
import { explainMissed, type TimeProfile, withProfiles } from '../where-time-goes.ts';
import { toTimeProfile } from './time-profile.ts';

interface Course {
  readonly title: string;
  readonly kind: StreamTask['kind'];
  readonly base: StreamTask['client'];
  readonly others: readonly StreamTask['client'][];
  readonly mib: number;
  readonly mibPerSecond?: number;
}

interface Measured {
  readonly course: Course;
  readonly rounds: Rounds;
  readonly profile: TimeProfile | undefined;
}

/** What the goals speak of. */
const LONG_MIB = 256;

const notes = [
  'Memory grows by what was read from the socket, was given away and waits for the next collection of V8.',
  'Outputs of an event need its JSON. `eventsource-parser and JSON` adds `JSON.parse` to eventsource-parser, and nothing else: no limits, no outputs, no loop over events. Its ratio to eventsource-parser alone is the most that can be reached.',
];

/** Long answers: bytes to a fast and to a slow consumer, and server-sent events with outputs for each. */
export async function measureStreams(bench: Bench): Promise<RowResult> {
  const { quick } = bench.options;
  const bytes = { kind: 'bytes', base: 'undici.stream', others: [] } as const;
  const lengths = quick ? [64] : [16, 64, 256];
  const fast: Measured[] = [];
  for (const mib of lengths) {
    fast.push(await measure(bench, { ...bytes, title: `${mib} MiB to a fast consumer`, mib }));
  }
  const paced = { ...bytes, title: '256 MiB to a consumer at 128 MiB/s', mib: 256, mibPerSecond: 128 };
  const events: Course = {
    title: `${quick ? 16 : 64} MiB of server-sent events with 2 outputs each`,
    kind: 'events',
    base: 'eventsource-parser',
    others: ['eventsource-parser and JSON'],
    mib: quick ? 16 : 64,
  };
  const all = [...fast, ...(quick ? [] : [await measure(bench, paced)]), await measure(bench, events)];
  return {
    name: 'streams',
    title: 'Streams',
    figures: all.flatMap(each => explainMissed(toFigures(each), each.profile)),
    ...withProfiles(
      events.title,
      all.map(toTable),
      all.map(({ profile }) => profile),
    ),
    ...(quick ? {} : { plots: [toPlot(fast)] }),
    notes,
  };
}

async function measure(bench: Bench, course: Course): Promise<Measured> {
  const { target, entry } = bench;
  const { kind, mib, mibPerSecond, base } = course;
  const file = new URL('../measured/stream.ts', import.meta.url);
  const run = (client: StreamTask['client'], label: string = client) => {
    const origin = `http://127.0.0.1:${target.place.plain}`;
    const pace = mibPerSecond === undefined ? {} : { mibPerSecond };
    // What bytes cost is the sockets' and the consumer's; what events cost is worth a profile.
    const isProfiled = !bench.options.quick && kind === 'events' && (label === base || label === 'ferrule');
    const task = { label, client, kind, origin, entry, mib, ...pace };
    return (isFirst: boolean) => {
      const profiled: StreamTask = { ...task, profiled: isFirst && isProfiled };
      return runFresh(file, profiled, target, ['--expose-gc']);
    };
  };
  const others = course.others.map(client => run(client));
  const runs = [run(base), run('ferrule'), ...others, run(base, 'again')];
  const rounds = await interleave(withRounds(bench, 4), runs);
  const load = { load: `${mib} MiB`, unit: 'event', units: eventsOf(mib), base: [base, 'again'] } as const;
  return { course, rounds, profile: toTimeProfile(rounds, load) };
}

function toFigures({ course, rounds }: Measured): readonly Figure[] {
  const { title, base, kind, mib, others } = course;
  const reason =
    rounds.trouble ?? toSaturation(median(pick(rounds, 'ferrule', ({ targetBusy }) => targetBusy)));
  // Shorter ones are there for the plot: they end before a buffer is full.
  const isAimedAt = kind === 'events' || mib >= LONG_MIB;
  const speed = (label: string) => pick(rounds, label, ({ cost }) => mib / cost.wallMs);
  const growth = (label: string) => pick(rounds, label, ({ found }) => found['growthMib'] ?? Number.NaN);
  const ratio = (
    what: string,
    of: (label: string) => readonly number[],
    goal: Bound | undefined,
    guard: Bound,
  ) =>
    toFigure(
      `${title}: ${what} to ${base}`,
      spread(ratios(of('ferrule'), of(base), of('again'))),
      '',
      goal === undefined ? { guard } : { goal, guard },
      reason,
    );
  const again = speed('again').map((value, nth) => value / (speed(base)[nth] ?? Number.NaN));
  const inform = (what: string, numbers: readonly number[], unit: Figure['unit'] = '') =>
    toFigure(`${title}: ${what}`, spread(numbers), unit, {}, reason);
  return [
    ratio('throughput', speed, isAimedAt ? { atLeast: 0.9 } : undefined, { atLeast: 0.05 }),
    ...(kind === 'bytes'
      ? [ratio('memory growth', growth, isAimedAt ? { atMost: 1.1 } : undefined, { atMost: 4 })]
      : []),
    // A ratio of two small numbers says little without them.
    ...(kind === 'bytes' && isAimedAt
      ? [
          inform('memory growth of Ferrule', growth('ferrule'), 'MiB'),
          inform(`memory growth of ${base}`, growth(base), 'MiB'),
          inform(`memory growth of ${base} again (A/A)`, growth('again'), 'MiB'),
        ]
      : []),
    ...others.flatMap(other => [
      inform(`throughput to ${other}`, ratios(speed('ferrule'), speed(other), speed(other))),
      inform(`throughput of ${other} to ${base}`, ratios(speed(other), speed(base), speed('again'))),
    ]),
    inform(`throughput, ${base} again (A/A)`, again),
  ];
}

function toTable({ course, rounds }: Measured): TextTable {
  const { title, base, others, mib } = course;
  return {
    title,
    head: ['client', 'MiB/s', 'CPU ms per MiB', 'memory growth MiB', 'target busy'],
    lines: [base, 'ferrule', ...others, 'again'].map(label => [
      label === 'again' ? `${base} again (A/A)` : label,
      showNumber(median(pick(rounds, label, ({ cost }) => (1000 * mib) / cost.wallMs))),
      showNumber(median(pick(rounds, label, ({ cost }) => cost.cpuMs / mib))),
      showNumber(median(pick(rounds, label, ({ found }) => found['growthMib'] ?? Number.NaN))),
      `${(100 * median(pick(rounds, label, ({ targetBusy }) => targetBusy))).toFixed(0)} %`,
    ]),
  };
}

function toPlot(measured: readonly Measured[]): Plot {
  return {
    file: 'memory-against-stream-length.svg',
    title: 'Memory growth while a stream is read',
    x: 'MiB streamed',
    y: 'MiB more resident memory',
    lines: ['undici.stream', 'ferrule'].map(name => ({
      name,
      points: measured.map(({ course, rounds }) => {
        const growth = pick(rounds, name, ({ found }) => found['growthMib'] ?? Number.NaN);
        return [course.mib, median(growth)] as const;
      }),
    })),
  };
}
