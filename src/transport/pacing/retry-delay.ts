import type { HeaderPair, HttpResponse } from '../transport.ts';
import { parseHttpDate } from './http-date.ts';

/** What a wait before another attempt goes by. */
export type WaitSource = 'body' | 'retry-after' | 'reset-header' | 'backoff';

/** A wait that the server asked for. 0: no later than now. */
export interface NamedWait {
  readonly source: Exclude<WaitSource, 'backoff'>;
  readonly waitMs: number;
}

/** Headers that tell when a quota is refilled, the ones seen most first. */
const RESET_HEADERS = [
  'ratelimit-reset',
  'x-ratelimit-reset',
  'x-rate-limit-reset',
  'x-ratelimit-reset-after',
  'ratelimit',
];
const REMAINING_HEADERS = ['ratelimit-remaining', 'x-ratelimit-remaining', 'x-rate-limit-remaining'];

/** From here on a number is a point in time: as seconds it is the year 2001, as a duration it is 31 years. */
const EPOCH_SECONDS_FROM = 1e9;
const EPOCH_MILLISECONDS_FROM = 1e12;

/**
 * How long an answer asks to wait by its headers: `Retry-After` in seconds or as a date (RFC 9110 section 10.2.3),
 * else the reset of a quota. Every answer of some servers tells that, so it counts only where the quota is used up.
 */
export function namedWaitOf(
  { statusCode, headers }: Pick<HttpResponse, 'statusCode' | 'headers'>,
  nowMs: number,
): NamedWait | undefined {
  const retryAfter = headerOf(headers, 'retry-after');
  const askedMs = retryAfter === undefined ? undefined : toRetryAfterMs(retryAfter.trim(), nowMs);
  if (askedMs !== undefined) return { source: 'retry-after', waitMs: askedMs };
  const usedUp =
    statusCode === 429 || REMAINING_HEADERS.some(name => headerOf(headers, name)?.trim() === '0');
  if (!usedUp) return undefined;
  for (const name of RESET_HEADERS) {
    const resetMs = toResetMs(headerOf(headers, name), nowMs);
    if (resetMs !== undefined) return { source: 'reset-header', waitMs: resetMs };
  }
  return undefined;
}

/** Seconds, as a number or its text, in milliseconds; undefined for anything else. */
export function secondsToMs(seconds: unknown): number | undefined {
  const isText = typeof seconds === 'string' && /^\d+(?:\.\d+)?$/.test(seconds.trim());
  const value = isText ? Number(seconds) : seconds;
  return typeof value === 'number' && value >= 0 ? value * 1000 : undefined;
}

/**
 * Exponential backoff with full jitter: anywhere between nothing and the doubled delay, so that callers who failed
 * together do not come back together. `attempt` counts from 1; `random` gives a number from 0 to below 1.
 */
export function backoffMs(
  attempt: number,
  { baseDelayMs, maxDelayMs }: { readonly baseDelayMs: number; readonly maxDelayMs: number },
  random: () => number,
): number {
  return random() * Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1));
}

function toRetryAfterMs(value: string, nowMs: number): number | undefined {
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const atMs = parseHttpDate(value, nowMs);
  return atMs === undefined ? undefined : Math.max(0, atMs - nowMs);
}

/** Seconds from now, or a point in time in seconds or milliseconds; in `RateLimit` a parameter says it. */
function toResetMs(value: string | undefined, nowMs: number): number | undefined {
  const text = /^\s*(\d+(?:\.\d+)?)\s*$/.exec(value ?? '') ?? /[;,\s](?:t|reset)=(\d+)/.exec(value ?? '');
  if (text?.[1] === undefined) return undefined;
  const number = Number(text[1]);
  if (number >= EPOCH_MILLISECONDS_FROM) return Math.max(0, number - nowMs);
  return number >= EPOCH_SECONDS_FROM ? Math.max(0, number * 1000 - nowMs) : number * 1000;
}

function headerOf(headers: readonly HeaderPair[], wanted: string): string | undefined {
  return headers.find(([name]) => name.toLowerCase() === wanted)?.[1];
}
