import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { methodTables } from '../../src/expression/allowed-functions.ts';
import { compileExpression } from '../../src/expression/compile-expression.ts';
import { defaultExpressionBudget } from '../../src/expression/meter.ts';
import { commonMethods } from '../../src/expression/scalar-methods.ts';
import { staticConstants, staticFunctions } from '../../src/expression/static-functions.ts';

const file = new URL('../../docs/expressions.md', import.meta.url);
const text = await readFile(file, 'utf8');
const scope = {
  body: JSON.parse(/```json.*\n([\s\S]*?)```/.exec(text)?.[1] ?? ''),
  headers: { location: 'https://example.test/users/42' },
  statusCode: 200,
};

/** The rows of the tables whose header is `header`, cells without their backticks at the ends. */
function rows(header: string): readonly (readonly string[])[] {
  return text
    .split(`${header}\n`)
    .slice(1)
    .flatMap(part => (/^(?:\|.*\n)*/.exec(part)?.[0] ?? '').split('\n').slice(1, -1))
    .map(row =>
      row
        .slice(2, -2)
        .split(' | ')
        .map(cell => cell.replaceAll(/^`|`$/g, '')),
    );
}

const kinds = {
  string: 'text',
  array: 'list',
  number: 'number',
  bigint: 'big integer',
  boolean: 'boolean',
  date: 'date',
  object: 'object',
} as const;

/** The table of the allow list, as it must stand in the document. */
function functionTable(): string {
  const code = (names: readonly string[]) => names.map(name => `\`${name}\``).join(', ');
  const lines = methodTables.map(([kind, table]) => [
    `on a ${kinds[kind as keyof typeof kinds]}`,
    code(Object.keys(table)),
  ]);
  lines.push(['on any value', code(Object.keys(commonMethods))]);
  lines.push(['on a regular expression', code(['exec', 'test'])]);
  lines.push(['by themselves', code(Object.keys(staticFunctions).sort())]);
  lines.push(['to make', code(['new Date'])]);
  lines.push(['constants', code(Object.keys(staticConstants))]);
  return [
    '| Where | Names |',
    '| --- | --- |',
    ...lines.map(([where, names]) => `| ${where} | ${names} |`),
  ].join('\n');
}

describe('docs/expressions.md', () => {
  it('lists exactly the allowed functions', () => {
    const listed = /<!-- functions -->\n([\s\S]*?)\n<!-- \/functions -->/.exec(text)?.[1];
    expect(listed).toBe(functionTable());
  });

  it('lists the budgets with their defaults', () => {
    const listed = rows('| Limit | Default | What it counts |').map(([name, value]) => [name, Number(value)]);
    expect(Object.fromEntries(listed)).toStrictEqual(defaultExpressionBudget);
  });

  it('has samples that give what it says', async () => {
    const samples = rows('| Expression | Gives |');
    expect(samples.length).toBeGreaterThan(15);
    for (const [source = '', value = ''] of samples) {
      const compiled = compileExpression(source, { pointer: '', context: 'response' });
      expect(await compiled.evaluate(scope), source).toStrictEqual(JSON.parse(value));
    }
  });

  it('has samples of errors that say what it says', () => {
    const samples = rows('| Expression | Error |');
    expect(samples.length).toBeGreaterThan(5);
    for (const [source = '', sentence = ''] of samples) {
      const [code = '', reason = ''] = sentence.split('`: ');
      const run = () => compileExpression(source, { pointer: '', context: 'response' }).evaluate(scope);
      expect(run, source).toThrow(FerruleError);
      expect(run, source).toThrow(code);
      expect(run, source).toThrow(reason);
    }
  });
});
