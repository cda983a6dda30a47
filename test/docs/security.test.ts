import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const page = new URL('../../docs/SECURITY.md', import.meta.url);
const text = readFileSync(page, 'utf8');
const promises = text.slice(text.indexOf('\n## Promises'), text.indexOf('\n## Full figures'));
const rows = promises
  .split('\n')
  .filter(line => line.startsWith('|') && !/^\| (?:promise|---) /.test(line))
  .map(line => ({ line, test: /\]\((\S+\.test\.ts)\) `([^`]+)` \|$/.exec(line) }));

describe('each promise of the security page', () => {
  it('is held by a test', () => {
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter(({ test }) => test === null)).toEqual([]);
  });

  it.each(rows)('$line', ({ test }) => {
    const [, path = '', title = ''] = test ?? [];
    const file = new URL(path, page);
    expect(existsSync(file)).toBe(true);
    expect(readFileSync(file, 'utf8')).toContain(`'${title}'`);
  });
});
