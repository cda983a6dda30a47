import { createRequire } from 'node:module';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as ferrule from '../../src/spectral/index.ts';

type Helper = (...args: unknown[]) => unknown;

const sdk = createRequire(import.meta.url)('@prismatic-io/spectral') as Readonly<Record<string, unknown>>;
const ours = ferrule as unknown as Readonly<Record<string, unknown>>;

/** Helpers that give a definition back, or a copy of it with its type. */
const helpers = [
  'action',
  'batchFlowTrigger',
  'componentManifest',
  'componentManifests',
  'configuration',
  'configPage',
  'configVar',
  'connection',
  'connectionConfigVar',
  'customerActivatedConnection',
  'dataSource',
  'dataSourceConfigVar',
  'dynamicObjectInput',
  'flow',
  'input',
  'oauth2Connection',
  'onPremConnection',
  'organizationActivatedConnection',
  'outputSchema',
  'pollingTrigger',
  'structuredObjectInput',
  'trigger',
  'userActivatedConnection',
  'userLevelConfigPage',
];

/** What the SDK has for work that Ferrule does not do; docs/spectral.md says so. */
const leftOut = [
  'BinaryOperator',
  'BinaryOperatorPhrase',
  'BooleanOperator',
  'BooleanOperatorPhrase',
  'OPERATOR_PHRASE_TO_EXPRESSION',
  'TermOperatorPhrase',
  'UnaryOperator',
  'UnaryOperatorPhrase',
  'batchTrigger',
];

const call = (from: Readonly<Record<string, unknown>>, name: string, ...args: unknown[]) =>
  (from[name] as Helper)(...args);

const label = fc.oneof(fc.string(), fc.record({ key: fc.string(), value: fc.string() }));
const field = fc.record(
  {
    label,
    type: fc.constantFrom('string', 'data', 'text', 'password', 'boolean', 'template', 'made up'),
    required: fc.boolean(),
    default: fc.string(),
    shown: fc.boolean(),
    writeOnly: fc.boolean(),
    onPremControlled: fc.boolean(),
    templateValue: fc.constant('{{#domain}}'),
    model: fc.array(fc.record({ label: fc.string(), value: fc.string() })),
    collection: fc.constantFrom('valuelist', 'keyvaluelist'),
    clean: fc.constant(String),
    somethingNew: fc.anything({ key: fc.constantFrom('a', 'b', '0') }),
  },
  { requiredKeys: [] },
);
const inputs = fc.dictionary(fc.constantFrom('domain', 'apiKey', 'tokenUrl', 'host', 'odd name'), field);
const definition = fc.record(
  {
    key: fc.string(),
    stableKey: fc.string(),
    name: fc.string(),
    label,
    comments: fc.string(),
    iconPath: fc.string(),
    display: fc.record(
      { label: fc.string(), description: fc.string(), icons: fc.object() },
      { requiredKeys: [] },
    ),
    oauth2Type: fc.constantFrom('client_credentials', 'authorization_code'),
    oauth2Config: fc.record({ overrideGrantType: fc.string() }),
    inputs,
    dataType: fc.constantFrom('connection', 'string'),
    elements: fc.dictionary(fc.string(), fc.oneof(fc.string(), fc.object())),
    type: fc.constantFrom('string', 'structuredObject'),
    perform: fc.constant(async () => ({ data: null })),
    onExecution: fc.constant(async () => ({ data: null })),
    somethingNew: fc.anything(),
  },
  { requiredKeys: [] },
);

describe('the helpers', () => {
  it.each(helpers)('%s gives what the SDK gives, unknown keys included', name => {
    fc.assert(
      fc.property(definition, given => {
        expect(call(ours, name, given)).toStrictEqual(call(sdk, name, given));
      }),
      { numRuns: 40 },
    );
  });

  it('templateConnectionInputs gives what the SDK gives, and changes neither of its arguments', () => {
    fc.assert(
      fc.property(
        inputs,
        inputs,
        fc.constantFrom(undefined, null, 'client_credentials', 'authorization_code'),
        (given, templates, type) => {
          const wanted = call(
            sdk,
            'templateConnectionInputs',
            structuredCopy(given),
            structuredCopy(templates),
            type,
          );
          const before = [structuredCopy(given), structuredCopy(templates)];
          Object.freeze(given);
          Object.freeze(templates);
          expect(call(ours, 'templateConnectionInputs', given, templates, type)).toEqual(wanted);
          expect([given, templates]).toEqual(before);
        },
      ),
    );
  });

  it('integration gives the definition itself, which is what runs', () => {
    const whole = { name: 'Acme', flows: [], somethingNew: 1 };
    expect(ferrule.integration(whole)).toBe(whole);
  });

  it.each([
    'OAuth2Type',
    'OAuth2PkceMethod',
    'PerformSafety',
    'InputFieldDefaultMap',
    'TriggerOptionChoices',
    'DEFAULT_JSON_SCHEMA_VERSION',
  ])('%s has the values of the SDK', name => {
    expect(ours[name]).toBeDefined();
    expect(ours[name]).toEqual(sdk[name]);
  });

  it('stand under every name that the SDK has, but for what is listed as left out', () => {
    expect(
      Object.keys(sdk)
        .filter(name => !(name in ours))
        .sort(),
    ).toEqual(leftOut);
  });
});

describe('the guards', () => {
  const guards = Object.keys(sdk).filter(name => name.startsWith('is') && typeof sdk[name] === 'function');
  const variable = fc.oneof(
    definition,
    fc.record(
      {
        dataType: fc.constantFrom(
          'connection',
          'userScopedConnection',
          'htmlElement',
          'code',
          'schedule',
          'jsonForm',
          'string',
        ),
        dataSourceType: fc.constantFrom('jsonForm', 'string'),
        stableKey: fc.string(),
        inputs: fc.constantFrom({}, undefined),
        connection: fc.constantFrom({ component: 'a', key: 'b' }, 'text', null),
        dataSource: fc.constantFrom({ component: 'a', key: 'b' }, {}, null),
        component: fc.constantFrom('a', 1),
        key: fc.constantFrom('b', 2),
        values: fc.constantFrom({}, null),
        perform: fc.constant(async () => ({ result: 1 })),
        triggerType: fc.constantFrom('polling', 'standard'),
        isSpectralError: fc.boolean(),
      },
      { requiredKeys: [] },
    ),
    fc.constantFrom(null, undefined, 'text', 1, []),
  );

  it.each(guards)('%s says what the SDK says, and no where the SDK fails on what is no object', name => {
    const said = (from: Readonly<Record<string, unknown>>, value: unknown) => {
      try {
        return call(from, name, value);
      } catch {
        return from === sdk ? false : 'threw';
      }
    };
    fc.assert(
      fc.property(variable, value => {
        expect(said(ours, value)).toEqual(said(sdk, value));
      }),
      { numRuns: 120 },
    );
  });
});

/** Functions are the same in a copy. */
function structuredCopy(value: unknown): Record<string, unknown> {
  return Object.fromEntries(Object.entries(value as object).map(([key, member]) => [key, { ...member }]));
}
