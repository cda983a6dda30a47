import { describe, expect, it } from 'vitest';
import { signJwt } from '../../src/base/json-web-token.ts';
import { failureOf } from '../support/failure-of.ts';
import { connectTo, lifetimeMsOf, startWorld, type Written } from './token-requests.ts';

const SECOND = 1000;
const HOUR = 60 * 60 * SECOND;
/** Where the clock of these tests stands: 2030-01-01. */
const NOW = Date.UTC(2030, 0, 1);
const JWT = signJwt({ alg: 'HS256' }, { exp: NOW / SECOND + 1800 }, 'key');

async function lifetimeOf(body: unknown, use: Written): Promise<number | undefined> {
  await using world = await startWorld(({ url }) => (url.startsWith('/token') ? { body } : undefined));
  return await lifetimeMsOf(world, connectTo(world, use));
}

const answer = (expiry: unknown, token = 't0ken') => ({ access_token: token, expiry });

describe('the life of a token', () => {
  it.each([
    ['seconds', 3600, HOUR],
    ['seconds', '3600', HOUR],
    ['milliseconds', 3_600_000, HOUR],
    ['milliseconds', '3600000', HOUR],
    ['epoch_seconds', NOW / SECOND + 60, 60 * SECOND],
    ['epoch_milliseconds', String(NOW + 60 * SECOND), 60 * SECOND],
    ['date', '2030-01-01T01:00:00Z', HOUR],
    ['date', '2030-01-01T01:00:00.1234567', HOUR + 123],
    ['date', '2030-01-01 03:00:00+0200', HOUR],
    ['date', '2030-01-02', 24 * HOUR],
    ['date', 'Tue, 01 Jan 2030 01:00:00 GMT', HOUR],
    ['date', 'Tue Jan 01 01:00:00 UTC 2030', HOUR],
    ['date', `/Date(${NOW + HOUR})/`, HOUR],
    ['duration', '240:30:00', 240.5 * HOUR],
    ['duration', '1.02:03:04', 26 * HOUR + 184 * SECOND],
    ['duration', 'PT1H30M', 1.5 * HOUR],
    ['duration', 'P1DT1S', 24 * HOUR + SECOND],
    ['duration', '90m', 1.5 * HOUR],
    ['duration', '1h 30m', 1.5 * HOUR],
    ['duration', '2 days', 48 * HOUR],
    ['jwt', JWT, 0.5 * HOUR],
    ['auto', 3600, HOUR],
    ['auto', NOW / SECOND + 60, 60 * SECOND],
    ['auto', NOW + 60 * SECOND, 60 * SECOND],
    ['auto', '01:00:00', HOUR],
    ['auto', '2030-01-01T01:00:00Z', HOUR],
  ] as const)('is read as %s: %j', async (format, value, lifetimeMs) => {
    const use = { expiry: { format, value: 'body.expiry' } };
    expect(await lifetimeOf(answer(value), use)).toBe(lifetimeMs);
  });

  it('is what a token says that is a JWT, when the answer says nothing', async () => {
    expect(await lifetimeOf(answer(undefined, JWT), {})).toBe(0.5 * HOUR);
    expect(await lifetimeOf(answer(undefined, JWT), { expiry: { format: 'jwt' } })).toBe(0.5 * HOUR);
  });

  it('is five minutes when nothing says anything', async () => {
    expect(await lifetimeOf(answer(undefined), {})).toBe(300 * SECOND);
    const silent = { expiry: { format: 'seconds', value: 'body.expiry' } } as const;
    expect(await lifetimeOf(answer(null), silent)).toBe(300 * SECOND);
  });

  it('may be a constant, by itself or where the answer is silent', async () => {
    expect(await lifetimeOf(answer(7), { expiry: { lifetimeSeconds: 900 } })).toBe(900 * SECOND);
    const fallback = { expiry: { format: 'seconds', value: 'body.expiry', lifetimeSeconds: 900 } } as const;
    expect(await lifetimeOf(answer(undefined), fallback)).toBe(900 * SECOND);
    expect(await lifetimeOf(answer(60), fallback)).toBe(60 * SECOND);
  });

  it('may be without end', async () => {
    expect(await lifetimeOf(answer(7), { expiry: { format: 'never' } })).toBeUndefined();
  });

  it('may be in the other format that `expirationOutput` is said to have', async () => {
    const use = { expiry: { format: 'milliseconds' }, token: { expirationOutput: 'body.expiry' } } as const;
    expect(await lifetimeOf(answer(60_000), use)).toBe(60 * SECOND);
  });

  it.each([
    ['seconds', 'soon', '/config/auth/expiry/value'],
    ['seconds', NOW, '/config/auth/expiry/value'],
    ['epoch_seconds', NOW / SECOND - 1, '/config/auth/expiry/value'],
    ['date', '1.2.2030', '/config/auth/expiry/value'],
    ['date', '2029-12-31', '/config/auth/expiry/value'],
    ['duration', '0:00:00', '/config/auth/expiry/value'],
    ['jwt', 'no-jwt', '/config/auth/expiry/value'],
    ['auto', { in: 5 }, '/config/auth/expiry/value'],
    ['auto', -5, '/config/auth/expiry/value'],
  ] as const)('that cannot be is an error: %s %j', async (format, value, pointer) => {
    const failure = await failureOf(lifetimeOf(answer(value), { expiry: { format, value: 'body.expiry' } }));
    expect(failure).toMatchObject({ code: 'TOKEN_EXPIRY_INVALID', pointer });
    expect(failure.message).not.toContain('t0ken');
  });

  it.each([
    [{ token: { expirationOutput: 'body.expiry' } }],
    [{ strict: true, expiry: { format: 'seconds', value: 'body.expiry' } }],
  ] as const)('has to be in the answer of a definition that relies on it: %j', async use => {
    const failure = await failureOf(lifetimeOf(answer(undefined), use));
    expect(failure).toMatchObject({ code: 'TOKEN_EXPIRY_INVALID', found: 'nothing' });
  });
});
