// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are expressions
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../src/expression/compile-expression.ts';
import { evaluateChildren } from '../../src/expression/evaluate-children.ts';
import { emptyScope, failureOf } from './support.ts';

function children(sources: Readonly<Record<string, string>>) {
  return new Map(
    Object.entries(sources).map(([name, source]) => [
      name,
      compileExpression(source, { pointer: `/outputs/Users/children/${name}`, context: 'child' }),
    ]),
  );
}

describe('the children of an output', () => {
  it('are evaluated for each element, with current, index and the answer', () => {
    const scope = { ...emptyScope, body: { unit: 'kg' } };
    const plans = children({ Name: 'current.name', Label: '`${index + 1} ${current.weight}${body.unit}`' });
    expect(
      evaluateChildren(
        [
          { name: 'a', weight: 2 },
          { name: 'b', weight: 3 },
        ],
        plans,
        scope,
      ),
    ).toStrictEqual([
      { Name: 'a', Label: '1 2kg' },
      { Name: 'b', Label: '2 3kg' },
    ]);
  });

  it.each([[undefined], [null], [[]]])('of %j are an empty list', list => {
    expect(evaluateChildren(list, children({ A: 'current' }), emptyScope)).toStrictEqual([]);
  });

  it.each([
    [{ a: 1 }, 'an object'],
    ['text', 'a text'],
    [7, 'a number'],
  ])('of %j are an error, because it is no list', (value, found) => {
    expect(failureOf(() => evaluateChildren(value, children({ A: 'current' }), emptyScope))).toMatchObject({
      code: 'EXPRESSION_FAILED',
      expected: 'an array',
      found,
    });
  });

  it('name the element and the child that failed', () => {
    expect(
      failureOf(() => evaluateChildren([{ a: {} }, {}], children({ A: 'current.a.b' }), emptyScope)),
    ).toMatchObject({
      code: 'EXPRESSION_FAILED',
      pointer: '/outputs/Users/children/A',
      details: { index: 1 },
      message: expect.stringContaining('current.a is undefined'),
    });
  });

  it('share one budget, however many elements there are', () => {
    const list = Array.from({ length: 2000 }, () => Array.from({ length: 1000 }, (_, at) => at));
    const plans = children({ Sum: 'current.reduce((sum, x) => sum + x, 0)' });
    expect(failureOf(() => evaluateChildren(list, plans, emptyScope)).code).toBe('EXPRESSION_BUDGET');
    expect(failureOf(() => evaluateChildren(new Array(600_000), plans, emptyScope)).code).toBe(
      'EXPRESSION_BUDGET',
    );
  });

  it('may be JSONata, and then come as a promise', async () => {
    const plans = children({ Up: 'jsonata: $uppercase(current.name)', At: 'index' });
    const records = evaluateChildren([{ name: 'a' }], plans, emptyScope);
    expect(records).toBeInstanceOf(Promise);
    expect(await records).toStrictEqual([{ Up: 'A', At: 0 }]);
  });
});
