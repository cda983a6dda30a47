import { expect, test } from 'vitest';
import { fastPaths } from '../../src/base/fast-paths.ts';

test('shortcuts are taken, except in the run that takes every long way', () => {
  expect(fastPaths).toBe(process.env['LONG_WAY'] !== 'yes');
});
