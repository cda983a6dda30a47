import { describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { issuesOf } from './refused.ts';

const op = { method: 'post', path: '/token', body: '{"user": "<<User>>"}' };
const operation = {
  configType: 'http',
  method: 'POST',
  path: '/token',
  params: {},
  headers: {},
  body: { bodyType: 'raw', raw: '{"user": "<<User>>"}' },
  includeEmptyParams: false,
  followRedirect: false,
  streamResponse: false,
};

describe('older spellings of auth', () => {
  it('call the discriminator type', () => {
    const parsed = parse({ type: 'basic', username: 'u', password: null });
    expect(parsed.definition.config.auth).toEqual({ authType: 'basic', username: 'u', password: null });
    expect(parsed.toSourcePointer('/config/auth/authType')).toBe('/config/auth/type');
    expect(parsed.toSourcePointer('/config/auth/username')).toBe('/config/auth/username');
  });

  it.each(['type', 'authType'])('say bearer_token (%s) with the token as text', name => {
    expect(parse({ [name]: 'bearer_token', prefix: 'Token', token: 'abc' }).definition.config.auth).toEqual({
      authType: 'raw_bearer_token',
      token: 'abc',
      header: 'Authorization',
      prefix: 'Token',
    });
  });

  it('say bearer_token with the token null', () => {
    expect(parse({ type: 'bearer_token', token: null }).definition.config.auth).toMatchObject({
      authType: 'raw_bearer_token',
      token: null,
    });
  });

  it.each([
    ['in the token', { token: { op, outputs: { access_token: 'body.t', expires_in: 'body.e' } } }],
    ['beside it', { token: { op }, outputs: { token: 'body.t', expiration: 'body.e' } }],
    [
      'in the token as transform',
      { token: { op, transform: { accessToken: { value: 'body.t' }, expiry: 'body.e' } } },
    ],
    [
      'beside it as transform',
      { token: { operation: op }, transform: { tokenOutput: 'body.t', expires: { value: 'body.e' } } },
    ],
    [
      'with the newer names',
      { token: { op, outputs: { tokenOutput: 'body.t', expirationOutput: 'body.e' } } },
    ],
    ['with camel case', { token: { op, outputs: { token: 'body.t', expiresIn: 'body.e' } } }],
  ])('describe a token request with its outputs %s', (_, auth) => {
    expect(parse({ type: 'bearer_token', ...auth }).definition.config.auth).toEqual({
      authType: 'http_bearer_token',
      header: 'Authorization',
      prefix: 'Bearer',
      token: { operation, tokenOutput: 'body.t', expirationOutput: 'body.e', connection: null },
    });
  });

  it.each([
    [
      'conn',
      { url: 'https://login.ferrule.test', caCert: 'pem' },
      { baseUrl: 'https://login.ferrule.test', caCert: 'pem' },
    ],
    [
      'connection',
      { baseUrl: 'https://login.ferrule.test' },
      { baseUrl: 'https://login.ferrule.test', caCert: null },
    ],
    ['conn', { caCert: 'pem' }, { baseUrl: 'https://api.ferrule.test', caCert: 'pem' }],
    ['conn', null, null],
  ])('give the token request a connection of its own as %s %j', (name, own, expected) => {
    const token = { op, [name]: own, outputs: { token: 'body.t', expiration: '60' } };
    expect(parse({ type: 'bearer_token', token }).definition.config.auth).toMatchObject({
      token: { connection: expected },
    });
  });

  it('lead back to where the author wrote them', () => {
    const { toSourcePointer } = parse({
      type: 'bearer_token',
      token: { op, conn: { url: 'https://login.ferrule.test', caCert: 'pem' } },
      transform: { accessToken: { value: 'body.t' }, expiry: 'body.e' },
    });
    const token = '/config/auth/token';
    expect(toSourcePointer(`${token}/operation/method`)).toBe(`${token}/op/method`);
    expect(toSourcePointer(`${token}/operation/body/raw`)).toBe(`${token}/op/body`);
    expect(toSourcePointer(`${token}/connection/baseUrl`)).toBe(`${token}/conn/url`);
    expect(toSourcePointer(`${token}/connection/caCert`)).toBe(`${token}/conn/caCert`);
    expect(toSourcePointer(`${token}/tokenOutput`)).toBe('/config/auth/transform/accessToken/value');
    expect(toSourcePointer(`${token}/expirationOutput`)).toBe('/config/auth/transform/expiry');
    expect(toSourcePointer('/config/auth/header')).toBe('/config/auth/header');
    expect(toSourcePointer('/operations/0/config/path')).toBe('/operations/0/config/path');
  });

  it('are judged where the author wrote them', () => {
    const auth = {
      type: 'bearer_token',
      token: { op: { ...op, method: 'PUSH' }, operation: op, conn: { url: 'u', baseUrl: 'b' }, headers: {} },
      outputs: { token: 'a', access_token: '' },
    };
    expect(issuesOf(() => parse(auth)).map(({ code, pointer }) => [code, pointer])).toEqual([
      ['DEFINITION_WRONG_VALUE', '/config/auth/outputs/access_token'],
      ['DEFINITION_MISSING_FIELD', '/config/auth/outputs/expiration'],
      ['DEFINITION_WRONG_VALUE', '/config/auth/token/op/method'],
      ['DEFINITION_WRONG_VALUE', '/config/auth/token/operation'],
      ['DEFINITION_WRONG_VALUE', '/config/auth/token/conn/url'],
      ['DEFINITION_UNKNOWN_FIELD', '/config/auth/token/headers'],
    ]);
  });

  it.each([
    [{ type: 'bearer_token' }, 'DEFINITION_MISSING_FIELD', '/config/auth/token'],
    [{ type: 'bearer_token', token: { op } }, 'DEFINITION_MISSING_FIELD', '/config/auth/token/outputs'],
    [{ type: 'bearer_token', token: { outputs: {} } }, 'DEFINITION_MISSING_FIELD', '/config/auth/token/op'],
    [
      { type: 'basic', authType: 'basic', username: 'u', password: 'p' },
      'DEFINITION_UNKNOWN_FIELD',
      '/config/auth/type',
    ],
    [{ type: 'oauth3' }, 'DEFINITION_WRONG_VALUE', '/config/auth/type'],
    [{ username: 'u' }, 'DEFINITION_MISSING_FIELD', '/config/auth/authType'],
  ])('are refused when they are incomplete or mixed: %j', (auth, code, pointer) => {
    expect(issuesOf(() => parse(auth))).toContainEqual(expect.objectContaining({ code, pointer }));
  });
});

function parse(auth: unknown) {
  return parseConnection({ name: 'Older', config: { baseUrl: 'https://api.ferrule.test', auth } });
}
