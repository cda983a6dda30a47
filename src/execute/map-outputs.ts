import { fastPaths } from '../base/fast-paths.ts';
import { joinPointer } from '../base/json-pointer.ts';
import type { OutputPlan } from '../compile/output-plan.ts';
import { FerruleError, type Issue } from '../errors/ferrule-error.ts';
import { evaluateChildren } from '../expression/evaluate-children.ts';
import type { ExpressionScope } from '../expression/expression.ts';
import { defineMember } from '../expression/own-property.ts';

export interface MappedOutputs {
  readonly outputs: Readonly<Record<string, unknown>>;
  readonly diagnostics: readonly Issue[];
}

/** Said of nearly every answer. One for all, since a stream may bring millions of events. */
export const noIssues: readonly Issue[] = Object.freeze([]);

/**
 * Evaluates every output on an answer. An expression that fails is an error when the answer is a success (2xx),
 * and otherwise gives null and a diagnostic: an error page does not have the fields of a good answer.
 * A budget that ran out is always an error.
 */
export function mapOutputs(
  plans: readonly OutputPlan[],
  scope: ExpressionScope,
): MappedOutputs | Promise<MappedOutputs> {
  return fastPaths && isMappedAtOnce(plans) ? mapAtOnce(plans, scope) : mapInTurn(plans, scope);
}

/** JSONata answers by a promise; everything else at once, which saves a turn of the event loop per output. */
export function isMappedAtOnce(plans: readonly OutputPlan[]): boolean {
  for (const { value, children } of plans) if (value.isAsync || children !== undefined) return false;
  return true;
}

/** The same as {@link mapOutputs}, for plans of which {@link isMappedAtOnce} is true. */
export function mapAtOnce(plans: readonly OutputPlan[], scope: ExpressionScope): MappedOutputs {
  const outputs: Record<string, unknown> = {};
  let diagnostics = noIssues;
  for (const plan of plans) {
    try {
      defineMember(outputs, plan.name, plan.value.evaluate(scope) ?? null);
    } catch (error) {
      diagnostics = [...diagnostics, toDiagnostic(plan, scope, error)];
      defineMember(outputs, plan.name, null);
    }
  }
  return { outputs, diagnostics };
}

async function mapInTurn(plans: readonly OutputPlan[], scope: ExpressionScope): Promise<MappedOutputs> {
  const outputs: Record<string, unknown> = {};
  const diagnostics: Issue[] = [];
  for (const plan of plans) {
    try {
      const value = await plan.value.evaluate(scope);
      const mapped =
        plan.children === undefined ? value : await evaluateChildren(value, plan.children, scope);
      defineMember(outputs, plan.name, mapped ?? null);
    } catch (error) {
      diagnostics.push(toDiagnostic(plan, scope, error));
      defineMember(outputs, plan.name, null);
    }
  }
  return { outputs, diagnostics };
}

/** What is said of an output that failed on an answer that is no success; on a success, the error is thrown. */
function toDiagnostic(plan: OutputPlan, { statusCode }: ExpressionScope, error: unknown): Issue {
  // What the host has to put right is neither the answer's fault nor the expression's.
  if (!(error instanceof FerruleError) || error.category === 'usage') throw error;
  const isSuccess = statusCode >= 200 && statusCode < 300;
  if (isSuccess || error.code === 'EXPRESSION_BUDGET') throw toOutputError(plan, error);
  return { code: 'OUTPUT_FAILED', pointer: plan.pointer, message: error.summary };
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
