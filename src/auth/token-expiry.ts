import type { Clock } from '../base/clock.ts';
import { readJwtClaims } from '../base/json-web-token.ts';
import type { ExpiryPlan } from '../compile/auth/token-use.ts';
import type { ExpiryFormat } from '../definition/auth/token-use.ts';
import { describeValue } from '../errors/describe-value.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { parseDate, parseDurationSeconds } from './time-text.ts';
import { toLifetimeSeconds } from './token-answer.ts';

/**
 * How long a token is used whose server does not say (RFC 6749 section 5.1 only recommends `expires_in`).
 * If the token dies earlier, its rejection brings a new one.
 */
const DEFAULT_LIFETIME_SECONDS = 300;

/** Numbers up to here are lifetimes, in seconds; ten years. */
const MAX_LIFETIME_SECONDS = 10 * 365 * 24 * 60 * 60;
/** Points in time up to here are in seconds (year 5138); beyond, in milliseconds. */
const MAX_EPOCH_SECONDS = 1e11;

/**
 * When a token expires, in milliseconds since 1970; `Infinity` for never. `value` is what the definition's expression
 * gave. Where it gave nothing: the constant lifetime of the definition, or else the `exp` of a token that is a JWT, or
 * else five minutes.
 *
 * @throws FerruleError TOKEN_EXPIRY_INVALID for a value that is not what the format says, or for a time that is past.
 */
export function toExpiresAtMs(
  { format, lifetimeSeconds, required, pointer }: ExpiryPlan,
  value: unknown,
  token: string,
  clock: Clock,
): number {
  const now = clock.now();
  if (format === 'never') return Number.POSITIVE_INFINITY;
  if (format === 'jwt')
    return toFuture(readExp(value ?? token), now, 'a token with exp (RFC 7519)', value, pointer);
  if (value === undefined || value === null || value === '') {
    if (lifetimeSeconds !== null) return now + lifetimeSeconds * 1000;
    if (required) throw invalid('a lifetime in the answer', value, pointer);
    const exp = readExp(token);
    return exp !== undefined && exp > now ? exp : now + DEFAULT_LIFETIME_SECONDS * 1000;
  }
  return convert(format, value, now, pointer);
}

function convert(
  format: Exclude<ExpiryFormat, 'never' | 'jwt'>,
  value: unknown,
  now: number,
  pointer: string,
): number {
  switch (format) {
    case 'seconds':
      return now + toLifetimeSeconds(value, pointer) * 1000;
    case 'milliseconds':
      return toFuture(plus(now, toNumber(value)), now, 'a number of milliseconds', value, pointer);
    case 'epoch_seconds':
      return toFuture(times(toNumber(value), 1000), now, 'seconds since 1970, in the future', value, pointer);
    case 'epoch_milliseconds':
      return toFuture(toNumber(value), now, 'milliseconds since 1970, in the future', value, pointer);
    case 'date':
      return toFuture(parseDate(value), now, 'a date in the future', value, pointer);
    case 'duration':
      return toFuture(
        plus(now, times(parseDurationSeconds(value), 1000)),
        now,
        'a duration such as 240:30:00, PT1H or 90m',
        value,
        pointer,
      );
    case 'auto':
      return toFuture(
        guess(value, now),
        now,
        'a lifetime in seconds, a duration or a point in time',
        value,
        pointer,
      );
  }
}

/** What a number or text most likely means. A lifetime in milliseconds looks like one in seconds: name its format. */
function guess(value: unknown, now: number): number | undefined {
  const number = toNumber(value);
  if (number === undefined) {
    return plus(now, times(parseDurationSeconds(value), 1000)) ?? parseDate(value) ?? readExp(value);
  }
  if (number <= MAX_LIFETIME_SECONDS) return now + number * 1000;
  return number < MAX_EPOCH_SECONDS ? number * 1000 : number;
}

/** Seconds of `exp` as milliseconds (RFC 7519 section 4.1.4); undefined for what is no such token. */
function readExp(token: unknown): number | undefined {
  const exp = typeof token === 'string' ? readJwtClaims(token)?.['exp'] : undefined;
  return typeof exp === 'number' ? exp * 1000 : undefined;
}

function toNumber(value: unknown): number | undefined {
  const isNumeric = typeof value === 'string' && /^\s*-?\d+(\.\d+)?\s*$/.test(value);
  const number = isNumeric ? Number(value) : value;
  return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
}

function plus(left: number, right: number | undefined): number | undefined {
  return right === undefined ? undefined : left + right;
}

function times(left: number | undefined, right: number): number | undefined {
  return left === undefined ? undefined : left * right;
}

/** A token that is over before it is used would be fetched again with every call. */
function toFuture(
  expiresAtMs: number | undefined,
  now: number,
  expected: string,
  value: unknown,
  pointer: string,
): number {
  if (expiresAtMs !== undefined && expiresAtMs > now && expiresAtMs < 8.64e15) return expiresAtMs;
  const past = expiresAtMs !== undefined && expiresAtMs <= now ? 'a time that is past' : undefined;
  throw invalid(expected, value, pointer, past);
}

function invalid(
  expected: string,
  value: unknown,
  pointer: string,
  found = describeValue(value),
): FerruleError {
  return new FerruleError('TOKEN_EXPIRY_INVALID', 'The token answer holds no usable lifetime', {
    pointer,
    expected,
    found,
  });
}
