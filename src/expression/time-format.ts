import { toText } from './coercion.ts';
import type { Meter } from './meter.ts';

const SECOND_MS = 1000;

/** Lengths of the units that an offset may name. */
const units: Readonly<Record<string, number>> = {
  s: SECOND_MS,
  m: 60 * SECOND_MS,
  h: 60 * 60 * SECOND_MS,
  d: 24 * 60 * 60 * SECOND_MS,
};

/**
 * A point in time as `now()` gives it, in UTC: `seconds` and `milliseconds` since 1970 as numbers, `iso`
 * (2026-11-21T08:09:10.123Z), `date` (2026-11-21), `http` (RFC 9110 section 5.6.7), `compact` (20261121T080910Z), or a
 * pattern of yyyy, MM, dd, HH, mm, ss and SSS. `offset` is a number of seconds, or a text such as `-5m` or `1d`.
 */
export function formatTime(nowMs: number, format: unknown, offset: unknown, meter: Meter): string | number {
  const date = new Date(nowMs + toOffsetMs(offset, meter));
  const iso = date.toISOString();
  switch (format) {
    case undefined:
    case 'iso':
      return iso;
    case 'seconds':
      return Math.floor(date.getTime() / SECOND_MS);
    case 'milliseconds':
      return date.getTime();
    case 'date':
      return iso.slice(0, 10);
    case 'http':
      return date.toUTCString();
    case 'compact':
      return `${iso.slice(0, 19).replaceAll(/[-:]/g, '')}Z`;
    default:
      return fillPattern(toText(format, meter), iso, meter);
  }
}

function fillPattern(pattern: string, iso: string, meter: Meter): string {
  meter.text(pattern.length * 2);
  const parts: Readonly<Record<string, string>> = {
    yyyy: iso.slice(0, 4),
    MM: iso.slice(5, 7),
    dd: iso.slice(8, 10),
    HH: iso.slice(11, 13),
    mm: iso.slice(14, 16),
    ss: iso.slice(17, 19),
    SSS: iso.slice(20, 23),
  };
  const part = /yyyy|MM|dd|HH|mm|SSS|ss/g;
  if (part.test(pattern)) return pattern.replaceAll(part, name => parts[name] ?? name);
  throw meter.failure('now() does not know the format', {
    expected: 'iso, seconds, milliseconds, date, http, compact or a pattern such as yyyy-MM-dd',
  });
}

function toOffsetMs(offset: unknown, meter: Meter): number {
  if (offset === undefined || offset === null) return 0;
  const match = /^\s*([+-]?\d+(?:\.\d+)?)\s*([smhd]?)\s*$/.exec(toText(offset, meter));
  const offsetMs = Number(match?.[1]) * (units[match?.[2] || 's'] ?? SECOND_MS);
  // A hundred thousand years; beyond that there are no dates.
  if (Math.abs(offsetMs) < 3e15) return offsetMs;
  throw meter.failure('now() was given an offset it cannot use', {
    expected: 'a number of seconds, or a text such as 5m, -1h or 30d',
  });
}
