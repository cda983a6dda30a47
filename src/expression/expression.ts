import type { Clock } from '../base/clock.ts';
import type { ExpressionLanguage } from '../definition/definition.ts';
import type { ExpressionBudget, ExpressionUsage } from './meter.ts';
import type { ScopeReferences } from './scope-roots.ts';

/** What an expression can see. Nothing else exists for it. */
export interface ExpressionScope {
  /** The parsed answer: JSON data, text, or undefined. It is never changed. */
  readonly body: unknown;
  /** By lower-case name; a list where the header was repeated. */
  readonly headers: Readonly<Record<string, string | readonly string[]>>;
  readonly statusCode: number;
  /** The element, in an expression of `children`. */
  readonly current?: unknown;
  /** The element's position from 0, in an expression of `children`. */
  readonly index?: number;
  /** The request as it will be sent, in a `signing` expression. */
  readonly request?: unknown;
  /** What `value` and `token` expressions read by name, plain: see `scope-roots.ts`. */
  readonly parameters?: NamedValues;
  readonly secrets?: NamedValues;
  readonly values?: NamedValues;
  readonly kept?: NamedValues;
}

export type NamedValues = Readonly<Record<string, unknown>>;

/**
 * Where an expression stands. `child` expressions also see `current` and `index`; `token` expressions, which read the
 * answers of token requests, `value` expressions, which compute values before a request, and `signing` expressions,
 * which see the `request` that is being signed, also have the function library and named values.
 */
export type ExpressionPlace = 'response' | 'child' | 'token' | 'value' | 'signing';

export interface EvaluateOptions {
  /** Overrides single limits of the budget given at compile time. */
  readonly budget?: Partial<ExpressionBudget>;
  /** Shares one budget among several evaluations, see `createUsage`. */
  readonly usage?: ExpressionUsage;
  /** Where `new Date()` and `Date.now()` take the time from; the system's clock when left out. */
  readonly clock?: Clock;
  /**
   * True makes time and chance stand still, so that equal inputs give equal values. For naming what does not change,
   * never for what is sent.
   */
  readonly stable?: boolean;
}

export interface CompiledExpression {
  /** As the author wrote it. */
  readonly source: string;
  readonly language: ExpressionLanguage;
  /** True for JSONata: `evaluate` gives a promise. */
  readonly isAsync: boolean;
  /** The names it reads, for `value` and `token` expressions in JavaScript. */
  readonly references?: ScopeReferences;
  /**
   * The value: JSON-like data, or undefined. Parts of the scope are handed out as they are, not copied.
   *
   * @throws FerruleError EXPRESSION_FAILED when the data does not fit the expression, EXPRESSION_BUDGET when it
   *   needs more than its budget. A promise rejects with the same.
   */
  evaluate(scope: ExpressionScope, options?: EvaluateOptions): unknown;
}
