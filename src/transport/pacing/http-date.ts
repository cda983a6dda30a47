const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** The three forms of RFC 9110 section 5.6.7: `Sun, 06 Nov 1994 08:49:37 GMT` and the two obsolete ones. */
const FORMS: readonly RegExp[] = [
  /^[a-z]{3}, (?<day>\d{2}) (?<month>[a-z]{3}) (?<year>\d{4}) (?<time>\d{2}:\d{2}:\d{2}) gmt$/i,
  /^[a-z]{6,9}, (?<day>\d{2})-(?<month>[a-z]{3})-(?<year>\d{2}) (?<time>\d{2}:\d{2}:\d{2}) gmt$/i,
  /^[a-z]{3} (?<month>[a-z]{3}) (?<day>[\d ]\d) (?<time>\d{2}:\d{2}:\d{2}) (?<year>\d{4})$/i,
];

/**
 * Milliseconds since the Unix epoch of an HTTP date; undefined for anything else. `nowMs` decides the century of a
 * year of two digits: one that seems more than 50 years ahead is past.
 */
export function parseHttpDate(text: string, nowMs: number): number | undefined {
  for (const form of FORMS) {
    const parts = form.exec(text.trim())?.groups;
    if (parts === undefined) continue;
    const { day, month, year, time } = parts;
    const [hours = Number.NaN, minutes = Number.NaN, seconds = Number.NaN] = (time ?? '')
      .split(':')
      .map(Number);
    const monthIndex = MONTHS.indexOf((month ?? '').toLowerCase());
    if (monthIndex < 0 || hours > 23 || minutes > 59 || seconds > 60) return undefined;
    const fullYear = toFullYear(year ?? '', new Date(nowMs).getUTCFullYear());
    const atMs = Date.UTC(fullYear, monthIndex, Number(day), hours, minutes, seconds);
    return new Date(Date.UTC(fullYear, monthIndex, Number(day))).getUTCMonth() === monthIndex
      ? atMs
      : undefined;
  }
  return undefined;
}

function toFullYear(year: string, thisYear: number): number {
  if (year.length === 4) return Number(year);
  const inThisCentury = thisYear - (thisYear % 100) + Number(year);
  return inThisCentury > thisYear + 50 ? inThisCentury - 100 : inThisCentury;
}
