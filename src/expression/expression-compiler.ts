import { LruMap } from '../base/lru-map.ts';
import { type CompileExpressionOptions, compileExpression } from './compile-expression.ts';
import type { CompiledExpression } from './expression.ts';

/** What a place in a definition says of the expression that stands there. */
export type ExpressionPlacing = Pick<CompileExpressionOptions, 'pointer' | 'context' | 'language'>;

/** Expressions that are found again: those of many connections made from one template are the same. */
const MAX_EXPRESSIONS = 1_000;

/**
 * Compiles expressions, once where the same one stands at the same place of several definitions: what is compiled
 * depends on nothing else, and holds nothing of a connection.
 */
export class ExpressionCompiler {
  readonly #trusted: boolean;
  readonly #known = new LruMap<string, CompiledExpression>(MAX_EXPRESSIONS);

  /** `trusted`: see `CompileExpressionOptions`. */
  constructor(trusted: boolean) {
    this.#trusted = trusted;
  }

  /** @throws FerruleError as `compileExpression` does. */
  compile(source: string, placing: ExpressionPlacing): CompiledExpression {
    const { pointer, context, language = '' } = placing;
    const key = JSON.stringify([source, pointer, context, language]);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const expression = compileExpression(source, { ...placing, trusted: this.#trusted });
    this.#known.set(key, expression);
    return expression;
  }
}
