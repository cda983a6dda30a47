import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { parseTypeHint } from '../../src/template/type-hint.ts';
import { compileTree, renderJson } from './templates.ts';

const page = readFileSync(new URL('../../docs/templating.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```(\w+)[^\n]*\n([\s\S]*?)```/g)].map(([, language = '', text = '']) => ({
  language,
  text,
}));

describe('docs/templating.md', () => {
  it('has only blocks that this file runs', () => {
    expect(blocks.map(({ language }) => language)).toEqual(['text', 'json', 'json']);
  });

  it('shows what its JSON text sends', () => {
    const [template, sent] = blocks;
    const rendered = renderJson(template?.text ?? '', { Query: 'a "b"', Tags: '["x", "y"]' });
    expect(JSON.parse(rendered)).toEqual(JSON.parse(sent?.text ?? ''));
  });

  it('shows a JSON body that compiles', () => {
    const body = JSON.parse(blocks[2]?.text ?? '') as { readonly json: unknown };
    expect(compileTree(body.json).render({ Query: 'q', Name: 'N', Limit: '5' })).toBe(
      '{"query":"q","limit":5,"note":"for N"}',
    );
  });

  it('lists hints that are known', () => {
    const rows = page.slice(page.indexOf('| Hint |'), page.indexOf('| anything else | described'));
    const hints = [...rows.matchAll(/`\[([^`]+)\]`/g)].map(match => (match[1] ?? '').replaceAll('\\|', '|'));
    expect(hints.length).toBeGreaterThan(12);
    for (const hint of hints) expect(parseTypeHint(hint).schema, hint).not.toHaveProperty('description');
  });
});
