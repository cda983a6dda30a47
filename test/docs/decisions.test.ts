import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const directory = new URL('../../docs/decisions/', import.meta.url);
const names = readdirSync(directory).sort();
const texts = names.map(name => readFileSync(new URL(name, directory), 'utf8'));
const manifest = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));

describe('the decisions', () => {
  it('have numbers of their own', () => {
    const numbers = names.map(name => /^(\d{4})-[a-z0-9-]+\.md$/.exec(name)?.[1]);
    expect(numbers).not.toContain(undefined);
    expect(new Set(numbers).size).toBe(names.length);
  });

  it('give a reason for every dependency, in the version that is installed', () => {
    const wanted = Object.entries(manifest.dependencies).map(([name, version]) => `${name} ${version}`);
    expect(wanted.length).toBeGreaterThan(5);
    expect(wanted.filter(dependency => !texts.some(text => text.includes(dependency)))).toEqual([]);
  });

  it('give a reason for every development dependency, and for none that is gone', () => {
    const page = texts[names.indexOf('0012-development-dependencies.md')] ?? '';
    const installed = Object.keys(manifest.devDependencies).filter(name => !name.startsWith('@types/'));
    expect(installed.filter(name => !page.includes(name) && !isNamedElsewhere(name))).toEqual([]);
    const subjects = [...page.matchAll(/^- ([^:]+):/gm)].flatMap(match =>
      (match[1] ?? '').split(/, (?:with `)?| and /).map(word => word.replaceAll('`', '')),
    );
    const own = ['@types/*', 'test/runtime', 'a private workspace'];
    expect(subjects.filter(name => ![...installed, ...own].includes(name))).toEqual([]);
  });
});

function isNamedElsewhere(name: string): boolean {
  return texts.some(text => text.includes(`\`${name}\``));
}
