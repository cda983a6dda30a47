import { joinPointer } from '../base/json-pointer.ts';
import { orNoItems } from '../base/nothing.ts';
import type { OutputDefinition, OutputsDefinition } from '../definition/definition.ts';
import type { IssueCollector } from '../errors/issue-collector.ts';
import type { CompiledExpression } from '../expression/expression.ts';
import type { ExpressionCompiler } from '../expression/expression-compiler.ts';

/** One named output of an operation, compiled. */
export interface OutputPlan {
  readonly name: string;
  readonly pointer: string;
  readonly value: CompiledExpression;
  /** Evaluated for each element of `value`. */
  readonly children: ReadonlyMap<string, CompiledExpression> | undefined;
}

export interface OutputOptions {
  readonly pointer: string;
  readonly expressions: ExpressionCompiler;
  readonly issues: IssueCollector;
}

export function compileOutputs(outputs: OutputsDefinition, options: OutputOptions): readonly OutputPlan[] {
  const plans = Object.entries(outputs).flatMap(([name, definition]) => {
    const pointer = joinPointer(options.pointer, name);
    const plan = compileOutput(name, definition, { ...options, pointer });
    return plan === undefined ? [] : [plan];
  });
  // A copy, which has no room to grow.
  return orNoItems(plans.slice());
}

function compileOutput(
  name: string,
  definition: OutputDefinition,
  options: OutputOptions,
): OutputPlan | undefined {
  const { pointer, expressions, issues } = options;
  const language = definition.language === undefined ? {} : { language: definition.language };
  const compile = (source: string, place: string, context: 'response' | 'child') =>
    issues.attempt(place, () => expressions.compile(source, { pointer: place, context, ...language }));
  const value = compile(definition.value, `${pointer}/value`, 'response');
  const children = Object.entries(definition.children ?? {}).map(
    ([child, source]) => [child, compile(source, joinPointer(pointer, 'children', child), 'child')] as const,
  );
  if (value === undefined) return undefined;
  const compiled = children.filter((entry): entry is [string, CompiledExpression] => entry[1] !== undefined);
  return { name, pointer, value, children: children.length === 0 ? undefined : new Map(compiled) };
}
