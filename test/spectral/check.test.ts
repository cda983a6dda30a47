import { describe, expect, it } from 'vitest';
import {
  configPage,
  connection,
  connectionConfigVar,
  customerActivatedConnection,
  flow,
  integration,
  lintConnection,
  oauth2Connection,
  validate,
} from '../../src/spectral/index.ts';

const text = { label: 'Text', type: 'string' } as const;
const display = { label: 'Acme', description: 'Acme' };
const nothing = async () => ({ data: null });

describe('validating an integration', () => {
  it('tells everything that keeps it from running, at once', () => {
    const host = { ...text, onPremControlled: true };
    const local = (stableKey: string, change: object) =>
      connectionConfigVar({ stableKey, dataType: 'connection', inputs: {}, ...change });
    const wrong = integration({
      name: 'Wrong',
      flows: [
        flow({ name: 'One', stableKey: 'one', onExecution: nothing }),
        flow({ name: 'One', stableKey: 'one', onExecution: nothing }),
        flow({
          name: 'Three',
          stableKey: '',
          onTrigger: { component: 'unknown', key: 'webhook' },
          onExecution: nothing,
        }),
      ],
      componentRegistry: { acme: { key: 'acme', connections: { basic: { key: 'basic' } } } },
      scopedConfigVars: { Shared: customerActivatedConnection({ stableKey: 'same' }) },
      configPages: {
        First: configPage({
          elements: {
            Same: local('same', { inputs: { host } }),
            Half: local('half', { inputs: { host }, onPremConnectionConfig: 'required' }),
            Cloud: local('cloud', {
              inputs: { host, port: host },
              oauth2Type: 'client_credentials',
              onPremConnectionConfig: 'allowed',
            }),
            Whole: local('whole', { inputs: { host, port: host }, onPremConnectionConfig: 'allowed' }),
            Broken: local('broken', { inputs: {}, apply: { headers: { A: '{{#none}}' } } }),
          },
        }),
        Second: configPage({
          elements: {
            Same: connectionConfigVar({
              stableKey: 'reference',
              dataType: 'connection',
              connection: { component: 'acme', key: 'basic', onPremiseConnectionConfig: 'required' },
            }),
            Other: connectionConfigVar({
              stableKey: 'other',
              dataType: 'connection',
              connection: { component: 'acmee', key: 'basic' },
            }),
          },
        }),
      },
    });
    expect(validate(wrong).map(({ code, pointer }) => `${code} ${pointer}`)).toEqual([
      'DEFINITION_MISSING_FIELD /flows/2/stableKey',
      'DEFINITION_DUPLICATE_NAME /flows/1/name',
      'DEFINITION_DUPLICATE_NAME /flows/1/stableKey',
      'DEFINITION_DUPLICATE_NAME /configPages/Second/elements/Same',
      'DEFINITION_DUPLICATE_NAME /scopedConfigVars/Shared/stableKey',
      'DEFINITION_WRONG_VALUE /configPages/First/elements/Same/onPremConnectionConfig',
      'DEFINITION_WRONG_VALUE /configPages/First/elements/Half/onPremConnectionConfig',
      'DEFINITION_WRONG_VALUE /configPages/First/elements/Cloud/onPremConnectionConfig',
      'DEFINITION_WRONG_VALUE /configPages/First/elements/Broken/apply/headers/A',
      'DEFINITION_WRONG_VALUE /configPages/Second/elements/Same/connection/onPremiseConnectionConfig',
      'DEFINITION_WRONG_VALUE /configPages/Second/elements/Other/connection/component',
      'DEFINITION_WRONG_VALUE /flows/2/onTrigger/component',
    ]);
  });
});

describe('lint', () => {
  const found = (inputs: object, rest: object = {}) =>
    lintConnection({ key: 'acme', display, inputs, ...rest } as never).map(
      ({ rule, pointer }) => `${rule} ${pointer}`,
    );

  it.each([
    [{ url: { ...text, default: ' https://a.example.com' } }, 'blanks /inputs/url'],
    [{ url: { ...text, default: 'https://<ACCOUNT_ID>.example.com' } }, 'placeholder /inputs/url'],
    [{ url: { ...text, default: 'https://YOUR-DOMAIN.example.com' } }, 'placeholder /inputs/url'],
    [{ url: { ...text, default: 'https://example.com/{tenant}/x' } }, 'placeholder /inputs/url'],
    [{ apiSecret: text }, 'secret-in-the-open /inputs/apiSecret'],
    [{ client_secret: { ...text, type: 'text' } }, 'secret-in-the-open /inputs/client_secret'],
    [{ token: text }, 'secret-in-the-open /inputs/token'],
    [{ mode: { ...text, shown: false } }, 'hidden-without-default /inputs/mode'],
    [{ a: { ...text, clean: String } }, 'clean-never-runs /inputs/a'],
    [{ a: { ...text, requierd: true } }, 'unknown-key /inputs/a/requierd'],
    [{ a: { label: 'A', type: 'template', templateValue: 'https://{{#b}}/' } }, 'unknown-input /inputs/a'],
  ])('finds %j', (inputs, finding) => {
    expect(found(inputs)).toEqual([finding]);
  });

  it.each([
    [{ tokenUrl: { ...text, default: 'https://example.com/token' } }],
    [{ apiKey: { ...text, type: 'password' } }],
    [{ tokenType: text, secretName: text, clientId: text, keyboard: text }],
    [
      {
        mode: { ...text, shown: false, default: 'x' },
        host: { ...text, shown: false, onPremControlled: true },
      },
    ],
    [{ b: text, a: { label: 'A', type: 'template', templateValue: 'https://{{#b}}.example.com' } }],
  ])('leaves alone %j', inputs => {
    expect(found(inputs)).toEqual([]);
  });

  it('finds keys that nobody reads, and keeps to itself what they hold', () => {
    const acme = connection({ key: 'acme', display, inputs: {}, secret: 's3cret' } as never);
    const findings = lintConnection(acme);
    expect(findings).toMatchObject([{ rule: 'unknown-key', pointer: '/secret' }]);
    expect(JSON.stringify(findings)).not.toContain('s3cret');
  });

  it.each([
    ['https://login.acme.example/a', 'https://api.acme.example/t', false],
    ['https://a.acme.co.uk/a', 'https://b.acme.co.uk/t', false],
    ['https://a.acme.co.uk/a', 'https://a.evil.co.uk/t', true],
    ['https://login.acme.example/a', 'https://acme.evil.example/t', true],
    ['https://login.acme.example/a', 'https://{{#domain}}.acme.example/t', false],
    ['https://login.acme.example/a', '{{#domain}}/t', false],
  ])('compares the organizations of %s and %s', (authorize, token, isForeign) => {
    const given = (value: string) =>
      value.includes('{{')
        ? ({ label: 'URL', type: 'template', templateValue: value } as const)
        : { ...text, default: value };
    const acme = oauth2Connection({
      key: 'acme',
      display,
      oauth2Type: 'authorization_code',
      inputs: {
        domain: text,
        authorizeUrl: given(authorize),
        tokenUrl: given(token),
        scopes: text,
        clientId: text,
        clientSecret: { ...text, type: 'password' },
      },
    });
    const rules = lintConnection(acme).map(({ rule }) => rule);
    expect(rules).toEqual(isForeign ? ['foreign-endpoint'] : []);
  });
});
