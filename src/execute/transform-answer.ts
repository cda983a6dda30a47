import { compileOutputs } from '../compile/output-plan.ts';
import type { OutputsDefinition } from '../definition/definition.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { IssueCollector } from '../errors/issue-collector.ts';
import { ExpressionCompiler } from '../expression/expression-compiler.ts';
import { type MappedOutputs, mapOutputs } from './map-outputs.ts';

/** An answer as somebody wrote it down: what outputs are tried on. */
export interface WrittenAnswer {
  /** 200 when left out. */
  readonly statusCode?: number;
  /** By name; letter case does not matter. */
  readonly headers?: Readonly<Record<string, string | readonly string[]>>;
  /** JSON data, or text. */
  readonly body?: unknown;
}

export interface TransformOptions {
  /** False runs JSONata where it can be ended; default true. */
  readonly trustDefinitions?: boolean;
}

/**
 * Evaluates the outputs of an operation on an answer, without sending anything, by the code that maps real answers.
 *
 * @throws FerruleError DEFINITION_INVALID for outputs that cannot be read, with pointers that begin at the outputs;
 * OUTPUT_FAILED, EXPRESSION_BUDGET.
 */
export async function transformAnswer(
  outputs: OutputsDefinition,
  answer: WrittenAnswer,
  { trustDefinitions = true }: TransformOptions = {},
): Promise<MappedOutputs> {
  const issues = new IssueCollector();
  const expressions = new ExpressionCompiler(trustDefinitions);
  const plans = compileOutputs(outputs, { pointer: '', expressions, issues });
  issues.throwIfAny('DEFINITION_INVALID', count => `The outputs have ${count}`);
  const { statusCode = 200, headers = {}, body } = answer;
  if (!Number.isInteger(statusCode)) {
    throw new FerruleError('OPTIONS_INVALID', 'The statusCode of the answer cannot be used', {
      expected: 'a whole number',
    });
  }
  const named = Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]);
  return mapOutputs(plans, { statusCode, headers: Object.fromEntries(named), body });
}
