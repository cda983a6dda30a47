import { constants, createHmac, generateKeyPairSync, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { compileExpression } from '../../src/expression/compile-expression.ts';
import type { EvaluateOptions, ExpressionScope } from '../../src/expression/expression.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const nothing: ExpressionScope = { body: undefined, headers: {}, statusCode: 0 };
const clock: Clock = createFakeClock(Date.UTC(2030, 0, 2, 3, 4, 5, 6));

function compile(source: string) {
  return compileExpression(source, { pointer: '/config/values/X', context: 'value' });
}

function evaluate(source: string, scope: Partial<ExpressionScope> = {}, options: EvaluateOptions = {}) {
  return compile(source).evaluate({ ...nothing, ...scope }, { clock, ...options });
}

describe('encodings', () => {
  it.each([
    ["base64('user:pa+ss/=ä')", 'dXNlcjpwYStzcy89w6Q='],
    ["base64url('??>>')", 'Pz8-Pg'],
    ["hex('äb')", 'c3a462'],
    ["base64({ hex: 'fffe' })", '//4='],
    ["base64Decode('dXNlcjpwYStzcy89w6Q=')", 'user:pa+ss/=ä'],
    ["base64urlDecode('Pz8-Pg')", '??>>'],
    ["hexDecode('c3a462')", 'äb'],
    ['urlencode("a b&c=d/é!\'()*~")', 'a%20b%26c%3Dd%2F%C3%A9%21%27%28%29%2A~'],
    ["urlencode('a b+c', 'form')", 'a+b%2Bc'],
    ["urldecode('a%20b+%C3%A9')", 'a b é'],
  ])('%s gives %j', (source, value) => {
    expect(evaluate(source)).toBe(value);
  });

  it.each(["base64Decode('a*b')", "hexDecode('abc')", "base64({ raw: 'a' })", 'sha256(secrets.None)'])(
    '%s fails instead of guessing',
    async source => {
      const failure = await failureOf(() => evaluate(source));
      expect(failure).toMatchObject({ code: 'EXPRESSION_FAILED', pointer: '/config/values/X' });
    },
  );
});

describe('digests', () => {
  it.each([
    // RFC 6234 section 8.5 and RFC 1321 appendix A.5: "abc".
    ["sha256('abc')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ["sha256('abc', 'base64')", 'ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0='],
    ["sha512('abc').slice(0, 16)", 'ddaf35a193617aba'],
    ["sha1('abc')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    ["md5('abc')", '900150983cd24fb0d6963f7d28e17f72'],
    // RFC 4231 test case 2.
    [
      "hmac('sha256', 'Jefe', 'what do ya want for nothing?')",
      '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    ],
    // RFC 4231 test case 1.
    [
      "hmac('SHA-256', { hex: '0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b' }, 'Hi There')",
      'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    ],
  ])('%s is the published one', (source, value) => {
    expect(evaluate(source)).toBe(value);
  });

  it('of another name are refused with the ones there are', async () => {
    const failure = await failureOf(() => evaluate("hmac('rot13', 'k', 'd')"));
    expect(failure).toMatchObject({ code: 'EXPRESSION_FAILED', expected: expect.stringContaining('sha512') });
  });
});

describe('time', () => {
  it.each([
    ['now()', '2030-01-02T03:04:05.006Z'],
    ["now('seconds')", 1893553445],
    ["now('milliseconds')", 1893553445006],
    ["now('date')", '2030-01-02'],
    ["now('http')", 'Wed, 02 Jan 2030 03:04:05 GMT'],
    ["now('compact')", '20300102T030405Z'],
    ["now('dd/MM/yyyy HH:mm:ss.SSS')", '02/01/2030 03:04:05.006'],
    ["now('seconds', 60)", 1893553505],
    ["now('date', '-2d')", '2029-12-31'],
    ["now('iso', '1h')", '2030-01-02T04:04:05.006Z'],
  ])('%s gives %j', (source, value) => {
    expect(evaluate(source)).toBe(value);
  });

  it('in a format nobody knows is refused', async () => {
    expect(await failureOf(() => evaluate("now('soon')"))).toMatchObject({ code: 'EXPRESSION_FAILED' });
    expect(await failureOf(() => evaluate("now('iso', 'later')"))).toMatchObject({
      code: 'EXPRESSION_FAILED',
    });
  });
});

describe('chance', () => {
  it('gives another value each time', () => {
    expect(evaluate('uuid()')).toMatch(/^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/);
    expect(evaluate('uuid()')).not.toBe(evaluate('uuid()'));
    expect(evaluate('random()')).toMatch(/^[\da-f]{32}$/);
    expect(evaluate("random(3, 'base64url')")).toMatch(/^[\w-]{4}$/);
  });

  it('and time stand still for names of what does not change', () => {
    const source = "[uuid(), random(4), now(), jwtSign({ iat: now('seconds') }, 'secret', 'HS256')]";
    expect(evaluate(source, {}, { stable: true })).toEqual(evaluate(source, {}, { stable: true }));
    expect(compile(source).references?.isVolatile).toBe(true);
    expect(compile("sha256('a')").references?.isVolatile).toBe(false);
  });
});

describe('JSON Web Tokens', () => {
  it('are signed as RFC 7515 says, with a shared secret', () => {
    const source = "jwtSign({ iss: 'me', exp: now('seconds', 60) }, secrets.Key, 'HS256')";
    const token = String(evaluate(source, { secrets: { Key: 'top' } }));
    const [header = '', claims = '', signature] = token.split('.');
    expect(Buffer.from(header, 'base64url').toString()).toBe('{"alg":"HS256","typ":"JWT"}');
    expect(Buffer.from(claims, 'base64url').toString()).toBe('{"iss":"me","exp":1893553505}');
    expect(signature).toBe(createHmac('sha256', 'top').update(`${header}.${claims}`).digest('base64url'));
  });

  it('are signed with the key of RFC 7515 appendix A.1, which is given encoded', () => {
    const key = 'AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow';
    const token = String(evaluate(`jwtSign({ iss: 'joe' }, { base64url: '${key}' }, 'HS256')`));
    const [header, claims, signature] = token.split('.');
    const expected = createHmac('sha256', Buffer.from(key, 'base64url')).update(`${header}.${claims}`);
    expect(signature).toBe(expected.digest('base64url'));
  });

  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const ed = generateKeyPairSync('ed25519');
  const pss = { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST };

  it.each([
    ['RS256', rsa, {}],
    ['PS256', rsa, pss],
    ['ES256', ec, { dsaEncoding: 'ieee-p1363' as const }],
    ['EdDSA', ed, {}],
  ])('are signed with a private key: %s', (alg, { privateKey, publicKey }, options) => {
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    // Line breaks as environment files write them.
    const secrets = { Key: pem.replaceAll('\n', '\\n') };
    const source = `jwtSign({ sub: 'x' }, secrets.Key, { alg: '${alg}', kid: 'k1' })`;
    const [header = '', claims = '', signature = ''] = String(evaluate(source, { secrets })).split('.');
    expect(JSON.parse(Buffer.from(header, 'base64url').toString())).toEqual({ alg, typ: 'JWT', kid: 'k1' });
    const digest = alg === 'EdDSA' ? null : 'sha256';
    const input = Buffer.from(`${header}.${claims}`);
    const signed = Buffer.from(signature, 'base64url');
    expect(verify(digest, input, { key: publicKey, ...options }, signed)).toBe(true);
  });

  it('are read without their signature', () => {
    const encode = (text: string) => Buffer.from(text).toString('base64url');
    const values = { T: `${encode('{"kid":"k"}')}.${encode('{"exp":5}')}.x` };
    expect(evaluate('jwtDecode(values.T).exp', { values })).toBe(5);
    expect(evaluate("jwtDecode(values.T, 'header').kid", { values })).toBe('k');
  });

  it.each([
    ["jwtSign({}, 'k', { alg: 'none' })", 'HS256'],
    ["jwtSign({}, 'no key', 'RS256')", 'private key'],
    ["jwtSign('x', 'k', 'HS256')", 'claims'],
    ["jwtSign({}, secrets.None, 'HS256')", 'a key'],
    ["jwtDecode('abc')", 'three parts'],
  ])('%s is refused without showing anything', async (source, expected) => {
    const failure = await failureOf(() => evaluate(source));
    expect(failure.code).toBe('EXPRESSION_FAILED');
    expect(failure.expected).toContain(expected);
  });
});

describe('named values', () => {
  it('are known before evaluation', () => {
    const { references } = compile("base64(secrets['API key'] + parameters.User) + values.Realm");
    expect([...(references?.secrets ?? [])]).toEqual(['API key']);
    expect([...(references?.parameters ?? [])]).toEqual(['User']);
    expect([...(references?.values ?? [])]).toEqual(['Realm']);
  });

  it.each([
    'secrets[parameters.Name]',
    'Object.values(secrets)',
    'JSON.stringify(parameters)',
    'body.token',
    'kept.token',
    "fetch('http://x')",
    'jsonata:$base64encode("a")',
  ])('cannot be had by %s', async source => {
    expect(await failureOf(() => compile(source))).toMatchObject({ code: 'EXPRESSION_NOT_ALLOWED' });
  });

  it('and the library do not exist for outputs', async () => {
    for (const source of ["sha256('a')", 'secrets.Key', 'uuid()']) {
      const failure = await failureOf(() => compileExpression(source, { pointer: '', context: 'response' }));
      expect(failure.code).toBe('EXPRESSION_NOT_ALLOWED');
    }
  });

  it('stand beside the answer in expressions on token answers', () => {
    const source = "hmac('sha256', secrets.Key, body.challenge + kept.session, 'base64')";
    const compiled = compileExpression(source, { pointer: '', context: 'token' });
    const answer = { body: { challenge: 'c' }, headers: {}, statusCode: 200 };
    const value = compiled.evaluate({ ...answer, secrets: { Key: 'k' }, kept: { session: 's' } });
    expect(value).toBe(createHmac('sha256', 'k').update('cs').digest('base64'));
  });

  it('have fallbacks by expression, never by a convention of texts', () => {
    expect(evaluate("parameters.Tenant || 'main'", { parameters: {} })).toBe('main');
    const secrets = { Password: `a || $${'{b}'} <<c>> {{d}}` };
    expect(evaluate('secrets.Password', { secrets })).toBe(secrets.Password);
  });
});

describe('the budget', () => {
  it('holds for signing, too', async () => {
    const budget = { maxSteps: 140_000 };
    const source = (count: number) => `[${'1,'.repeat(count)}].map(i => jwtSign({ i }, 'k', 'HS256')).length`;
    expect(evaluate(source(2), {}, { budget })).toBe(2);
    expect(await failureOf(() => evaluate(source(3), {}, { budget }))).toMatchObject({
      code: 'EXPRESSION_BUDGET',
    });
  });
});
