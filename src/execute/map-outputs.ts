import { joinPointer } from '../base/json-pointer.ts';
import type { OutputPlan } from '../compile/output-plan.ts';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import { evaluateChildren } from '../expression/evaluate-children.ts';
import type { ExpressionScope } from '../expression/expression.ts';

export interface MappedOutputs {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Issue[];
}

/**
 * Evaluates every output on an answer. An expression that fails is an error when the answer is a success (2xx),
 * and otherwise gives null and a diagnostic: an error page does not have the fields of a good answer.
 * A budget that ran out is always an error.
 */
export async function mapOutputs(
  plans: readonly OutputPlan[],
  scope: ExpressionScope,
): Promise<MappedOutputs> {
  const entries: [string, unknown][] = [];
  const diagnostics: Issue[] = [];
  const isSuccess = scope.statusCode >= 200 && scope.statusCode < 300;
  for (const plan of plans) {
    try {
      const value = plan.value.evaluate(scope);
      const settled = plan.value.isAsync ? await value : value;
      const mapped =
        plan.children === undefined ? settled : await evaluateChildren(settled, plan.children, scope);
      entries.push([plan.name, mapped === undefined ? null : mapped]);
    } catch (error) {
      if (!(error instanceof FerruleError)) throw error;
      if (isSuccess || error.code === 'EXPRESSION_BUDGET') throw toOutputError(plan, error);
      entries.push([plan.name, null]);
      diagnostics.push({ code: 'OUTPUT_FAILED', pointer: plan.pointer, message: error.summary });
    }
  }
  return { outputs: Object.fromEntries(entries), diagnostics };
}

function toOutputError(plan: OutputPlan, cause: FerruleError): FerruleError {
  const code = cause.code === 'EXPRESSION_BUDGET' ? 'EXPRESSION_BUDGET' : 'OUTPUT_FAILED';
  return new FerruleError(code, `Output "${plan.name}" failed: ${cause.summary}`, {
    pointer: cause.pointer ?? joinPointer(plan.pointer, 'value'),
    expected: cause.expected,
    found: cause.found,
    cause,
  });
}
