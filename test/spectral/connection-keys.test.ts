import { createRequire } from 'node:module';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { toCamelCase } from '../../src/spectral/resolve/connection-of-variable.ts';

// The SDK's own dependency, by which it makes keys of names.
const require = createRequire(createRequire(import.meta.url).resolve('@prismatic-io/spectral'));
const camelCase = require('lodash/camelCase') as (name: string) => string;

it.each([
  'Acme Connection',
  'My API Key',
  'OAuth 2.0 (EU)',
  'acme-oauth2_connection',
  'Größe der Küche',
  'XMLHttp',
])('the key of a connection that is defined in the variable "%s" is the name in camel case', name => {
  expect(toCamelCase(name)).toBe(camelCase(name));
});

it('the key is that of the SDK for any name of letters, digits and signs', () => {
  const name = fc.string({ unit: fc.constantFrom(...'abzABZ019 -_./()'), maxLength: 20 });
  fc.assert(
    fc.property(name, each => {
      expect(toCamelCase(each)).toBe(camelCase(each));
    }),
    { numRuns: 500 },
  );
});
