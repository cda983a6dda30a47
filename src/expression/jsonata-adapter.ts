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
  /** Cells of the result: one per element and member, one per 8 characters. */
  readonly maxCells: number;
}

/** Why a JSONata expression gave no value, as plain data that can leave a worker. */
export interface JsonataProblem {
  /** JSONata's own code, such as `T2001`; `depth`, `size` and `stack` are ours. */
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
    return { ok: true, value: toPlain(result, { ...limits, cells: 0 }, 0) };
  } catch (error) {
    return { ok: false, problem: toProblem(error, false) };
  }
}

/** Thrown as JSONata throws: objects with a code. */
const tooDeep = { code: 'depth' };
const tooLarge = { code: 'size' };

interface PlainLimits {
  readonly maxDepth: number;
  readonly maxCells: number;
  cells: number;
}

/**
 * A copy without what JSONata adds: its lists carry a `push` and flags, its objects have no prototype, its functions
 * are values. Texts are counted before anything copies them: JSONata can join up a text of half a gigabyte in no time.
 */
function toPlain(value: unknown, limits: PlainLimits, depth: number): unknown {
  if (typeof value === 'function' || typeof value === 'symbol') return undefined;
  limits.cells += typeof value === 'string' ? 1 + value.length / 8 : 1;
  if (limits.cells > limits.maxCells) throw tooLarge;
  if (typeof value !== 'object' || value === null) return value;
  if (Object.hasOwn(value, '_jsonata_lambda') || Object.hasOwn(value, '_jsonata_function')) return undefined;
  if (depth > limits.maxDepth) throw tooDeep;
  if (Array.isArray(value)) return value.map(element => toPlain(element, limits, depth + 1));
  const copy: Record<string, unknown> = {};
  for (const [key, member] of Object.entries(value)) {
    limits.cells += key.length / 8;
    defineMember(copy, key, toPlain(member, limits, depth + 1));
  }
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
