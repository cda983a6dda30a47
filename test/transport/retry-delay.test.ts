import { describe, expect, test } from 'vitest';
import { parseHttpDate } from '../../src/transport/pacing/http-date.ts';
import { backoffMs, namedWaitOf, secondsToMs } from '../../src/transport/pacing/retry-delay.ts';
import type { HeaderPair } from '../../src/transport/transport.ts';

const NOW = Date.UTC(2030, 0, 1, 12, 0, 0);
const SOON = NOW / 1000 + 90;

describe('an HTTP date', () => {
  test.each([
    ['Tue, 01 Jan 2030 12:00:30 GMT', 30_000],
    ['Tuesday, 01-Jan-30 12:00:30 GMT', 30_000],
    ['Tue Jan  1 12:00:30 2030', 30_000],
    ['tue, 01 jan 2030 12:00:30 gmt', 30_000],
    ['Sunday, 06-Nov-94 08:49:37 GMT', Date.UTC(1994, 10, 6, 8, 49, 37) - NOW],
  ])('is read in each of its forms: %s', (text, fromNowMs) => {
    expect(parseHttpDate(text, NOW)).toBe(NOW + fromNowMs);
  });

  test.each([
    'Tue, 01 Jan 2030 12:00:30',
    'Tue, 32 Jan 2030 12:00:30 GMT',
    'Tue, 01 Foo 2030 12:00:30 GMT',
    'Tue, 01 Jan 2030 25:00:30 GMT',
    '2030-01-01T12:00:30Z',
    '1893499230',
    '',
  ])('is nothing else: %s', text => {
    expect(parseHttpDate(text, NOW)).toBeUndefined();
  });
});

describe('the wait that an answer names', () => {
  const waitOf = (statusCode: number, ...headers: HeaderPair[]) => namedWaitOf({ statusCode, headers }, NOW);

  test.each<[string, number, HeaderPair[], string | undefined, number]>([
    ['seconds', 503, [['Retry-After', '120']], 'retry-after', 120_000],
    ['a date', 503, [['retry-after', 'Tue, 01 Jan 2030 12:02:00 GMT']], 'retry-after', 120_000],
    ['a date that has passed', 429, [['retry-after', 'Tue, 01 Jan 2030 11:00:00 GMT']], 'retry-after', 0],
    ['a reset in seconds', 429, [['ratelimit-reset', '30']], 'reset-header', 30_000],
    ['a reset in parts of seconds', 429, [['x-ratelimit-reset-after', '0.5']], 'reset-header', 500],
    ['a reset as a point in time', 429, [['x-ratelimit-reset', `${SOON}`]], 'reset-header', 90_000],
    ['the same in milliseconds', 429, [['x-ratelimit-reset', `${SOON * 1000}`]], 'reset-header', 90_000],
    ['a structured header', 429, [['RateLimit', '"default";r=0;t=40']], 'reset-header', 40_000],
    ['its older form', 429, [['RateLimit', 'limit=9, remaining=0, reset=41']], 'reset-header', 41_000],
    [
      'Retry-After before a reset',
      429,
      [
        ['x-ratelimit-reset', '9'],
        ['retry-after', '3'],
      ],
      'retry-after',
      3_000,
    ],
    [
      'a reset when the quota is used up',
      403,
      [
        ['x-ratelimit-remaining', '0'],
        ['x-ratelimit-reset', '9'],
      ],
      'reset-header',
      9_000,
    ],
    ['no reset while there is quota', 503, [['x-ratelimit-reset', '9']], undefined, 0],
    ['nothing in words', 503, [['retry-after', 'later']], undefined, 0],
    ['nothing negative', 503, [['retry-after', '-5']], undefined, 0],
    ['nothing', 429, [], undefined, 0],
  ])('is read from %s', (_name, statusCode, headers, source, waitMs) => {
    expect(waitOf(statusCode, ...headers)).toEqual(source && { source, waitMs });
  });

  test('may stand in the body as a number or its text, and as nothing else', () => {
    expect([2, 0.5, '3', ' 1.5 '].map(secondsToMs)).toEqual([2000, 500, 3000, 1500]);
    const others = [undefined, null, '', 'soon', -1, Number.NaN, true, [1], { seconds: 1 }];
    expect(others.map(secondsToMs)).toEqual(others.map(() => undefined));
  });
});

describe('the backoff', () => {
  const rules = { baseDelayMs: 100, maxDelayMs: 1_000 };

  test('doubles up to its limit', () => {
    expect([1, 2, 3, 4, 5, 50].map(attempt => backoffMs(attempt, rules, () => 1))).toEqual([
      100, 200, 400, 800, 1_000, 1_000,
    ]);
  });

  test('is anywhere between nothing and all of that', () => {
    expect([0, 0.25, 0.999].map(random => backoffMs(3, rules, () => random))).toEqual([0, 100, 399.6]);
  });
});
