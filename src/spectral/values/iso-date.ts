const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * HOUR_MS;

/**
 * The moment that a text names by ISO 8601: calendar, week and ordinal dates, short and long, fractions of the last unit.
 * Local time where no zone is named. An offset that cannot be read counts as UTC, which is what connectors rely on that were
 * tested against the SDK.
 */
export function parseIsoDate(text: string): Date | undefined {
  const { day, time, zone } = split(text);
  const dayMs = day === undefined ? undefined : parseDay(day);
  const timeMs = time === '' ? 0 : parseTime(time);
  if (dayMs === undefined || timeMs === undefined) return undefined;
  const zoneMs = zone === undefined ? 0 : parseOffset(zone);
  if (zoneMs === undefined) return undefined;
  const moment = new Date(dayMs + timeMs - zoneMs);
  if (Number.isNaN(moment.getTime())) return undefined;
  return zone === undefined ? toLocal(moment) : moment;
}

interface Parts {
  readonly day: string | undefined;
  readonly time: string;
  readonly zone: string | undefined;
}

/** A blank or a `T` ends the day; a day that stands alone may be followed by a zone that begins with `Z`. */
function split(text: string): Parts {
  const [first = '', second, ...more] = text.split(/[T ]/);
  if (more.length > 0) return { day: undefined, time: '', zone: undefined };
  if (first.includes(':')) return { day: undefined, time: '', zone: undefined };
  const day = /^[^Z ]*/i.exec(first)?.[0] ?? '';
  const rest = day === first ? (second ?? '') : text.slice(day.length);
  const start = rest.search(/[Z+-]/);
  return start < 0
    ? { day, time: rest, zone: undefined }
    : { day, time: rest.slice(0, start), zone: rest.slice(start) };
}

/** Midnight UTC of the day, in milliseconds. A year has four digits, or a sign and six; two digits alone are a century. */
function parseDay(text: string): number | undefined {
  const found = /^(?:(?<year>\d{4}|[+-]\d{6})(?<rest>.*)|(?<century>\d{2}|[+-]\d{4}))$/s.exec(text)?.groups;
  if (found === undefined) return undefined;
  const year = found['century'] === undefined ? Number(found['year']) : Number(found['century']) * 100;
  const rest = found['rest'] ?? '';
  const parts =
    /^-?(?:(?<ordinal>\d{3})|(?<month>\d\d)(?:-?(?<date>\d\d))?|W(?<week>\d\d)(?:-?(?<weekday>\d))?|)$/.exec(
      rest,
    )?.groups;
  if (parts === undefined) return undefined;
  const { ordinal, month, date, week, weekday } = parts;
  if (week !== undefined) return ofWeek(year, Number(week), Number(weekday ?? 1));
  if (ordinal !== undefined) return ofOrdinal(year, Number(ordinal));
  return ofMonth(year, Number(month ?? 1), Number(date ?? 1));
}

function ofMonth(year: number, month: number, date: number): number | undefined {
  const inMonth =
    month >= 1 && month <= 12 && date >= 1 && new Date(utc(year, month, date)).getUTCDate() === date;
  return inMonth ? utc(year, month, date) : undefined;
}

function ofOrdinal(year: number, ordinal: number): number | undefined {
  const last = (utc(year + 1, 1, 1) - utc(year, 1, 1)) / DAY_MS;
  return ordinal >= 1 && ordinal <= last ? utc(year, 1, ordinal) : undefined;
}

/** The first week is the one with the fourth of January. Week 53 of a year of 52 weeks is the first of the next. */
function ofWeek(year: number, week: number, weekday: number): number | undefined {
  if (week < 1 || week > 53 || weekday < 1 || weekday > 7) return undefined;
  const fourth = utc(year, 1, 4);
  const weekdayOfFourth = new Date(fourth).getUTCDay() || 7;
  return fourth + ((week - 1) * 7 + weekday - weekdayOfFourth) * DAY_MS;
}

/** `Date.UTC` would take the years 0 to 99 for those of the twentieth century. */
function utc(year: number, month: number, date: number): number {
  return new Date(0).setUTCFullYear(year, month - 1, date);
}

/** Milliseconds since midnight; 24:00 is the midnight that follows. */
function parseTime(text: string): number | undefined {
  const unit = String.raw`(\d\d(?:[.,]\d*)?)`;
  const found = new RegExp(`^${unit}(?::?${unit})?(?::?${unit})?$`).exec(text);
  if (found === null) return undefined;
  const [hours = 0, minutes = 0, seconds = 0] = found
    .slice(1)
    .map(part => Number((part ?? '0').replace(',', '.')));
  const midnight = hours === 24 && minutes === 0 && seconds === 0;
  if (!midnight && (hours >= 24 || minutes >= 60 || seconds >= 60)) return undefined;
  return hours * HOUR_MS + minutes * MINUTE_MS + seconds * 1000;
}

/** Milliseconds that the zone is ahead of UTC. */
function parseOffset(text: string): number | undefined {
  const found = /^([+-])(\d\d)(?::?(\d\d))?$/.exec(text);
  if (found === null) return 0;
  const [, sign, hours, minutes = '0'] = found;
  if (Number(minutes) >= 60) return undefined;
  return (sign === '-' ? -1 : 1) * (Number(hours) * HOUR_MS + Number(minutes) * MINUTE_MS);
}

/** The moment at which a local clock shows what a clock of UTC shows now. */
function toLocal(moment: Date): Date {
  const local = new Date(0);
  local.setFullYear(moment.getUTCFullYear(), moment.getUTCMonth(), moment.getUTCDate());
  local.setHours(
    moment.getUTCHours(),
    moment.getUTCMinutes(),
    moment.getUTCSeconds(),
    moment.getUTCMilliseconds(),
  );
  return local;
}
