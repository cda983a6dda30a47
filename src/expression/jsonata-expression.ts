import { FerruleError } from '../errors/ferrule-error.ts';
import type { CompiledExpression, EvaluateOptions, ExpressionScope } from './expression.ts';
import type { ExpressionSandbox } from './expression-sandbox.ts';
import {
  checkJsonata,
  evaluateJsonata,
  type JsonataLimits,
  type JsonataOutcome,
  type JsonataProblem,
  prepareJsonata,
} from './jsonata-adapter.ts';
import { defaultExpressionBudget, type ExpressionBudget, quote } from './meter.ts';

export interface JsonataOptions {
  readonly pointer: string;
  readonly trusted?: boolean | undefined;
  readonly sandbox?: ExpressionSandbox | undefined;
  readonly budget?: Partial<ExpressionBudget> | undefined;
}

/** Milliseconds after which the process of an untrusted expression is killed. JSONata's own limit comes first. */
const SANDBOX_DEADLINE_MS = 250;
/** Levels of JSONata's evaluator, each of several stack frames. */
const MAX_STACK = 300;

/** What JSONata's most frequent codes mean. Its own sentences quote the data, so they are not passed on. */
const meanings: Readonly<Record<string, string>> = {
  D3137: 'it raised an error with $error()',
  D3141: 'an $assert() did not hold',
  T0410: 'an argument does not fit its function',
  T0411: 'a context value does not fit its function',
  T0412: 'a list given to a function holds elements of the wrong type',
  T1003: 'a key of an object is not a text',
  T1006: 'something that is not a function is called',
  T2001: 'the left side of an operator is not a number',
  T2002: 'the right side of an operator is not a number',
  T2009: 'values of different types are compared',
  T2010: 'values are compared that are neither numbers nor texts',
  input: 'the answer holds values that cannot be given to it',
  stopped: 'it was stopped',
};

/** Problems that are a spent budget, with the limit they name. */
const spent: Readonly<Record<string, keyof ExpressionBudget | 'stack' | 'memory'>> = {
  D1011: 'stack',
  D1012: 'maxTimeMs',
  D2014: 'maxArrayLength',
  D2015: 'maxArrayLength',
  depth: 'maxDepth',
  memory: 'memory',
  size: 'maxCells',
  stack: 'stack',
  timeout: 'maxTimeMs',
};

/**
 * Compiles a JSONata expression. Its input is the object `{ body, headers, statusCode, current, index }`.
 *
 * @param source As the author wrote it, for messages; `text` is the same without a prefix.
 * @throws FerruleError EXPRESSION_SYNTAX.
 */
export function compileJsonata(source: string, text: string, options: JsonataOptions): CompiledExpression {
  const syntax = checkJsonata(text);
  if (syntax !== undefined) throw syntaxError(source, syntax, options.pointer);
  const run = options.trusted === false ? runInSandbox(text, options) : runInProcess(text);
  return {
    source,
    language: 'jsonata',
    isAsync: true,
    async evaluate(scope: ExpressionScope, { budget }: EvaluateOptions = {}) {
      const limits = toLimits({ ...defaultExpressionBudget, ...options.budget, ...budget });
      const outcome = await run(toInput(scope), limits);
      if (outcome.ok) return outcome.value;
      throw evaluationError(source, outcome.problem, options.pointer, limits);
    },
  };
}

type Run = (input: unknown, limits: JsonataLimits) => Promise<JsonataOutcome>;

function runInProcess(text: string): Run {
  return (input, limits) => evaluateJsonata(prepareJsonata(text, limits), input, limits);
}

function runInSandbox(text: string, { sandbox }: JsonataOptions): Run {
  return async (input, limits) => {
    const target = sandbox ?? (await loadProcessSandbox());
    return target.run({ source: text, input, limits }, Math.max(SANDBOX_DEADLINE_MS, limits.timeoutMs));
  };
}

/** Loaded when first needed, for what starts processes takes 3 ms to load. */
async function loadProcessSandbox(): Promise<ExpressionSandbox> {
  const { processSandbox } = await import('./expression-sandbox.ts');
  return processSandbox();
}

/** Absent members are left out, so that JSONata sees nothing rather than undefined. */
function toInput({ body, headers, statusCode, current, index }: ExpressionScope): unknown {
  const input = { body, headers, statusCode, current, index };
  return Object.fromEntries(Object.entries(input).filter(([, value]) => value !== undefined));
}

function toLimits(budget: ExpressionBudget): JsonataLimits {
  return {
    timeoutMs: budget.maxTimeMs,
    maxStack: MAX_STACK,
    maxSequence: budget.maxArrayLength,
    maxDepth: budget.maxDepth,
    maxCells: budget.maxCells,
  };
}

function syntaxError(source: string, problem: JsonataProblem, pointer: string): FerruleError {
  const { code, position, message } = problem;
  const place = position === undefined ? '' : ` at character ${position}`;
  return new FerruleError(
    'EXPRESSION_SYNTAX',
    `The JSONata expression ${quote(source)} cannot be read${place}: ${message ?? 'it is nested too deeply'}`,
    { pointer, details: { jsonata: code, ...(position === undefined ? {} : { position }) } },
  );
}

function evaluationError(
  source: string,
  { code, position, token }: JsonataProblem,
  pointer: string,
  limits: JsonataLimits,
): FerruleError {
  const limit = Object.hasOwn(spent, code) ? spent[code] : undefined;
  if (limit !== undefined) {
    return new FerruleError(
      'EXPRESSION_BUDGET',
      `The JSONata expression ${quote(source)} needs more than its budget allows (${limit})`,
      { pointer, details: { limit, jsonata: code, ...limits } },
    );
  }
  const meaning = Object.hasOwn(meanings, code) ? meanings[code] : `JSONata reports ${code}`;
  const place = position === undefined ? '' : ` at character ${position}`;
  const near = token === undefined ? '' : `, near "${token}"`;
  return new FerruleError(
    'EXPRESSION_FAILED',
    `The JSONata expression ${quote(source)} failed${place}${near}: ${meaning}`,
    { pointer, details: { jsonata: code } },
  );
}
