import type { StreamSpeedTask } from '../measured/stream-speed.ts';
import type { Window } from '../processes.ts';
import { type Figure, showNumber, type TextTable, toFigure } from '../result.ts';
import { type Bench, pick, type Rounds, toSaturation } from '../rounds.ts';
import { median, ratios, spread } from '../statistics.ts';
import { eventsOf } from '../target/payloads.ts';
import { explainMissed, type TimeProfile, withProfiles } from '../where-time-goes.ts';
import { AGAIN, type Course, readInTurn, toLines } from './stream-course.ts';
import { toTimeProfile } from './time-profile.ts';

/** How often an answer is read: not measured, until its code is compiled, and then measured. */
export type Reads = Pick<StreamSpeedTask, 'warmUps' | 'reads'>;

export interface StreamSpeed {
  readonly figures: readonly Figure[];
  readonly tables: readonly TextTable[];
  readonly profiles?: readonly TimeProfile[];
}

export async function measureSpeed(bench: Bench, course: Course, reads: Reads): Promise<StreamSpeed> {
  const file = new URL('../measured/stream-speed.ts', import.meta.url);
  const isProfiled = (label: string) =>
    !bench.options.quick && (label === course.base || label === 'ferrule');
  const more = (isFirst: boolean, label: string): Reads & Pick<StreamSpeedTask, 'profiled'> => ({
    ...reads,
    profiled: isFirst && isProfiled(label),
  });
  const rounds = await readInTurn(bench, course, { file, atLeast: 4, more });
  const { kind, mib, base } = course;
  const each = kind === 'bytes' ? mib : eventsOf(mib);
  const profile = toTimeProfile(rounds, {
    load: `${mib} MiB`,
    unit: kind === 'bytes' ? 'MiB' : 'event',
    units: each * reads.reads,
    base: [base, AGAIN],
  });
  return {
    figures: explainMissed(toFigures(course, rounds), profile),
    ...withProfiles(course.title, [toTable(course, rounds, reads)], [profile]),
  };
}

const readMs = ({ found }: Window) => found['readMs'] ?? Number.NaN;

function toFigures({ title, base, mib, others }: Course, rounds: Rounds): readonly Figure[] {
  const busy = median(pick(rounds, 'ferrule', ({ targetBusy }) => targetBusy));
  const reason = rounds.trouble ?? toSaturation(busy);
  const speed = (label: string) => pick(rounds, label, window => mib / readMs(window));
  const inform = (what: string, numbers: readonly number[]) =>
    toFigure(`${title}: ${what}`, spread(numbers), '', {}, reason);
  return [
    toFigure(
      `${title}: throughput to ${base}`,
      spread(ratios(speed('ferrule'), speed(base), speed(AGAIN))),
      '',
      { goal: { atLeast: 0.9 }, guard: { atLeast: 0.05 } },
      reason,
    ),
    ...others.flatMap(other => [
      inform(`throughput to ${other}`, ratios(speed('ferrule'), speed(other), speed(other))),
      inform(`throughput of ${other} to ${base}`, ratios(speed(other), speed(base), speed(AGAIN))),
    ]),
    inform(
      `throughput, ${base} again (A/A)`,
      speed(AGAIN).map((value, nth) => value / (speed(base)[nth] ?? Number.NaN)),
    ),
  ];
}

function toTable(course: Course, rounds: Rounds, { warmUps, reads }: Reads): TextTable {
  const { title, mib } = course;
  return {
    title: `${title}: speed, ${reads} reads after ${warmUps}`,
    head: ['client', 'MiB/s', 'CPU ms per MiB', 'target busy'],
    lines: toLines(course).map(([label, shown]) => [
      shown,
      showNumber(median(pick(rounds, label, window => (1000 * mib) / readMs(window)))),
      showNumber(median(pick(rounds, label, ({ cost }) => cost.cpuMs / (mib * reads)))),
      `${(100 * median(pick(rounds, label, ({ targetBusy }) => targetBusy))).toFixed(0)} %`,
    ]),
  };
}
