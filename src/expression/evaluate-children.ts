import { FerruleError } from '../errors/ferrule-error.ts';
import type { CompiledExpression, EvaluateOptions, ExpressionScope } from './expression.ts';
import { createUsage, defaultExpressionBudget } from './meter.ts';
import { defineMember, describeKind } from './own-property.ts';

/** The values of the children of one element, by name. */
export type ChildValues = Readonly<Record<string, unknown>>;

/**
 * Evaluates `children` for each element of `list`, with the element as `current` and its position as `index`. All of
 * them together share one budget. Null and undefined count as an empty list.
 *
 * @returns One record for each element; a promise of them when a child is JSONata.
 * @throws FerruleError EXPRESSION_FAILED when `list` is no list or a child fails (`details.index` is the element),
 *   EXPRESSION_BUDGET.
 */
export function evaluateChildren(
  list: unknown,
  children: ReadonlyMap<string, CompiledExpression>,
  scope: ExpressionScope,
  options: EvaluateOptions = {},
): readonly ChildValues[] | Promise<readonly ChildValues[]> {
  const elements = toElementList(list, { ...defaultExpressionBudget, ...options.budget }.maxArrayLength);
  const shared: EvaluateOptions = { ...options, usage: options.usage ?? createUsage() };
  const isAsync = [...children.values()].some(child => child.isAsync);
  const evaluateChild = (child: CompiledExpression, index: number): unknown =>
    child.evaluate({ ...scope, current: elements[index], index }, shared);
  if (isAsync) return evaluateInTurn(elements.length, children, evaluateChild);
  return elements.map((_, index) => {
    const values: Record<string, unknown> = {};
    for (const [name, child] of children) {
      try {
        defineMember(values, name, evaluateChild(child, index));
      } catch (error) {
        throw atElement(error, index);
      }
    }
    return values;
  });
}

async function evaluateInTurn(
  count: number,
  children: ReadonlyMap<string, CompiledExpression>,
  evaluateChild: (child: CompiledExpression, index: number) => unknown,
): Promise<readonly ChildValues[]> {
  const records: ChildValues[] = [];
  for (let index = 0; index < count; index += 1) {
    const values: Record<string, unknown> = {};
    for (const [name, child] of children) {
      try {
        defineMember(values, name, await evaluateChild(child, index));
      } catch (error) {
        throw atElement(error, index);
      }
    }
    records.push(values);
  }
  return records;
}

function toElementList(list: unknown, maxLength: number): readonly unknown[] {
  if (list === undefined || list === null) return [];
  if (!Array.isArray(list)) {
    throw new FerruleError('EXPRESSION_FAILED', 'An output with children needs a list as its value', {
      expected: 'an array',
      found: describeKind(list),
    });
  }
  if (list.length <= maxLength) return list;
  throw new FerruleError(
    'EXPRESSION_BUDGET',
    `An output with children has more elements than its budget allows (maxArrayLength: ${maxLength})`,
    { found: `${list.length} elements`, details: { limit: 'maxArrayLength', value: maxLength } },
  );
}

/** The error of a child, with the element it happened at. */
function atElement(error: unknown, index: number): unknown {
  if (!(error instanceof FerruleError)) return error;
  return new FerruleError(error.code, `${error.summary} (at element ${index})`, {
    pointer: error.pointer,
    expected: error.expected,
    found: error.found,
    details: { ...error.details, index },
    cause: error,
  });
}
