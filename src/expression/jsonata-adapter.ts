import { createRequire } from 'node:module';
import type { Expression } from 'jsonata';
import { defineMember } from './own-property.ts';

/** JSONata's own limits. It looks at them between steps, so a single built-in or regular expression can overrun. */
export interface JsonataLimits {
  readonly timeoutMs: number;
  readonly maxStack: number;
  readonly maxSequence: number;
  /** Levels of nesting of the result. */
  readonly maxDepth: number;
}

/** Why a JSONata expression gave no value, as plain data that can leave a worker. */
export interface JsonataProblem {
  /** JSONata's own code, such as `T2001`; `depth` and `stack` are ours. */
  readonly code: string;
  /** Characters from 0. */
  readonly position?: number;
  /** The name or sign of the source that failed. */
  readonly token?: string;
  /** JSONata's sentence, for syntax errors only: at run time it can quote the data. */
  readonly message?: string;
}

export type JsonataOutcome =
  | { readonly ok: true; readonly value: unknown }
  | { readonly ok: false; readonly problem: JsonataProblem };

/** Parses `source`, to find its syntax errors. */
export function checkJsonata(source: string): JsonataProblem | undefined {
  try {
    loadJsonata()(source);
    return undefined;
  } catch (error) {
    const { code, position, message } = toProblem(error, true);
    return {
      code,
      ...(position === undefined ? {} : { position }),
      ...(message === undefined ? {} : { message }),
    };
  }
}

/** Compiles `source` for {@link evaluateJsonata}. It must have passed {@link checkJsonata}. */
export function prepareJsonata(source: string, limits: JsonataLimits): Expression {
  return loadJsonata()(source, {
    timeout: limits.timeoutMs,
    stack: limits.maxStack,
    sequence: limits.maxSequence,
  });
}

/** Evaluates and cleans the result. Never rejects. */
export async function evaluateJsonata(
  expression: Expression,
  input: unknown,
  limits: JsonataLimits,
): Promise<JsonataOutcome> {
  try {
    const result: unknown = await expression.evaluate(input);
    return { ok: true, value: toPlain(result, limits.maxDepth) };
  } catch (error) {
    return { ok: false, problem: toProblem(error, false) };
  }
}

/** Thrown as JSONata throws: an object with a code. */
const tooDeep = { code: 'depth' };

/**
 * A copy without what JSONata adds: its lists carry a `push` and flags, its objects have no prototype, its functions
 * are values.
 */
function toPlain(value: unknown, levels: number): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  if (typeof value !== 'object' || value === null) return value;
  if ('_jsonata_lambda' in value || '_jsonata_function' in value) return undefined;
  if (levels < 0) throw tooDeep;
  if (Array.isArray(value)) return value.map(element => toPlain(element, levels - 1));
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) defineMember(copy, key, toPlain(member, levels - 1));
  return copy;
}

/** JSONata throws plain objects with a code; a stack overflow is a RangeError. */
function toProblem(error: unknown, isSyntax: boolean): JsonataProblem {
  if (error instanceof RangeError) return { code: 'stack' };
  const fields = (typeof error === 'object' && error !== null ? error : {}) as Readonly<
    Record<string, unknown>
  >;
  const { code, position, token, message } = fields;
  return {
    code: typeof code === 'string' ? code : 'unknown',
    ...(typeof position === 'number' ? { position } : {}),
    ...(typeof token === 'string' ? { token } : {}),
    ...(isSyntax && typeof message === 'string' ? { message } : {}),
  };
}

/** JSONata takes 10 ms to load, so only expressions in that language load it. */
function loadJsonata(): typeof import('jsonata') {
  return createRequire(import.meta.url)('jsonata') as typeof import('jsonata');
}
