import { joinPointer } from '../base/json-pointer.ts';
import { nearestName } from '../base/nearest-name.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { IssueCollector } from '../errors/issue-collector.ts';
import { compileExpression } from '../expression/compile-expression.ts';
import type { CompiledExpression } from '../expression/expression.ts';
import type { ScopeReferences } from '../expression/scope-roots.ts';

/** A value that the definition computes by an expression, compiled. */
export interface ValuePlan {
  readonly name: string;
  readonly pointer: string;
  readonly expression: CompiledExpression;
  /** What it reads by name, itself and by way of earlier values. */
  readonly parameters: ReadonlySet<string>;
  readonly secrets: ReadonlySet<string>;
  readonly values: ReadonlySet<string>;
  /** True when a secret goes into it, at any remove: it is then a secret itself. */
  readonly isSecret: boolean;
  /** True when time or chance go into it: a new evaluation may give another value. */
  readonly isVolatile: boolean;
}

/** By name, in the order of the definition: each value sees the earlier ones. */
export type ValuesPlan = ReadonlyMap<string, ValuePlan>;

export interface ValuesSurroundings {
  readonly pointer: string;
  readonly secretNames: ReadonlySet<string>;
  readonly issues: IssueCollector;
}

/** More is a mistake or an attack: each knows all that it is made of. */
const MAX_VALUES = 1_000;

export function compileValues(
  definitions: Readonly<Record<string, string>>,
  { pointer, secretNames, issues }: ValuesSurroundings,
): ValuesPlan {
  const plans = new Map<string, ValuePlan>();
  const entries = Object.entries(definitions);
  if (entries.length > MAX_VALUES) {
    issues.add({
      code: 'DEFINITION_WRONG_VALUE',
      pointer,
      message: 'There are too many computed values',
      expected: `at most ${MAX_VALUES}`,
      found: String(entries.length),
    });
  }
  for (const [name, source] of entries.slice(0, MAX_VALUES)) {
    const place = joinPointer(pointer, name);
    issues.attempt(place, () => {
      assertFree(name, secretNames);
      const expression = compileExpression(source, { pointer: place, context: 'value' });
      plans.set(name, toPlan(name, place, expression, plans, secretNames));
    });
  }
  return plans;
}

/** The plans of the named values and of those they are made of, in the order in which they are computed. */
export function selectValues(values: ValuesPlan, names: ReadonlySet<string>): readonly ValuePlan[] {
  const needed = new Set([...names].flatMap(name => [name, ...(values.get(name)?.values ?? [])]));
  return [...values.values()].filter(({ name }) => needed.has(name));
}

function toPlan(
  name: string,
  pointer: string,
  expression: CompiledExpression,
  earlier: ValuesPlan,
  secretNames: ReadonlySet<string>,
): ValuePlan {
  const references = expression.references ?? noReferences;
  for (const secret of references.secrets) assertKnown('secret', secret, secretNames);
  for (const value of references.values) assertKnown('earlier value', value, earlier);
  const sources = [...references.values].flatMap(value => earlier.get(value) ?? []);
  const union = (own: ReadonlySet<string>, of: (plan: ValuePlan) => ReadonlySet<string>) =>
    new Set([...own, ...sources.flatMap(source => [...of(source)])]);
  const secrets = union(references.secrets, plan => plan.secrets);
  return {
    name,
    pointer,
    expression,
    parameters: union(references.parameters, plan => plan.parameters),
    secrets,
    values: union(references.values, plan => plan.values),
    isSecret: secrets.size > 0,
    isVolatile: references.isVolatile || sources.some(source => source.isVolatile),
  };
}

/** A tag of that name would be the secret, and the value would never be used. */
function assertFree(name: string, secretNames: ReadonlySet<string>): void {
  if (!secretNames.has(name)) return;
  throw new FerruleError('DEFINITION_WRONG_VALUE', `The value "${name}" has the name of a secret`, {
    expected: 'a name that no secret has',
  });
}

/** Throws EXPRESSION_NOT_ALLOWED for a name that an expression reads and nothing has. */
export function assertKnown(kind: string, name: string, known: Names): void {
  if (known.has(name)) return;
  throw new FerruleError('EXPRESSION_NOT_ALLOWED', `There is no ${kind} named "${name.slice(0, 100)}"`, {
    suggestion: nearestName(name, known.keys()),
  });
}

/** A set of names, or a map by names. */
type Names = Pick<ReadonlySet<string>, 'has' | 'keys'>;

const noReferences: ScopeReferences = {
  parameters: new Set(),
  secrets: new Set(),
  values: new Set(),
  kept: new Set(),
  isVolatile: false,
};
