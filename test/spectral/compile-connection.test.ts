import { describe, expect, it } from 'vitest';
import { parseConnection } from '../../src/index.ts';
import { renderFieldTemplate } from '../../src/spectral/compile/render-field-template.ts';
import { compileConnection, connection, oauth2Connection } from '../../src/spectral/index.ts';
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
