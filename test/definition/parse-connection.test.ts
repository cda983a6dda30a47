import { describe, expect, it } from 'vitest';
import { defaults } from '../../src/definition/defaults.ts';
import { parseConnection, parseOperation } from '../../src/definition/parse-connection.ts';
import { issuesOf } from './refused.ts';

const minimal = { name: 'Acme', config: { baseUrl: 'https://api.ferrule.test' } };

describe('parsing a connection', () => {
  it('fills in what is left out', () => {
    expect(parseConnection(minimal).definition).toEqual({
      name: 'Acme',
      type: 'http',
      description: '',
      documentationLink: '',
      config: {
        configType: 'http',
        baseUrl: 'https://api.ferrule.test',
        testPath: null,
        caCert: null,
        auth: null,
        headers: {},
        params: {},
        test: null,
        tls: defaults.tls,
        timeouts: defaults.timeouts,
        limits: defaults.limits,
        redirect: defaults.redirect,
        secretHosts: {},
        values: {},
        retry: null,
        proxy: null,
        socketPath: null,
        rateLimit: null,
        templateTags: defaults.templateTags,
        http2: false,
      },
      secrets: {},
      operations: [],
    });
  });

  it('takes JSON text as well', () => {
    expect(parseConnection(JSON.stringify(minimal)).definition).toEqual(parseConnection(minimal).definition);
  });

  it('freezes the result throughout and leaves the document alone', () => {
    const document = { ...minimal, secrets: { Key: 'k' }, operations: [operation({ raw: { deep: [1] } })] };
    const { definition } = parseConnection(document);
    expect(isFrozenThroughout(definition)).toBe(true);
    expect(Object.isFrozen(document.operations[0])).toBe(false);
  });

  it('merges partial settings with the defaults', () => {
    const config = {
      ...minimal.config,
      timeouts: { totalMs: 5 },
      limits: { maxEventBytes: 9 },
      tls: { caMode: 'replace' },
    };
    const parsed = parseConnection({ ...minimal, config }).definition.config;
    expect(parsed.timeouts).toEqual({ ...defaults.timeouts, totalMs: 5 });
    expect(parsed.limits).toEqual({ ...defaults.limits, maxEventBytes: 9 });
    expect(parsed.tls).toEqual({ ...defaults.tls, caMode: 'replace' });
  });

  it('fills in the parts of a test', () => {
    const test = { path: '/health', expect: [200, 204] };
    expect(
      parseConnection({ ...minimal, config: { ...minimal.config, test } }).definition.config.test,
    ).toEqual({
      method: 'GET',
      path: '/health',
      headers: {},
      body: { bodyType: 'raw', raw: '' },
      expect: [200, 204],
    });
  });

  it("accepts and drops the server's own fields", () => {
    const server = { id: 'x', insertedAt: 'y', updatedAt: 'z', lockVersion: 3, status: { healthy: true } };
    const document = {
      ...minimal,
      ...server,
      operations: [{ ...operation({ raw: '' }), ...server, connectionId: 'c' }],
    };
    const { definition } = parseConnection(document);
    expect(definition).not.toHaveProperty('lockVersion');
    expect(definition.operations[0]).not.toHaveProperty('connectionId');
  });

  it('gives the same definition when a definition is parsed again', () => {
    const { definition } = parseConnection({ ...minimal, operations: [operation('text')] });
    expect(parseConnection(definition).definition).toEqual(definition);
  });

  it('treats constructor, toString and __proto__ as names like any other', () => {
    const params = JSON.parse('{"__proto__": "a", "constructor": "b", "toString": ["c"]}');
    const { definition } = parseConnection({ ...minimal, config: { ...minimal.config, params } });
    expect(Object.entries(definition.config.params)).toEqual(Object.entries(params));
    expect(
      issuesOf(() => parseConnection(JSON.parse('{"name":"a","config":{"baseUrl":"b"},"__proto__":{}}'))),
    ).toMatchObject([{ code: 'DEFINITION_UNKNOWN_FIELD', pointer: '/__proto__' }]);
  });
});

describe('parsing an operation', () => {
  it('fills in what is left out', () => {
    expect(parseOperation({ name: 'List', config: { method: 'GET', path: '/users' } }).definition).toEqual({
      name: 'List',
      config: {
        configType: 'http',
        method: 'GET',
        path: '/users',
        params: {},
        headers: {},
        body: { bodyType: 'raw', raw: '' },
        includeEmptyParams: false,
        followRedirect: false,
        streamResponse: false,
      },
      outputs: {},
      inputs: {},
      notes: null,
      documentationLink: '',
    });
  });

  it('writes methods in upper case', () => {
    expect(
      parseOperation({ name: 'a', config: { method: 'patch', path: '' } }).definition.config.method,
    ).toBe('PATCH');
  });

  it.each([
    ['a bare text', 'hello', { bodyType: 'raw', raw: 'hello' }],
    ['an empty text', '', { bodyType: 'raw', raw: '' }],
    ['null', null, { bodyType: 'raw', raw: '' }],
    ['raw without bodyType', { raw: { a: 1 } }, { bodyType: 'raw', raw: { a: 1 } }],
    ['form without bodyType', { form: { a: 'b' } }, { bodyType: 'www_form_urlencoded', form: { a: 'b' } }],
    ['parts without bodyType', { parts: [] }, { bodyType: 'multipart_form', parts: [] }],
    ['raw null', { bodyType: 'raw', raw: null }, { bodyType: 'raw', raw: null }],
    ['json', { bodyType: 'json', json: [1] }, { bodyType: 'json', json: [1] }],
    [
      'parts with fields that Integrator tolerates',
      { bodyType: 'multipart_form', parts: [{ name: 'f', content: 'c', fileName: 'x.txt', size: 3 }] },
      { bodyType: 'multipart_form', parts: [{ name: 'f', content: 'c', fileName: 'x.txt' }] },
    ],
    [
      'binary',
      { bodyType: 'binary', binary: '{{File}}', contentType: 'image/png' },
      { bodyType: 'binary', binary: '{{File}}', contentType: 'image/png' },
    ],
  ])('understands the body given as %s', (_, body, expected) => {
    expect(parseOperation(operation(body)).definition.config.body).toEqual(expected);
  });

  it('leads from a translated body back to what the author wrote', () => {
    expect(parseOperation(operation('hello')).toSourcePointer('/config/body/raw')).toBe('/config/body');
    expect(parseOperation(operation({ raw: '' })).toSourcePointer('/config/body/raw')).toBe(
      '/config/body/raw',
    );
  });
});

function operation(body: unknown) {
  return { name: 'Send', config: { method: 'POST', path: '/send', body } };
}

function isFrozenThroughout(value: unknown): boolean {
  if (typeof value !== 'object' || value === null) return true;
  return Object.isFrozen(value) && Object.values(value).every(isFrozenThroughout);
}
