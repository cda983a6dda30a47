import type { Meter } from './meter.ts';
import type { ValueKind } from './own-property.ts';

/** An arrow function of the source, or a listed function given by name, ready to be called with an element. */
export type Callback = (...values: readonly unknown[]) => unknown;

/**
 * How the arguments of a function are prepared, one letter for each. `t`: as a primitive, preferably a text;
 * `n`: as a primitive, preferably a number; `x`: as it is; `f`: a function, `F`: a function or nothing; `g`: a function
 * or a text; `r`: a regular expression, `R`: one or a text. `t*`, `n*`, `x*`: any number of them.
 * Undefined stays undefined, so that a built-in's own default holds.
 */
export type ArgumentForm = string;

/** A function of the allow list, called on a value: `text.split(',')`. */
export interface Method<Receiver> {
  readonly form: ArgumentForm;
  /** Given prepared arguments. Charges `meter` before it works. */
  call(receiver: Receiver, args: readonly unknown[], meter: Meter): unknown;
}

/** A function of the allow list that stands by itself: `Math.max(1, 2)`. */
export interface StaticFunction {
  readonly form: ArgumentForm;
  call(args: readonly unknown[], meter: Meter): unknown;
}

export type MethodTable<Receiver> = Readonly<Record<string, Method<Receiver>>>;
export type StaticTable = Readonly<Record<string, StaticFunction>>;
export type MethodsByKind = Readonly<Partial<Record<ValueKind, Method<unknown>>>>;

export function method<Receiver>(form: ArgumentForm, call: Method<Receiver>['call']): Method<Receiver> {
  return { form, call };
}

export function staticFunction(form: ArgumentForm, call: StaticFunction['call']): StaticFunction {
  return { form, call };
}
