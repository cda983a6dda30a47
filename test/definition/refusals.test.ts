import { describe, expect, it } from 'vitest';
import { parseConnection, parseOperation } from '../../src/definition/parse-connection.ts';
import { issuesOf, refused } from './refused.ts';

describe('a definition with problems', () => {
  it('gets all of them at once, each with its place', () => {
    const issues = issuesOf(() =>
      parseConnection({
        nme: 'Acme',
        config: {
          configType: 'http',
          baseUrl: 5,
          headers: [],
          heders: {},
          auth: { authType: 'basic', username: 'u', passwrd: 'p' },
          timeouts: { connectMs: -1, totalMs: 1.5 },
        },
        operations: [
          { name: 'One', config: { method: 'FETCH', path: '/', body: { bodyType: 'rawr' } } },
          {
            name: 'One',
            config: { method: 'GET', path: '/', params: { a: 1, constructor: 2 } },
            outputs: { x: 'body' },
          },
        ],
      }),
    );
    expect(issues.map(({ code, pointer, suggestion }) => [code, pointer, suggestion])).toEqual([
      ['DEFINITION_MISSING_FIELD', '/name', undefined],
      ['DEFINITION_WRONG_TYPE', '/config/baseUrl', undefined],
      ['DEFINITION_MISSING_FIELD', '/config/auth/password', undefined],
      ['DEFINITION_UNKNOWN_FIELD', '/config/auth/passwrd', 'password'],
      ['DEFINITION_WRONG_TYPE', '/config/headers', undefined],
      ['DEFINITION_WRONG_VALUE', '/config/timeouts/connectMs', undefined],
      ['DEFINITION_WRONG_VALUE', '/config/timeouts/totalMs', undefined],
      ['DEFINITION_UNKNOWN_FIELD', '/config/heders', 'headers'],
      ['DEFINITION_WRONG_VALUE', '/operations/0/config/method', undefined],
      ['DEFINITION_WRONG_VALUE', '/operations/0/config/body/bodyType', 'raw'],
      ['DEFINITION_WRONG_TYPE', '/operations/1/config/params/a', undefined],
      ['DEFINITION_WRONG_TYPE', '/operations/1/config/params/constructor', undefined],
      ['DEFINITION_WRONG_TYPE', '/operations/1/outputs/x', undefined],
      ['DEFINITION_UNKNOWN_FIELD', '/nme', 'name'],
      ['DEFINITION_DUPLICATE_NAME', '/operations/1/name', undefined],
    ]);
  });

  it('is told what was expected and what was found', () => {
    const error = refused(() => parseOperation({ name: 'a', config: { method: 'FETCH', path: 7 } }));
    expect(error.issues).toMatchObject([
      {
        pointer: '/config/method',
        expected: '"GET", "POST", "PUT", "DELETE", "PATCH", "HEAD" or "OPTIONS"',
        found: '"FETCH"',
      },
      { pointer: '/config/path', expected: 'a string', found: 'a number' },
    ]);
    expect(error.message).toContain(
      '/config/method: "method" has a value that is not allowed (expected "GET"',
    );
  });

  it.each([
    ['a list', []],
    ['a text that is a JSON string', '"connection"'],
    ['a number', 5],
    ['null', null],
  ])('may not be %s', (_, document) => {
    expect(issuesOf(() => parseConnection(document))).toMatchObject([
      { code: 'DEFINITION_WRONG_TYPE', pointer: '' },
    ]);
  });

  it('names the nearest field wherever a field is not known', () => {
    const issues = issuesOf(() =>
      parseOperation({
        name: 'a',
        config: { method: 'GET', path: '', folowRedirect: true, body: { bodyType: 'raw', raw: '', rawr: 1 } },
        outputs: { o: { value: 'body', childern: {} } },
        output: {},
        inputs: { i: { typ: 'string' } },
      }),
    );
    expect(issues.map(({ pointer, suggestion }) => [pointer, suggestion])).toEqual([
      ['/config/body/rawr', 'raw'],
      ['/config/folowRedirect', 'followRedirect'],
      ['/outputs/o/childern', 'children'],
      ['/inputs/i/typ', 'type'],
      ['/output', 'outputs'],
    ]);
  });

  it('keeps names that differ only by case apart', () => {
    const operations = ['List', 'list'].map(name => ({ name, config: { method: 'GET', path: '/' } }));
    expect(
      parseConnection({ name: 'a', config: { baseUrl: 'b' }, operations }).definition.operations,
    ).toHaveLength(2);
  });

  it('gets at most a hundred of its problems listed', () => {
    const document = Object.fromEntries(
      Array.from({ length: 50_000 }, (_, index) => [`field${index}`, index]),
    );
    const error = refused(() => parseConnection(document));
    expect(error.issues).toHaveLength(100);
    expect(error.summary).toBe('The connection has 100 problems or more');
  });

  it('accepts null only where it means something', () => {
    const config = { baseUrl: 'b', testPath: null, caCert: null, auth: null, test: null };
    expect(parseConnection({ name: 'a', config, secrets: { s: null } }).definition.config.auth).toBeNull();
    const wrong = { name: null, description: null, config: { baseUrl: null, headers: null }, secrets: null };
    expect(issuesOf(() => parseConnection(wrong)).map(({ pointer }) => pointer)).toEqual([
      '/name',
      '/description',
      '/config/baseUrl',
      '/config/headers',
      '/secrets',
    ]);
  });

  it('refuses empty texts where Integrator does, and accepts an empty prefix', () => {
    const auth = { authType: 'raw_bearer_token', token: 't', header: '', prefix: '' };
    expect(
      issuesOf(() => parseConnection({ name: 'a', config: { baseUrl: 'b', caCert: '', auth } })),
    ).toMatchObject([
      { code: 'DEFINITION_WRONG_VALUE', pointer: '/config/caCert', expected: 'at least one character' },
      { code: 'DEFINITION_WRONG_VALUE', pointer: '/config/auth/header' },
    ]);
  });
});

describe('a connection that is not HTTP', () => {
  const database = {
    configType: 'postgres',
    host: 'h',
    port: 1,
    username: 'u',
    password: 'p',
    database: 'd',
  };

  it.each([
    ['by its config', { name: 'a', config: database }, '/config/configType', '"postgres"'],
    ['by its type', { name: 'a', type: 'mssql', config: database }, '/type', '"mssql"'],
    ['by a type in upper case', { name: 'a', type: 'HTTP', config: {} }, '/type', '"HTTP"'],
    [
      'by a type that is no word',
      { name: 'a', config: { configType: { a: 1 } } },
      '/config/configType',
      undefined,
    ],
    [
      'because Integrator could not read it',
      { name: 'a', config: { configType: 'invalid', errorMessage: 'e', rawValue: 'r' } },
      '/config/configType',
      '"invalid"',
    ],
    [
      'with operations of its own kind',
      {
        name: 'a',
        config: database,
        operations: [{ name: 'o', config: { configType: 'postgres', statement: 's' } }],
      },
      '/config/configType',
      '"postgres"',
    ],
  ])('%s gets one answer', (_, document, pointer, found) => {
    const error = refused(() => parseConnection(document));
    expect(error).toMatchObject({ code: 'DEFINITION_UNSUPPORTED_TYPE', pointer, issues: [] });
    if (found !== undefined) expect(error.found).toBe(found);
  });

  it('is refused as a single operation too', () => {
    expect(
      refused(() => parseOperation({ name: 'o', config: { configType: 'postgres', statement: 's' } })),
    ).toMatchObject({
      code: 'DEFINITION_UNSUPPORTED_TYPE',
      pointer: '/config/configType',
    });
  });

  it('is told apart from one foreign operation in an HTTP connection', () => {
    const operations = [{ name: 'o', config: { configType: 'mssql', statement: 's' } }];
    expect(
      issuesOf(() => parseConnection({ name: 'a', config: { baseUrl: 'b' }, operations })),
    ).toMatchObject([
      { code: 'DEFINITION_UNSUPPORTED_TYPE', pointer: '/operations/0/config/configType', found: '"mssql"' },
    ]);
  });
});

describe('messages', () => {
  const hidden = 's3cr3t-value';

  it.each([
    ['a secret', { secrets: { Key: [hidden] } }],
    ['a secret of the wrong type inside', { secrets: { Key: { inner: hidden } } }],
    [
      'a password',
      { config: { baseUrl: 'b', auth: { authType: 'basic', username: 'u', password: [hidden] } } },
    ],
    ['a token', { config: { baseUrl: 'b', auth: { authType: 'raw_bearer_token', token: [hidden] } } }],
    [
      'a client secret',
      {
        config: {
          baseUrl: 'b',
          auth: { authType: 'client_credentials', tokenUrl: 't', clientId: 'c', clientSecret: [hidden] },
        },
      },
    ],
    ['a key', { config: { baseUrl: 'b', tls: { clientCertificate: { cert: 'c', key: [hidden] } } } }],
    ['a header', { config: { baseUrl: 'b', headers: { Authorization: { v: hidden } } } }],
    ['an auth given as text', { config: { baseUrl: 'b', auth: hidden } }],
    ['an unknown field', { apiKey: hidden }],
  ])('never show %s', (_, part) => {
    const error = refused(() => parseConnection({ name: 'a', config: { baseUrl: 'b' }, ...part }));
    expect(error.issues.length).toBeGreaterThan(0);
    expect(JSON.stringify(error) + error.message + error.stack).not.toContain(hidden);
  });

  it('cut and escape the words they show', () => {
    const method = `\u001b[31m\u202e${'X'.repeat(500)}`;
    const [issue] = issuesOf(() => parseOperation({ name: 'a', config: { method, path: '' } }));
    expect(issue?.found).toMatch(/^"\\u001b\[31m\\u202eX+…"$/);
    expect(issue?.found?.length).toBeLessThan(100);
  });
});
