import { spawnSync } from 'node:child_process';
import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { FerruleError } from '../../src/errors/ferrule-error.ts';

const program = `
const { createEngine } = await import(process.argv[1]);
const connection = createEngine().connection({
  name: 'Acme',
  config: { baseUrl: 'https://api.ferrule.test' },
  operations: [{ name: 'Get', config: { method: 'GET', path: '/<<Id>>' } }],
});
await connection.execute('Get', { id: 1, other: 2 });
`;

test('an error that nobody catches is shown once, with what to do, and without what is not known', () => {
  const entry = new URL('../../src/index.ts', import.meta.url).href;
  const { stderr, status } = spawnSync(process.execPath, ['--input-type=module', '--eval', program, entry], {
    encoding: 'utf8',
  });
  expect(status).toBe(1);
  expect(stderr).toContain('PARAMETER_MISSING: 3 parameters cannot be used.');
  expect(stderr.split('Did you mean "Id"?')).toHaveLength(2);
  expect(stderr).toContain("hint: 'Pass the parameter.'");
  expect(stderr).not.toMatch(/undefined|report|issues|details/);
});

test('what a console does not show can still be read', () => {
  const report = { ok: false };
  const issues = [{ code: 'URL_INVALID', pointer: '/a', message: 'no' }] as const;
  const error = new FerruleError('URL_INVALID', 'no', {
    issues,
    report,
    details: { host: 'a.test' },
    pointer: '/a',
  });
  expect([error.summary, error.issues, error.report, error.expected]).toEqual([
    'no',
    issues,
    report,
    undefined,
  ]);
  expect(error.toJSON()).toMatchObject({ issues, details: { host: 'a.test' } });
  expect(inspect(error)).toContain("details: { host: 'a.test' }");
  expect(inspect(error)).toContain("pointer: '/a'");
});
