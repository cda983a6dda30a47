import { describe, expect, it } from 'vitest';
import { connection, findTemplate, publishTemplate, resolveFields } from '../../src/spectral/index.ts';

const text = { label: 'Text', type: 'string' } as const;
const acme = connection({
  key: 'acme',
  display: { label: 'Acme', description: 'Acme' },
  inputs: {
    domain: { ...text, required: true },
    region: {
      ...text,
      default: 'eu',
      model: [
        { label: 'Europe', value: 'eu' },
        { label: 'America', value: 'us' },
      ],
    },
    apiKey: { label: 'API key', type: 'password', required: true },
    plan: { ...text, permissionAndVisibilityType: 'organization' },
    mode: { ...text, shown: false },
    sandbox: { label: 'Sandbox', type: 'boolean' },
    scopes: { ...text, collection: 'valuelist' },
    url: { label: 'URL', type: 'template', templateValue: 'https://{{#domain}}.example.com/{{#region}}' },
  },
});
const template = publishTemplate({ name: 'Standard', connection: 'acme', fields: { domain: 'north' } });

describe('fields in layers', () => {
  it('come from the last layer that gives them, and tell which that was', () => {
    const { fields, sources, issues } = resolveFields(acme, {
      template,
      organization: { region: 'us', plan: 'gold', mode: 'fast', apiKey: 'organization' },
      customer: { region: 'eu', apiKey: 'customer' },
      user: { apiKey: 'user' },
      call: { sandbox: 'true', apiKey: undefined },
    });
    expect(issues).toEqual([]);
    expect(fields).toEqual({
      domain: 'north',
      region: 'eu',
      apiKey: 'user',
      plan: 'gold',
      mode: 'fast',
      sandbox: 'true',
      url: 'https://north.example.com/eu',
    });
    expect(sources).toEqual({
      domain: 'template',
      region: 'customer',
      apiKey: 'user',
      plan: 'organization',
      mode: 'organization',
      sandbox: 'call',
      url: 'computed',
    });
  });

  it('have their defaults below all layers', () => {
    const { fields, sources } = resolveFields(acme, { call: { domain: 'a', apiKey: 'k' } });
    expect([fields['region'], sources['region']]).toEqual(['eu', 'default']);
  });

  it('tell everything that is missing, unknown, wrong or not permitted at once, and no value', () => {
    const { issues } = resolveFields(
      acme,
      {
        template,
        customer: { domain: 'mine', plan: 'gold', mode: 'x', region: 'mars', url: 'https://evil.test' },
        user: { sandbox: 'maybe', scopes: 's3cret', toString: 'x' },
      },
      '/configPages/A/elements/B',
    );
    const at = '/configPages/A/elements/B/inputs';
    expect(issues.map(({ code, pointer }) => [code, pointer.replace(at, '')])).toEqual([
      ['PARAMETER_INVALID', '/domain'],
      ['PARAMETER_INVALID', '/plan'],
      ['PARAMETER_INVALID', '/mode'],
      ['PARAMETER_INVALID', '/region'],
      ['PARAMETER_INVALID', '/url'],
      ['PARAMETER_INVALID', '/sandbox'],
      ['PARAMETER_INVALID', '/scopes'],
      ['PARAMETER_UNKNOWN', '/toString'],
      ['PARAMETER_MISSING', '/apiKey'],
    ]);
    expect(JSON.stringify(issues)).not.toMatch(/mars|maybe|s3cret|evil/);
    expect(issues.find(({ pointer }) => pointer.endsWith('/domain'))?.message).toContain('"Standard"');
  });

  it('refuse a value that would make another URL of a template', () => {
    const { fields, issues } = resolveFields(acme, { call: { domain: 'evil.test/', apiKey: 'k' } });
    expect(issues).toMatchObject([{ code: 'VALUE_REFUSED', pointer: '/inputs/url' }]);
    expect(fields).not.toHaveProperty('url');
  });
});

describe('a template that is published', () => {
  it('is frozen, and a change makes a new version while the old one stays', () => {
    const draft = { name: 'T', connection: 'acme', fields: { domain: 'north', tags: ['a'] } };
    const first = publishTemplate(draft);
    draft.fields.tags.push('b');
    expect(first).toEqual({
      name: 'T',
      connection: 'acme',
      version: 1,
      fields: { domain: 'north', tags: ['a'] },
    });
    expect(() => Object.assign(first.fields, { domain: 'south' })).toThrow(TypeError);
    expect(Object.isFrozen(first.fields['tags'])).toBe(true);
    const second = publishTemplate(draft, [first]);
    expect(second.version).toBe(2);
    expect(publishTemplate(draft, [first, second])).toBe(second);
    expect(findTemplate([first, second], 'T')).toBe(second);
    expect(findTemplate([second, first], 'T', 1)).toBe(first);
    expect(findTemplate([first], 'U')).toBeUndefined();
  });
});
