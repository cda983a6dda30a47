import { describe, expect, it } from 'vitest';
import { connection, connectionInputSchema } from '../../src/spectral/index.ts';

const acme = connection({
  key: 'acme',
  display: { label: 'Acme', description: 'Acme' },
  inputs: {
    region: {
      label: { key: 'region', value: 'Region' },
      type: 'string',
      required: true,
      model: [
        { label: 'Europe', value: 'eu' },
        { label: 'America', value: 'us' },
      ],
    },
    apiKey: {
      label: 'API key',
      type: 'password',
      required: true,
      comments: 'From your profile',
      default: 'x',
    },
    pin: { label: 'PIN', type: 'string', writeOnly: true },
    notes: { label: 'Notes', type: 'text', permissionAndVisibilityType: 'embedded' },
    payload: { label: 'Payload', type: 'data', permissionAndVisibilityType: 'organization', required: true },
    sandbox: { label: 'Sandbox', type: 'boolean', default: 'false' },
    scopes: { label: 'Scopes', type: 'string', collection: 'valuelist', shown: false, default: ['read'] },
    headers: { label: 'Headers', type: 'string', collection: 'keyvaluelist' },
    host: { label: 'Host', type: 'string', onPremControlled: true, required: true },
    url: { label: 'URL', type: 'template', templateValue: 'https://{{#region}}.example.com' },
  },
});

describe('the inputs of a connection as JSON Schema', () => {
  it('have every type and trait for the organization', () => {
    expect(connectionInputSchema(acme)).toEqual({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: {
        region: { type: 'string', title: 'Region', enum: ['eu', 'us'] },
        apiKey: { type: 'string', format: 'password', title: 'API key', description: 'From your profile' },
        pin: { type: 'string', format: 'password', title: 'PIN', writeOnly: true },
        notes: {
          type: 'string',
          format: 'textarea',
          title: 'Notes',
          permissionAndVisibilityType: 'embedded',
        },
        payload: {
          type: 'string',
          format: 'data',
          title: 'Payload',
          permissionAndVisibilityType: 'organization',
        },
        sandbox: { type: 'boolean', title: 'Sandbox', default: 'false' },
        scopes: {
          type: 'array',
          items: { type: 'string' },
          title: 'Scopes',
          default: ['read'],
          shown: false,
        },
        headers: {
          type: 'array',
          title: 'Headers',
          items: {
            type: 'object',
            properties: { key: { type: 'string' }, value: { type: 'string' } },
            required: ['key', 'value'],
            additionalProperties: false,
          },
        },
        host: { type: 'string', title: 'Host', onPremControlled: true },
        url: {
          type: 'string',
          title: 'URL',
          readOnly: true,
          templateValue: 'https://{{#region}}.example.com',
        },
      },
      required: ['region', 'payload', 'host'],
      additionalProperties: false,
    });
  });

  it.each([
    ['customer', ['region', 'apiKey', 'pin', 'sandbox', 'headers', 'host']],
    ['embedded', ['region', 'apiKey', 'pin', 'notes', 'sandbox', 'headers', 'host']],
  ] as const)('show to the role %s what it may set', (role, names) => {
    const { properties } = connectionInputSchema(acme, { role });
    expect(Object.keys(properties)).toEqual(names);
  });

  it('leave out what a template has filled, except for the organization', () => {
    const filled = { region: 'eu' };
    const { properties, required } = connectionInputSchema(acme, { role: 'customer', filled });
    expect(Object.keys(properties)).not.toContain('region');
    expect(required).toEqual(['apiKey', 'host'].slice(1));
    expect(Object.keys(connectionInputSchema(acme, { filled }).properties)).toContain('region');
  });
});
