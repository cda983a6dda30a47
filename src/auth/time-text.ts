/** Milliseconds since 1970 of a date as servers write it; undefined for anything else. Without a zone it is UTC. */
export function parseDate(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim();
  const wrapped = /^\/?Date\((-?\d+)(?:[+-]\d{4})?\)\/?$/.exec(text.replaceAll('\\', ''));
  if (wrapped !== null) return Number(wrapped[1]);
  const iso =
    /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)([.,]\d+)?\s*(Z|[+-]\d{2}:?\d{2}|UTC|GMT)?)?$/i.exec(
      text,
    );
  const time = iso === null ? parseWords(text) : Date.parse(toIsoText(iso));
  return Number.isNaN(time) ? undefined : time;
}

/** `Wed, 02 Jan 2030 03:04:05 GMT` and the like: only where a month is named, for `1.2.2030` may be any of two days. */
function parseWords(text: string): number {
  if (!/[a-z]{3}/i.test(text) || text.length > 60) return Number.NaN;
  const hasZone = /(?:Z|GMT|UTC|[+-]\d{4}|[+-]\d{2}:\d{2}|[ECMP][SD]T)(?:\s*\([^)]*\))?$/i.test(text);
  return Date.parse(hasZone ? text : `${text} GMT`);
}

/** Up to three digits of a fraction, and a zone with a colon. */
function toIsoText([, date = '', time = '00:00', fraction = '', zone = 'Z']: RegExpExecArray): string {
  const seconds = time.length === 5 ? `${time}:00` : time;
  const milliseconds = fraction === '' ? '' : `.${fraction.slice(1, 4).padEnd(3, '0')}`;
  const offset = /^[+-]/.test(zone) ? zone.replace(/^(...):?(..)$/, '$1:$2') : 'Z';
  return `${date}T${seconds}${milliseconds}${offset}`;
}

const unitSeconds: Readonly<Record<string, number>> = { w: 604_800, d: 86_400, h: 3600, m: 60, s: 1 };

/**
 * Seconds of a duration: `240:30:00` and `1.02:03:04` (days before the dot), ISO 8601 such as `PT1H30M`, or units such
 * as `90m`, `1h 30m`, `2 days`; undefined for anything else.
 */
export function parseDurationSeconds(value: unknown): number | undefined {
  if (typeof value !== 'string') return undefined;
  const text = value.trim().toLowerCase();
  const clock = /^(?:(\d+)\.)?(\d+):([0-5]?\d):([0-5]?\d)(?:\.\d+)?$/.exec(text);
  if (clock !== null) {
    const [days = 0, hours = 0, minutes = 0, seconds = 0] = clock.slice(1).map(part => Number(part ?? 0));
    return days * 86_400 + hours * 3600 + minutes * 60 + seconds;
  }
  const iso = /^p(?:([\d.]+)w)?(?:([\d.]+)d)?(?:t(?:([\d.]+)h)?(?:([\d.]+)m)?(?:([\d.]+)s)?)?$/.exec(text);
  if (iso !== null && /\d/.test(text)) return sum(iso.slice(1), ['w', 'd', 'h', 'm', 's']);
  const units =
    /^(?:\d+(?:\.\d+)?\s*(?:w|d|h|m|s|weeks?|days?|hours?|hrs?|minutes?|mins?|seconds?|secs?)\s*)+$/;
  if (!units.test(text)) return undefined;
  const parts = [...text.matchAll(/([\d.]+)\s*([wdhms])/g)];
  return sum(
    parts.map(([, amount]) => amount),
    parts.map(([, , unit = 's']) => unit),
  );
}

function sum(amounts: readonly (string | undefined)[], units: readonly string[]): number {
  return amounts.reduce(
    (total, amount, index) => total + Number(amount ?? 0) * (unitSeconds[units[index] ?? 's'] ?? 1),
    0,
  );
}
