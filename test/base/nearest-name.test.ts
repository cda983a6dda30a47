import { describe, expect, it } from 'vitest';
import { nearestName } from '../../src/base/nearest-name.ts';

describe('the nearest name', () => {
  it.each([
    ['metod', ['method', 'path'], 'method'],
    ['baseURL', ['baseUrl', 'caCert'], 'baseUrl'],
    ['base_url', ['baseUrl', 'caCert'], 'baseUrl'],
    ['User Name', ['Username', 'Email'], 'Username'],
    ['Lst Users', ['Update User', 'List Users', 'List Teams'], 'List Users'],
    ['id', ['ID', 'Name'], 'ID'],
  ])('of %j is found among %j', (name, candidates, expected) => {
    expect(nearestName(name, candidates)).toBe(expected);
  });

  it.each([
    ['zebra', ['method', 'path']],
    ['ab', ['xy']],
    ['', ['method']],
    ['anything', []],
  ])('of %j is nobody among %j', (name, candidates) => {
    expect(nearestName(name, candidates)).toBeUndefined();
  });

  it('is the first of several that are equally near', () => {
    expect(nearestName('cat', ['bat', 'rat'])).toBe('bat');
  });

  it('costs little for a hostile name', () => {
    expect(nearestName('a'.repeat(10_000_000), ['a'.repeat(80), 'method'])).toBe('a'.repeat(80));
  });
});
