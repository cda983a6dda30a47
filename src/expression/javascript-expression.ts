import { FerruleError } from '../errors/ferrule-error.ts';
import { nestingError, parseJavaScript } from './acorn-parser.ts';
import { CompileContext, type Evaluate } from './compile-context.ts';
import { compileNode } from './compile-node.ts';
import type { EvaluateOptions, ExpressionPlace, ExpressionScope } from './expression.ts';
import { toOutput } from './expression-output.ts';
import { type ExpressionBudget, Meter } from './meter.ts';
import { toFailure } from './native-failure.ts';
import type { ScopeReferences } from './scope-roots.ts';

export interface JavaScriptOptions {
  readonly pointer: string;
  readonly place: ExpressionPlace;
  readonly budget: ExpressionBudget;
}

export interface CompiledJavaScript {
  readonly evaluate: (scope: ExpressionScope, options?: EvaluateOptions) => unknown;
  readonly references: ScopeReferences;
}

/**
 * Compiles a JavaScript expression to closures.
 *
 * @throws FerruleError EXPRESSION_SYNTAX or EXPRESSION_NOT_ALLOWED.
 */
export function compileJavaScript(
  source: string,
  { pointer, place, budget }: JavaScriptOptions,
): CompiledJavaScript {
  const { evaluate, slotCount, references } = compileTree(source, pointer, place);
  const run = (scope: ExpressionScope, options: EvaluateOptions = {}) => {
    const meter = new Meter({
      source,
      pointer,
      budget: options.budget === undefined ? budget : { ...budget, ...options.budget },
      clock: options.clock,
      usage: options.usage,
      stable: options.stable,
    });
    const slots = new Array<unknown>(slotCount);
    try {
      const value = evaluate({ scope, slots, meter });
      return meter.needsOutputCopy ? toOutput(value, meter) : value;
    } catch (error) {
      throw toEvaluationError(error, meter);
    }
  };
  return { evaluate: run, references };
}

function compileTree(
  source: string,
  pointer: string,
  place: ExpressionPlace,
): { readonly evaluate: Evaluate; readonly slotCount: number; readonly references: ScopeReferences } {
  const tree = parseJavaScript(source, pointer);
  const context = new CompileContext(source, pointer, place, compileNode);
  try {
    const evaluate = context.compile(tree);
    return { evaluate, slotCount: context.slotCount, references: context.references };
  } catch (error) {
    throw error instanceof RangeError ? nestingError(source, pointer, error) : error;
  }
}

/** What a built-in of the engine throws (a text too long, a stack too deep) becomes a typed error. */
function toEvaluationError(error: unknown, meter: Meter): unknown {
  return error instanceof FerruleError ? error : toFailure(error, 'an operator', meter);
}
