import { format, inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { SecretValue, toSecretValue } from '../../src/base/secret-value.ts';

const secret = new SecretValue('hunter22');

describe('a secret value', () => {
  it('gives its text to who asks for it by name', () => {
    expect(secret.reveal()).toBe('hunter22');
  });

  it.each<[string, () => string]>([
    ['a template literal', () => `${secret}`],
    ['String()', () => String(secret)],
    ['concatenation', () => `x${secret}`],
    ['join', () => [secret].join()],
    ['JSON', () => JSON.stringify({ secret, list: [secret] })],
    [
      'util.inspect',
      () => inspect({ secret, map: new Map([['a', secret]]) }, { depth: 9, showHidden: true }),
    ],
    ['util.format', () => format('%s %o %O %j', secret, secret, secret, secret)],
    ['an error message', () => new TypeError(`failed with ${secret}`).message],
    ['a copy of its fields', () => JSON.stringify({ ...secret }) + Object.keys(secret).join()],
    ['the names of all its properties', () => Reflect.ownKeys(secret).map(String).join()],
  ])('does not show its text in %s', (_, show) => {
    expect(show()).not.toContain('hunter22');
  });

  it('cannot be cloned into plain data that shows it', () => {
    expect(JSON.stringify(structuredClone(secret))).not.toContain('hunter22');
  });

  it('says in its place that there is a secret', () => {
    expect([`${secret}`, JSON.stringify(secret), inspect(secret)]).toEqual([
      '[secret]',
      '"[secret]"',
      '[secret]',
    ]);
  });

  it('is made of plain text, and stays itself', () => {
    expect(toSecretValue('a').reveal()).toBe('a');
    expect(toSecretValue(secret)).toBe(secret);
  });
});
