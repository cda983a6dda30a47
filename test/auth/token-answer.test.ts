import { describe, expect, it } from 'vitest';
import {
  assertTokenAnswer,
  describeAnswer,
  type TokenAnswer,
  toLifetimeSeconds,
  toToken,
  toTokenValue,
} from '../../src/auth/token-answer.ts';
import { Redactor } from '../../src/base/redactor.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

function answer(body: unknown, statusCode = 200, mediaType = 'application/json'): TokenAnswer {
  return { body, statusCode, headers: {}, mediaType };
}

const judge = (given: TokenAnswer, redactor = new Redactor()) =>
  failureOf(() => assertTokenAnswer(given, '/config/auth', redactor));

describe('a lifetime', () => {
  it.each([
    [3600, 3600],
    ['3600', 3600],
    [' 3600 ', 3600],
    ['0.5', 0.5],
    [1, 1],
    [315_360_000, 315_360_000],
  ])('of %j is %d seconds', (given, seconds) => {
    expect(toLifetimeSeconds(given, '/x')).toBe(seconds);
  });

  it.each([
    [0, '0'],
    ['0', '0'],
    [-1, '-1'],
    ['-5', 'text of 2 characters'],
    [Number.NaN, 'NaN'],
    [Number.POSITIVE_INFINITY, 'Infinity'],
    ['soon', 'text of 4 characters'],
    ['', 'an empty text'],
    ['1e3', 'text of 3 characters'],
    ['0x10', 'text of 4 characters'],
    [undefined, 'nothing'],
    [null, 'null'],
    [true, 'the truth value true'],
    [[3600], 'a list of 1'],
    [{}, 'an object without fields'],
    [1_900_000_000, '1900000000, which looks like a point in time'],
    [1_900_000_000_000, '1900000000000, which looks like a point in time'],
    [1e300, '1e+300'],
  ])('is never %j', async (given, found) => {
    expect(await failureOf(() => toLifetimeSeconds(given, '/config/auth/tokenUrl'))).toMatchObject({
      code: 'TOKEN_EXPIRY_INVALID',
      pointer: '/config/auth/tokenUrl',
      found,
    });
  });

  it('begins when the answer came', () => {
    const clock = createFakeClock(5000);
    expect(toToken(toTokenValue('abc', answer({}), '/x'), 2, clock)).toMatchObject({
      obtainedAtMs: 5000,
      expiresAtMs: 7000,
    });
  });
});

describe('a token', () => {
  it('may be any text that fits into a header', () => {
    expect(toTokenValue('a.b-c_d~e+f/g==', answer({}), '/x').reveal()).toBe('a.b-c_d~e+f/g==');
  });

  it.each([
    [undefined, 'nothing in an object with the fields token_type'],
    [null, 'null in'],
    ['', 'an empty text in'],
    [42, 'a number in'],
    [{ value: 'hidden-token' }, 'an object with the fields value in'],
    [['hidden-token'], 'a list of 1 in'],
    [' hidden-token', 'text of 13 characters in'],
    ['hidden\r\ntoken', 'text of 13 characters in'],
    [`hidden-token${'x'.repeat(70_000)}`, 'text of 70012 characters in'],
  ])('is never %j', async (given, found) => {
    const failure = await failureOf(() => toTokenValue(given, answer({ token_type: 'bearer' }), '/place'));
    expect(failure).toMatchObject({ code: 'TOKEN_MISSING', pointer: '/place' });
    expect(failure.found).toContain(found);
    expect(failure.message).not.toContain('hidden');
  });
});

describe('a token with white space at its end', () => {
  it('is refused in words that say so', async () => {
    const failure = await failureOf(() =>
      toTokenValue('hidden-token\n', answer('', 200, 'text/plain'), '/place'),
    );
    expect(failure.expected).toBe(
      'a text of at most 65536 characters, without white space at its ends and control characters',
    );
  });
});

describe('a token answer', () => {
  it.each([200, 201, 204])('with status %d may hold a token', statusCode => {
    expect(() =>
      assertTokenAnswer(answer({ access_token: 'a' }, statusCode), '', new Redactor()),
    ).not.toThrow();
  });

  it.each([
    [400, false],
    [404, false],
    [429, true],
    [500, true],
    [503, true],
    [302, false],
  ])('with status %d holds none; retryable: %s', async (statusCode, retryable) => {
    const failure = await judge(answer('<html>hidden</html>', statusCode, 'text/html'));
    expect(failure).toMatchObject({
      code: 'TOKEN_REQUEST_FAILED',
      pointer: '/config/auth',
      retryable,
      details: { statusCode },
      found: 'text of 19 characters (text/html)',
    });
    expect(failure.message).toContain(String(statusCode));
  });

  it.each([200, 400, 401])('that names an OAuth error is a refusal with status %d too', async statusCode => {
    const body = { error: 'invalid_client', error_description: 'Unknown client', access_token: 'hidden' };
    const failure = await judge(answer(body, statusCode));
    expect(failure).toMatchObject({ code: 'TOKEN_REFUSED', retryable: false });
    expect(failure.message).toContain('invalid_client');
    expect(failure.message).toContain('Unknown client');
    expect(failure.message).not.toContain('hidden');
  });

  it('does not repeat a secret that the server put into its refusal', async () => {
    const redactor = new Redactor();
    redactor.addText('hunter22');
    const body = { error: 'bad_hunter22', error_description: 'The secret hunter22 is wrong' };
    const failure = await judge(answer(body, 400), redactor);
    expect(JSON.stringify(failure) + failure.message).not.toContain('hunter22');
  });

  it('has only so much of a refusal repeated', async () => {
    const body = { error: 'e'.repeat(5000), error_description: 'd'.repeat(50_000) };
    expect((await judge(answer(body, 400))).message.length).toBeLessThan(800);
  });

  it.each([
    [answer(undefined, 200, ''), 'an empty body (no content type)'],
    [answer({ a: 1, b: 2 }), 'an object with the fields a, b (application/json)'],
    [answer('<html>', 200, 'text/html'), 'text of 6 characters (text/html)'],
  ])('is described without a value of it: case %#', (given, description) => {
    expect(describeAnswer(given)).toBe(description);
  });
});
