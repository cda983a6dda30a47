import type { RetryDefinition } from '../definition/definition.ts';
import type { IssueCollector } from '../errors/issue-collector.ts';
import type { CompiledExpression } from '../expression/expression.ts';
import type { ExpressionCompiler } from '../expression/expression-compiler.ts';
import type { RetryRules } from '../transport/pacing/retries.ts';

/** What is sent again, and when. */
export interface RetryPlan {
  readonly rules: RetryRules;
  /** Gives, from an answer, the seconds to wait. */
  readonly waitFrom: CompiledExpression | null;
}

export function compileRetry(
  retry: RetryDefinition | null,
  {
    pointer,
    issues,
    expressions,
  }: { pointer: string; issues: IssueCollector; expressions: ExpressionCompiler },
): RetryPlan | null {
  if (retry === null) return null;
  const { waitFrom, ...rules } = retry;
  const place = `${pointer}/waitFrom`;
  const compiled =
    waitFrom === null
      ? undefined
      : issues.attempt(place, () => expressions.compile(waitFrom, { pointer: place, context: 'response' }));
  return { rules, waitFrom: compiled ?? null };
}
