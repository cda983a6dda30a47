import { existsSync, globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../package/packed-package.ts';

const text = readFileSync(join(root, 'docs/verification.md'), 'utf8');
const rows = text.split('\n').filter(line => line.startsWith('| ') && !/^\| (-|promise|form)/.test(line));
const named = new Set([...text.matchAll(/`((?:test|fixtures)\/[^`]+)`/g)].map(match => match[1] ?? ''));

describe('docs/verification.md', () => {
  it('names a test for every promise', () => {
    expect(rows.length).toBeGreaterThan(40);
    expect(rows.filter(row => !/`test\/[\w/-]+\.test\.ts`/.test(row))).toEqual([]);
  });

  it('names only files that exist', () => {
    expect([...named].filter(path => !existsSync(join(root, path)))).toEqual([]);
  });

  it('leaves out no test of the requests that are sent and of what callers see', () => {
    const files = globSync('test/{auth,integration,execute,cli}/*.test.ts', { cwd: root });
    expect(files.length).toBeGreaterThan(15);
    const inner = ['test/cli/safe-text.test.ts', 'test/cli/usage.test.ts'];
    expect(files.filter(file => !named.has(file) && !inner.includes(file))).toEqual([]);
  });
});
