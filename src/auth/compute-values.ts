import type { Clock } from '../base/clock.ts';
import type { Redactor } from '../base/redactor.ts';
import { SecretValue } from '../base/secret-value.ts';
import type { RenderScope } from '../compile/render-scope.ts';
import type { ValuePlan } from '../compile/values.ts';
import type { ExpressionScope, NamedValues } from '../expression/expression.ts';

export interface ComputingParts {
  readonly clock: Clock;
  readonly redactor: Redactor;
  /** True makes time and chance stand still, for naming what does not change. */
  readonly stable?: boolean;
}

type Given = Pick<RenderScope, 'parameters' | 'secrets'>;

/**
 * Computes values, each from this call's parameters and secrets and the values before it. A text that secrets went
 * into is a SecretValue and known to the redactor; it stands here because secrets have to be revealed to expressions.
 *
 * @throws FerruleError EXPRESSION_FAILED or EXPRESSION_BUDGET, with the pointer of the value.
 */
export function computeValues(
  plans: readonly ValuePlan[],
  given: Given,
  { clock, redactor, stable = false }: ComputingParts,
): ReadonlyMap<string, unknown> {
  const values = new Map<string, unknown>();
  const plain: Record<string, unknown> = Object.create(null);
  const scope: ExpressionScope = { ...noAnswer, ...toNamedScope(given), values: plain };
  for (const { name, expression, isSecret, isVolatile } of plans) {
    const remember = (text: string) => {
      // What only names something is never sent; what is made anew with each call must not push out what lasts.
      if (stable) return;
      if (isVolatile) redactor.addFleeting(text);
      else redactor.addText(text);
    };
    const value = expression.evaluate(scope, { clock, stable });
    plain[name] = value;
    values.set(name, isSecret ? toGuarded(value, remember) : value);
  }
  return values;
}

const noAnswer: ExpressionScope = { body: undefined, headers: {}, statusCode: 0 };

/** The values that expressions read by name, plain: an expression computes with texts, not with what hides them. */
export function toNamedScope(scope: RenderScope): {
  readonly parameters: NamedValues;
  readonly secrets: NamedValues;
  readonly values: NamedValues;
  readonly kept: NamedValues;
} {
  const parameters: Record<string, unknown> = Object.create(null);
  for (const [parameter, value] of scope.parameters) {
    parameters[parameter.base] ??= value;
    parameters[parameter.name] = value;
  }
  return {
    parameters,
    secrets: toPlain(scope.secrets),
    values: toPlain(scope.values),
    kept: toPlain(scope.kept),
  };
}

function toPlain(values: ReadonlyMap<string, unknown> = new Map()): NamedValues {
  const plain: Record<string, unknown> = Object.create(null);
  for (const [name, value] of values) plain[name] = value instanceof SecretValue ? value.reveal() : value;
  return plain;
}

/**
 * A text that must not be shown becomes a SecretValue. Lists and objects go as they are into JSON; the texts in them are
 * told to `remember` too, so that they are masked wherever they are shown.
 */
export function toGuarded(value: unknown, remember: (text: string) => void, depth = 0): unknown {
  if (typeof value === 'string') {
    remember(value);
    return depth === 0 ? new SecretValue(value) : value;
  }
  if (typeof value !== 'object' || value === null || depth > 20) return value;
  for (const member of Object.values(value)) toGuarded(member, remember, depth + 1);
  return value;
}
