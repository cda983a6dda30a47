import { createRequire } from 'node:module';
import type { Expression } from 'acorn';
import { once } from '../base/once.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import { quote } from './meter.ts';

/** Brackets are kept as nodes, so that the end of the outermost node is the end of what was read. */
const OPTIONS = { ecmaVersion: 2024, sourceType: 'script', preserveParens: true } as const;
const MAX_SNIPPET = 20;

const loadAcorn = once(() => createRequire(import.meta.url)('acorn') as typeof import('acorn'));

/**
 * Parses one JavaScript expression. One semicolon at the end is tolerated.
 *
 * @throws FerruleError EXPRESSION_SYNTAX with the position, counted in characters from 1.
 */
export function parseJavaScript(source: string, pointer: string): Expression {
  // Acorn takes 7 ms to load; expressions that are only a path never get here.
  const acorn = loadAcorn();
  try {
    const expression = acorn.parseExpressionAt(source, 0, OPTIONS);
    assertNothingFollows(acorn, source, expression, pointer);
    return expression;
  } catch (error) {
    if (error instanceof FerruleError) throw error;
    if (error instanceof RangeError) throw nestingError(source, pointer, error);
    if (error instanceof SyntaxError) throw syntaxError(source, positionOf(error, source), pointer, error);
    throw error;
  }
}

/** The node inside its brackets. */
export function withoutBrackets(node: Expression): Expression {
  let inner = node;
  while (inner.type === 'ParenthesizedExpression') inner = inner.expression;
  return inner;
}

/** The error for a source that is nested too deeply to be read. */
export function nestingError(source: string, pointer: string, cause?: unknown): FerruleError {
  return new FerruleError('EXPRESSION_SYNTAX', `The expression ${quote(source)} is nested too deeply`, {
    pointer,
    cause,
    hint: 'Use fewer brackets and operators within each other.',
  });
}

function assertNothingFollows(
  acorn: typeof import('acorn'),
  source: string,
  expression: Expression,
  pointer: string,
): void {
  if (expression.end === source.length) return;
  const rest = acorn.tokenizer(source.slice(expression.end), OPTIONS);
  let token = rest.getToken();
  if (token.type === acorn.tokTypes.semi) token = rest.getToken();
  if (token.type === acorn.tokTypes.eof) return;
  throw syntaxError(source, expression.end + token.start, pointer);
}

function syntaxError(source: string, position: number, pointer: string, cause?: unknown): FerruleError {
  const snippet = source.slice(position).trim().slice(0, MAX_SNIPPET);
  return new FerruleError(
    'EXPRESSION_SYNTAX',
    `The expression ${quote(source)} cannot be read at character ${position + 1}`,
    {
      pointer,
      cause,
      found: snippet === '' ? 'the end of the expression' : snippet,
      details: { position },
      ...(source.trim() === '' ? { expected: 'an expression' } : {}),
    },
  );
}

function positionOf(error: SyntaxError, source: string): number {
  const position: unknown = 'pos' in error ? error.pos : undefined;
  return typeof position === 'number' ? position : source.length;
}
