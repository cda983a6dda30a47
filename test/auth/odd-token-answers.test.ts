import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { failureOf } from '../support/failure-of.ts';
import type { Answer } from '../support/recording-server.ts';
import { openTokenWorld, type TokenWorld } from './token-server.ts';

let world: TokenWorld;
beforeEach(async () => {
  world = await openTokenWorld();
});
afterEach(() => world.close());

const TOKEN = 'token-value-never-shown';
const json = { 'content-type': 'application/json' };
const html = { 'content-type': 'text/html' };

function tokenWith(expires: string): Answer {
  const lifetime = expires === '' ? '' : `, "expires_in": ${expires}`;
  return { headers: json, body: `{"access_token": "${TOKEN}"${lifetime}}` };
}

/** Nothing of a failure may show the token: not its message, its stack, its data, its causes, its report. */
function everythingOf(error: Error): string {
  const cause =
    error.cause instanceof Error ? everythingOf(error.cause) : JSON.stringify(error.cause ?? null);
  const report = 'report' in error ? JSON.stringify(error.report) : '';
  return `${error.message}\n${error.stack}\n${JSON.stringify(error)}\n${report}\n${cause}`;
}

describe.each(['client_credentials', 'http_bearer_token'] as const)('a token answer for %s', kind => {
  it.each([
    ['"3600"', 3600],
    ['60', 60],
    ['0.5', 0.5],
  ])('may say that the token lives %s seconds', async (expires, seconds) => {
    world.login.answerWith(tokenWith(expires));
    const before = Date.now();
    const { token, ok } = await world.connect(kind).execute('Get');
    const lifetimeMs = Date.parse(token?.expiresAt ?? '') - before;
    expect([ok, world.api.last.header['authorization']]).toEqual([true, `Bearer ${TOKEN}`]);
    expect(lifetimeMs).toBeGreaterThanOrEqual(seconds * 1000 - 1);
    expect(lifetimeMs).toBeLessThan(seconds * 1000 + 5000);
  });

  it.each([
    ['0', '0'],
    ['-1', '-1'],
    ['"-1"', 'text of 2 characters'],
    ['"NaN"', 'text of 3 characters'],
    ['"soon"', 'text of 4 characters'],
    ['true', 'the truth value true'],
    ['{}', 'an object without fields'],
    ['1e400', 'Infinity'],
    ['99999999999', 'a point in time'],
  ])('may not say that the token lives %s seconds', async (expires, found) => {
    world.login.answerWith(tokenWith(expires));
    const failure = await failureOf(world.connect(kind).execute('Get'));
    expect(failure).toMatchObject({ code: 'TOKEN_EXPIRY_INVALID', stage: 'authenticate' });
    expect(failure.message).toContain(found);
    expect(everythingOf(failure)).not.toContain(TOKEN);
    expect(world.api.requests).toEqual([]);
  });

  it.each<[string, Answer, string, string]>([
    ['a token that is a number', { body: { access_token: 42, expires_in: 60 } }, 'TOKEN_MISSING', 'a number'],
    ['an empty token', { body: { access_token: '', expires_in: 60 } }, 'TOKEN_MISSING', 'an empty text'],
    ['no token', { body: { token: TOKEN, expires_in: 60 } }, 'TOKEN_MISSING', 'the fields token, expires_in'],
    [
      'a token with a line break',
      { body: { access_token: `${TOKEN}\n`, expires_in: 60 } },
      'TOKEN_MISSING',
      'text of 24',
    ],
    [
      'an OAuth error with status 200',
      { body: { error: 'invalid_client' } },
      'TOKEN_REFUSED',
      '"invalid_client"',
    ],
    [
      'an OAuth error with status 400',
      { status: 400, body: { error: 'invalid_scope' } },
      'TOKEN_REFUSED',
      '"invalid_scope"',
    ],
    ['an empty body', { headers: json, body: '' }, 'TOKEN_MISSING', 'an empty body'],
    [
      'an error page with status 500',
      { status: 500, headers: html, body: '<html>' },
      'TOKEN_REQUEST_FAILED',
      '500',
    ],
    [
      'broken JSON with status 503',
      { status: 503, headers: json, body: '{"a' },
      'TOKEN_REQUEST_FAILED',
      '503',
    ],
    ['status 429', { status: 429, headers: { 'retry-after': '7' } }, 'TOKEN_REQUEST_FAILED', '429'],
    ['a redirect', { status: 302, headers: { location: '/login' } }, 'TOKEN_REQUEST_FAILED', '302'],
    [
      'truncated JSON',
      { headers: json, body: `{"access_token": "${TOKEN}` },
      'TOKEN_REQUEST_FAILED',
      'not JSON',
    ],
  ])('that is %s is a typed error that says what came', async (_, answer, code, found) => {
    world.login.answerWith(answer);
    const failure = await failureOf(world.connect(kind).execute('Get'));
    expect(failure).toMatchObject({ code, stage: 'authenticate', category: 'authentication' });
    expect(failure.pointer).toMatch(/^\/config\/auth/);
    expect(failure.message).toContain(found);
    expect(everythingOf(failure)).not.toContain(TOKEN);
    expect(everythingOf(failure)).not.toContain('client-secret-1');
    expect(world.api.requests).toEqual([]);
  });

  it('that never comes ends at the deadline of the call', async () => {
    world.login.answerWith(() => undefined);
    const failure = await failureOf(world.connect(kind).execute('Get', {}, { timeoutMs: 60 }));
    expect(failure).toMatchObject({ code: 'DEADLINE_EXCEEDED', stage: 'authenticate' });
  });

  it('that cannot be had because nobody listens is an error of the token request', async () => {
    const connection = world.connect(kind);
    await world.login.close();
    const failure = await failureOf(connection.execute('Get'));
    expect(failure).toMatchObject({ code: 'CONNECT_REFUSED', stage: 'authenticate', retryable: true });
    expect(failure.message).toContain('token request');
  });
});

describe('a token answer without a lifetime', () => {
  it('is used for five minutes with client credentials, where the lifetime is optional', async () => {
    world.login.answerWith(tokenWith(''));
    const before = Date.now();
    const { token } = await world.connect('client_credentials').execute('Get');
    expect(Math.round((Date.parse(token?.expiresAt ?? '') - before) / 60_000)).toBe(5);
  });

  it('is an error where an expression says where the lifetime is', async () => {
    world.login.answerWith(tokenWith(''));
    expect(await failureOf(world.connect('http_bearer_token').execute('Get'))).toMatchObject({
      code: 'TOKEN_EXPIRY_INVALID',
      pointer: '/config/auth/token/expirationOutput',
      found: 'nothing',
    });
  });
});

describe('an HTML page instead of a token answer', () => {
  it.each([
    ['client_credentials', 'text/html'],
    ['http_bearer_token', 'text of'],
  ] as const)('is an error that says so for %s', async (kind, found) => {
    world.login.answerWith({ headers: html, body: `<html>${TOKEN}</html>` });
    const failure = await failureOf(world.connect(kind).execute('Get'));
    expect(failure.stage).toBe('authenticate');
    expect(failure.code).toMatch(/^TOKEN_/);
    expect(failure.message).toContain(found);
    expect(everythingOf(failure)).not.toContain(TOKEN);
  });
});
