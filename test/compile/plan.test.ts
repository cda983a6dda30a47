import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { compileConnection } from '../../src/compile/connection-plan.ts';
import { SharedParts } from '../../src/compile/shared-parts.ts';
import { parseConnection } from '../../src/definition/parse-connection.ts';
import { type ConnectionInput, createEngine } from '../../src/index.ts';
import { failureOf } from '../support/failure-of.ts';

const compile = (definition: ConnectionInput) =>
  compileConnection(parseConnection(definition), {
    shared: new SharedParts(true),
    nowMs: Date.UTC(2030, 0, 1),
  });

const base = { name: 'Acme', type: 'http' } as const;
const baseUrl = 'https://api.ferrule.test';

describe('a compiled connection', () => {
  it('holds no secret, wherever the definition had one', () => {
    const canary = 'cAnArY-8f3b';
    const auths = [
      { authType: 'basic', username: 'me', password: canary },
      { authType: 'raw_bearer_token', token: canary },
      { authType: 'client_credentials', tokenUrl: `${baseUrl}/t`, clientId: 'me', clientSecret: canary },
    ] as const;
    for (const auth of auths) {
      const { plan, secrets } = compile({
        ...base,
        secrets: { other: canary },
        config: { configType: 'http', baseUrl, auth, headers: { 'x-key': '<<other>>' } },
        operations: [{ name: 'o', config: { configType: 'http', method: 'GET', path: '{{p}}' } }],
      });
      expect(inspect(plan, { depth: 20, showHidden: true })).not.toContain(canary);
      expect(inspect(secrets, { depth: 5 })).not.toContain(canary);
      expect([...secrets.values()].map(secret => secret?.reveal())).toEqual([canary, canary]);
    }
  });

  it('reports problems of templates, expressions, headers, URLs and certificates together', async () => {
    const error = await failureOf(() =>
      compile({
        ...base,
        config: { configType: 'http', baseUrl: 'ftp://files.ferrule.test', caCert: 'not a certificate' },
        operations: [
          {
            name: 'o',
            config: {
              configType: 'http',
              method: 'POST',
              path: 'a/{{#open}}',
              headers: { 'bad name': 'x' },
              body: { bodyType: 'raw', raw: '{"a": tru}' },
            },
            outputs: { x: { value: 'body.' }, y: { value: 'process.exit()' } },
          },
        ],
      }),
    );
    expect(error.code).toBe('DEFINITION_INVALID');
    expect(error.issues.map(({ code, pointer }) => [code, pointer])).toEqual(
      expect.arrayContaining([
        ['CERTIFICATE_INVALID', '/config/caCert'],
        ['HEADER_INVALID', '/operations/0/config/headers/bad name'],
        ['BODY_NOT_JSON', '/operations/0/config/body/raw'],
        ['EXPRESSION_SYNTAX', '/operations/0/outputs/x/value'],
        ['EXPRESSION_NOT_ALLOWED', '/operations/0/outputs/y/value'],
      ]),
    );
    const places = new Set(error.issues.map(({ pointer }) => pointer));
    expect(places.has('/operations/0/config/path') || places.has('/config/baseUrl')).toBe(true);
  });

  it('points into the document the author wrote, also where an older spelling was translated', async () => {
    const error = await failureOf(() =>
      compile({
        ...base,
        config: {
          configType: 'http',
          baseUrl,
          auth: {
            type: 'bearer_token',
            token: { op: { method: 'POST', path: '/{{#open}}' } },
            outputs: { token: 'body..x', expiration: 'body.expires_in' },
          },
        },
      }),
    );
    expect(error.issues.map(({ pointer }) => pointer)).toEqual([
      '/config/auth/token/op/path',
      '/config/auth/outputs/token',
    ]);
  });

  it('leaves out headers that the connection computes, with a warning, as pasted definitions have them', () => {
    const headers = {
      'Content-Length': '5',
      Connection: 'keep-alive',
      'transfer-encoding': 'chunked',
      'X-Team': 'a',
    };
    const { plan } = compile({
      ...base,
      config: { configType: 'http', baseUrl },
      operations: [{ name: 'o', config: { configType: 'http', method: 'GET', path: 'a', headers } }],
    });
    const names = plan.operations.get('o')?.request.headers.map(({ name }) => name);
    expect(names).toEqual(['accept', 'user-agent', 'X-Team']);
    expect(plan.diagnostics.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['HEADER_INVALID', '/operations/0/config/headers/Content-Length'],
      ['HEADER_INVALID', '/operations/0/config/headers/Connection'],
      ['HEADER_INVALID', '/operations/0/config/headers/transfer-encoding'],
    ]);
  });

  it('warns of what is probably not meant', () => {
    const { plan } = compile({
      ...base,
      config: { configType: 'http', baseUrl },
      operations: [
        {
          name: 'o',
          inputs: { Unused: {} },
          config: { configType: 'http', method: 'GET', path: 'a', headers: { 'x-note': 'never <<closed' } },
        },
      ],
    });
    expect(plan.diagnostics.map(({ pointer }) => pointer)).toEqual([
      '/operations/0/config/headers/x-note',
      '/operations/0/inputs',
    ]);
  });

  it('lets an operation override the headers and parameters of its connection, by name', () => {
    const { plan } = compile({
      ...base,
      config: {
        configType: 'http',
        baseUrl,
        headers: { 'X-Team': 'a', 'X-Env': 'live' },
        params: { v: '1', lang: 'en' },
      },
      operations: [
        {
          name: 'o',
          config: {
            configType: 'http',
            method: 'GET',
            path: 'a',
            headers: { 'x-team': 'b' },
            params: { v: '2' },
          },
        },
      ],
    });
    const request = plan.operations.get('o')?.request;
    expect(request?.headers.map(({ name, text }) => [name, text.source]).slice(-2)).toEqual([
      ['X-Env', 'live'],
      ['x-team', 'b'],
    ]);
    expect(request?.params.map(({ name, text }) => [name, text.source])).toEqual([
      ['lang', 'en'],
      ['v', '2'],
    ]);
  });

  it('warns of tags in the names of parameters and fields, which are sent as they are', async () => {
    await using engine = createEngine();
    const { diagnostics } = engine.connection({
      name: 'Names',
      config: { baseUrl: 'https://api.ferrule.test' },
      operations: [
        {
          name: 'Send',
          config: {
            method: 'POST',
            path: '/x',
            params: { '<<Field>>': '1', 'filter[a]': '2' },
            body: { bodyType: 'www_form_urlencoded', form: { 'a {{B}}': 'x' } },
          },
        },
      ],
    });
    expect(diagnostics.map(({ code, pointer }) => [code, pointer])).toEqual([
      ['TEMPLATE_PLACE', '/operations/0/config/params/<<Field>>'],
      ['TEMPLATE_PLACE', '/operations/0/config/body/form/a {{B}}'],
    ]);
  });
});
