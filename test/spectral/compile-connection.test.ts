import { describe, expect, it } from 'vitest';
import { createEngine, parseConnection } from '../../src/index.ts';
import { renderFieldTemplate } from '../../src/spectral/compile/render-field-template.ts';
import { bindConnection, compileConnection, connection, oauth2Connection } from '../../src/spectral/index.ts';
import { failureOf } from '../support/failure-of.ts';

const display = { label: 'Acme', description: 'Acme' };
const text = { label: 'Text', type: 'string', required: true } as const;
const secret = { label: 'Secret', type: 'password', required: true } as const;

describe('a connection as code', () => {
  it('compiles to a definition of Ferrule without values', () => {
    const { definition, secrets, parameters, guess } = compileConnection(
      connection({
        key: 'acme',
        display,
        inputs: { endpoint: text, apiKey: secret },
        apply: { baseUrl: '{{#endpoint}}', headers: { 'X-Key': '{{#apiKey}}' }, testPath: '/me' },
      }),
    );
    expect(parseConnection(definition).definition).toMatchObject({
      name: 'acme',
      secrets: { apiKey: null },
      config: {
        baseUrl: '<<endpoint>>',
        testPath: '/me',
        auth: { authType: 'api_key', keys: [{ in: 'header', name: 'X-Key', value: '<<apiKey>>' }] },
      },
    });
    expect({ secrets, parameters, guess }).toEqual({
      secrets: ['apiKey'],
      parameters: ['endpoint'],
      guess: undefined,
    });
  });

  it('honours every URL of an OAuth connection, and keeps its PKCE', () => {
    const { definition } = compileConnection(
      oauth2Connection({
        key: 'acme',
        display,
        oauth2Type: 'authorization_code',
        oauth2PkceMethod: 'S256',
        inputs: {
          authorizeUrl: text,
          tokenUrl: text,
          refreshUrl: text,
          revokeUrl: text,
          scopes: text,
          clientId: text,
          clientSecret: secret,
        },
        apply: { baseUrl: 'https://api.example.com/{{#context.realmId}}' },
      }),
    );
    expect(definition.config.auth).toMatchObject({
      grant: 'authorization_code',
      authorizationUrl: '<<authorizeUrl>>',
      tokenUrl: '<<tokenUrl>>',
      refreshUrl: '<<refreshUrl>>',
      revocationUrl: '<<revokeUrl>>',
      keepCallback: ['realmId'],
      placements: [{ in: 'header', name: 'Authorization', value: 'Bearer <<token>>' }],
    });
    expect(() => parseConnection(definition)).not.toThrow();
  });

  it.each([
    [{ apiKey: secret, username: text, password: secret }, 'apiKey'],
    [{ username: text, password: secret }, 'basic'],
    [{ somethingElse: secret }, undefined],
  ] as const)('guesses how the credential is sent only when it is told to, and says so', (inputs, guess) => {
    expect(compileConnection({ key: 'acme', display, inputs, apply: 'auto' }).guess).toBe(guess);
    const declared = compileConnection({ key: 'acme', display, inputs });
    expect(declared).toMatchObject({ guess: undefined, definition: { config: { auth: null } } });
  });

  it('names every unknown tag at once, with the input that was meant', async () => {
    const wrong = connection({
      key: 'acme',
      display,
      inputs: {
        apiKey: secret,
        domain: text,
        url: { label: 'URL', type: 'template', templateValue: 'https://{{#domian}}/' },
      },
      apply: { baseUrl: '{{#url}}', headers: { 'X-Key': '{{#api_key}}' } },
    });
    expect(await failureOf(() => compileConnection(wrong, { operations: [] }))).toMatchObject({
      code: 'DEFINITION_INVALID',
      issues: [
        { pointer: '/apply/baseUrl', message: expect.stringContaining('"domian"') },
        { pointer: '/apply/headers/X-Key', suggestion: 'apiKey' },
      ],
    });
  });

  it('has to say where its API is before it has operations', async () => {
    const operations = [{ name: 'List', config: { method: 'GET', path: '/' } }] as const;
    const compile = () =>
      compileConnection({ key: 'acme', display, inputs: {} }, { operations: [...operations] });
    expect(await failureOf(compile)).toMatchObject({ issues: [{ pointer: '/apply/baseUrl' }] });
  });
});

describe('the values of a connection', () => {
  const optional = { label: 'Text', type: 'string' } as const;
  const compiled = compileConnection(
    connection({
      key: 'acme',
      display,
      inputs: {
        odd: optional,
        none: optional,
        unused: { label: 'Data', type: 'data' },
        flag: { label: 'Flag', type: 'boolean' },
        apiKey: secret,
      },
      apply: {
        baseUrl: 'https://api.example.com',
        headers: { A: '{{#odd}}', B: '{{#none}}', C: '{{#flag}}', D: '{{#apiKey}}' },
      },
    }),
    { operations: [{ name: 'List', config: { method: 'GET', path: '/' } }] },
  );

  // biome-ignore lint/suspicious/noTemplateCurlyInString: it shows that this is no code
  it.each(['q"\\${1}`<<apiKey>>{{#apiKey}}', '__proto__', 'x'.repeat(30_000)])(
    'are values and never templates or code, and what is empty or unused is left out',
    async odd => {
      await using engine = createEngine();
      const unused = 'y'.repeat(2_000_000);
      const fields = { odd, none: '', unused, flag: true, apiKey: 'k3y<<odd>>' };
      const bound = bindConnection(compiled, { fields });
      expect(JSON.stringify(bound)).not.toContain('yyyy');
      const { headers } = await engine.connection(bound).dryRun('List');
      const own = headers.filter(([name]) => name.length === 1);
      const shown = odd.length > 20_000 ? '[secret]' : odd;
      expect(own).toEqual([
        ['A', shown],
        ['C', 'true'],
        ['D', '[secret]'],
      ]);
    },
  );

  it('have a given token as a secret, and of its members only those that are used', async () => {
    const oauth = compileConnection(
      oauth2Connection({
        key: 'acme',
        display,
        oauth2Type: 'client_credentials',
        inputs: { tokenUrl: text, scopes: text, clientId: text, clientSecret: secret },
        apply: {
          baseUrl: '{{#token.instance_url}}',
          headers: { Authorization: 'Bearer {{#token}}', Id: '{{#token.id_token}}' },
        },
      }),
      { operations: [{ name: 'List', config: { method: 'GET', path: '/' } }] },
    );
    const token = {
      access_token: 'g1ven',
      refresh_token: 'r3fresh',
      id_token: 'iden-t1ty',
      instance_url: 'https://north.example.com',
    };
    const bound = bindConnection(oauth, { fields: {}, token });
    expect(bound.config.values).toMatchObject({ 'token.instance_url': '"https://north.example.com"' });
    expect(JSON.stringify(bound.config)).not.toMatch(/g1ven|r3fresh|iden-t1ty/);
    expect(JSON.stringify(bound)).not.toContain('r3fresh');
    await using engine = createEngine();
    const { url, headers } = await engine.connection(bound).dryRun('List');
    expect(url).toBe('https://north.example.com/');
    expect(JSON.stringify(headers)).not.toMatch(/g1ven|iden-t1ty/);
  });
});

describe('the value of a template input', () => {
  const render = (template: string, values: Record<string, string>) =>
    renderFieldTemplate(template, name => values[name] ?? '', '/inputs/url');

  it.each([
    ['https://{{#a}}.example.com/x', { a: 'north' }, 'https://north.example.com/x'],
    ['https://{{#a}}:{{#b}}/x', { a: '10.0.0.5', b: '8443' }, 'https://10.0.0.5:8443/x'],
    ['https://example.com/{{#a}}/x?y={{#b}}', { a: 'a/b', b: 'c&d' }, 'https://example.com/a%2Fb/x?y=c%26d'],
    ['{{#a}}/token', { a: 'https://example.com/v1/' }, 'https://example.com/v1/token'],
    ['{{#a}} {{#b}}', { a: 'Jo', b: 'Doe/Smith' }, 'Jo Doe/Smith'],
    ['{{ #a }}{{b}}', { a: 'x' }, 'x{{b}}'],
  ])('%s', (template, values, expected) => {
    expect(render(template, values)).toBe(expected);
  });

  it.each([
    ['https://{{#a}}.example.com', 'evil.test/'],
    ['https://{{#a}}.example.com', 'evil.test#'],
    ['https://{{#a}}.example.com', 'me:pw@evil'],
    ['https://{{#a}}.example.com', ''],
    ['https://example.com/{{#a}}/x', '..'],
    ['{{#a}}/x', 'https://me:pw@example.com'],
    ['{{#a}}', 'one\ntwo'],
  ])('%s takes no value that would make another URL of it', async (template, a) => {
    expect(await failureOf(() => render(template, { a }))).toMatchObject({
      code: 'VALUE_REFUSED',
      pointer: '/inputs/url',
    });
  });
});
