import type { Plot, RowResult } from '../result.ts';
import { type Bench, pick } from '../rounds.ts';
import { median } from '../statistics.ts';
import type { Course } from './stream-course.ts';
import { measureMemory, type StreamMemory } from './stream-memory.ts';
import { measureSpeed } from './stream-speed.ts';

/** What the goals speak of. Shorter answers are there for the plot. */
const LONG_MIB = 256;

const notes = [
  'Memory grows by what was read from the socket, was given away and waits for the next collection of V8. That comes when some 64 MiB wait, or earlier, by chance: the fewer bytes a second, the wider apart are the highest points of single processes. Other memory is below nothing where buffers took what the process had before.',
  'Outputs of an event need its JSON. `eventsource-parser and JSON` adds `JSON.parse` to eventsource-parser, and nothing else: no limits, no outputs, no loop over events. Its ratio to eventsource-parser alone is the most that can be reached.',
];

/** Long answers: bytes to a fast and to a slow consumer, and server-sent events with outputs for each. */
export async function measureStreams(bench: Bench): Promise<RowResult> {
  const { quick } = bench.options;
  const toCourse = (mib: number): Course => ({
    title: `${mib} MiB to a fast consumer`,
    kind: 'bytes',
    base: 'undici.stream',
    others: [],
    mib,
  });
  const long = toCourse(quick ? 64 : LONG_MIB);
  const paced = { ...long, title: '256 MiB to a consumer at 128 MiB/s', mibPerSecond: 128 };
  const events: Course = {
    title: `${quick ? 16 : 64} MiB of server-sent events with 2 outputs each`,
    kind: 'events',
    base: 'eventsource-parser',
    others: ['eventsource-parser and JSON'],
    mib: quick ? 16 : 64,
  };
  const shorter: StreamMemory[] = [];
  for (const mib of quick ? [] : [16, 64])
    shorter.push(await measureMemory(bench, toCourse(mib), { atLeast: 2, hasGoal: false }));
  const fast = await measureMemory(bench, long, { atLeast: 4, hasGoal: true });
  const slow = quick ? [] : [await measureMemory(bench, paced, { atLeast: 8, hasGoal: true })];
  const memories = [...shorter, fast, ...slow];
  const speeds = [
    await measureSpeed(bench, long, { warmUps: 5, reads: 5 }),
    await measureSpeed(bench, events, { warmUps: 1, reads: 3 }),
  ];
  return {
    name: 'streams',
    title: 'Streams',
    figures: [...memories, ...speeds].flatMap(({ figures }) => figures),
    tables: [...memories, ...speeds].flatMap(({ tables }) => tables),
    profiles: speeds.flatMap(({ profiles = [] }) => profiles),
    ...(quick ? {} : { plots: [toPlot([...shorter, fast])] }),
    notes,
  };
}

function toPlot(measured: readonly StreamMemory[]): Plot {
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
