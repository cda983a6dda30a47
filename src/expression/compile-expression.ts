import { fastPaths } from '../base/fast-paths.ts';
import type { ExpressionLanguage } from '../definition/definition.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { CompiledExpression, EvaluateOptions, ExpressionPlace, ExpressionScope } from './expression.ts';
import type { ExpressionSandbox } from './expression-sandbox.ts';
import { type CompiledJavaScript, compileJavaScript } from './javascript-expression.ts';
import { compileJsonata } from './jsonata-expression.ts';
import { defaultExpressionBudget, type ExpressionBudget, quote } from './meter.ts';
import { compilePath, notMe } from './path-expression.ts';

export interface CompileExpressionOptions {
  /** JSON pointer of the expression in the definition, for errors. */
  readonly pointer: string;
  /** JavaScript when left out, unless the source begins with `jsonata:`. */
  readonly language?: ExpressionLanguage | undefined;
  readonly context: ExpressionPlace;
  /**
   * False runs JSONata in a process of its own that is killed when its time is up. True by default: JSONata then runs
   * in this process under its own limits, which cannot stop a regular expression. JavaScript needs no trust.
   */
  readonly trusted?: boolean | undefined;
  /** Where untrusted JSONata runs; one sandbox shared by all when left out. */
  readonly sandbox?: ExpressionSandbox | undefined;
  readonly budget?: Partial<ExpressionBudget> | undefined;
  /** False leaves out the shortcut for paths, for tests that compare both ways. */
  readonly pathShortcut?: boolean;
}

/** Characters of a source. The longest expression of a real definition seen so far has some hundreds. */
const MAX_SOURCE_LENGTH = 20_000;
const JSONATA_PREFIX = 'jsonata:';

/**
 * Compiles an expression of either language, once, for many evaluations.
 *
 * @throws FerruleError EXPRESSION_SYNTAX (with `details.position`) when it cannot be read, EXPRESSION_NOT_ALLOWED
 *   when it uses something outside the language; the nearest allowed name is its `suggestion`.
 */
export function compileExpression(source: string, options: CompileExpressionOptions): CompiledExpression {
  assertLength(source, options.pointer);
  const prefixed = options.language === undefined && source.trimStart().startsWith(JSONATA_PREFIX);
  if (prefixed || options.language === 'jsonata') {
    if (options.context === 'value' || options.context === 'signing')
      throw notComputable(source, options.pointer);
    return compileJsonata(source, withoutPrefix(source), options);
  }
  const direct = compileDirectly(source, options);
  const compiled = direct === undefined ? compileFully(source, options) : { evaluate: direct };
  return { source, language: 'javascript', isAsync: false, ...compiled };
}

type EvaluateSync = (scope: ExpressionScope, options?: EvaluateOptions) => unknown;

/** A path, read directly; the full evaluator is made only when the path cannot be read in the data at hand. */
function compileDirectly(source: string, options: CompileExpressionOptions): EvaluateSync | undefined {
  const read =
    options.pathShortcut === false || !fastPaths ? undefined : compilePath(source, options.context);
  if (read === undefined) return undefined;
  let full: EvaluateSync | undefined;
  return (scope, evaluateOptions) => {
    const value = read(scope);
    if (value !== notMe) return value;
    full ??= compileFully(source, options).evaluate;
    return full(scope, evaluateOptions);
  };
}

function compileFully(source: string, options: CompileExpressionOptions): CompiledJavaScript {
  return compileJavaScript(source, {
    pointer: options.pointer,
    place: options.context,
    budget: { ...defaultExpressionBudget, ...options.budget },
  });
}

/** It could not be told which secrets such an expression reads, and computing has no answer to look into. */
function notComputable(source: string, pointer: string): FerruleError {
  return new FerruleError('EXPRESSION_NOT_ALLOWED', `The expression ${quote(source)} is JSONata`, {
    pointer,
    expected: 'JavaScript, in which values are computed',
  });
}

/** The prefix may stand even where `language` says the same. */
function withoutPrefix(source: string): string {
  const text = source.trimStart();
  return text.startsWith(JSONATA_PREFIX) ? text.slice(JSONATA_PREFIX.length) : source;
}

function assertLength(source: string, pointer: string): void {
  if (source.length <= MAX_SOURCE_LENGTH) return;
  throw new FerruleError('EXPRESSION_SYNTAX', `The expression ${quote(source)} is too long`, {
    pointer,
    expected: `at most ${MAX_SOURCE_LENGTH} characters`,
    found: `${source.length}`,
  });
}
