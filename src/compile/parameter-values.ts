import type { Parameter } from './parameters.ts';

/**
 * The values that one call gives to parameters, by the number of the parameter: a Map that is made and asked for every
 * call costs several times as much. A value is never undefined; a parameter that was not given has none.
 */
export class ParameterValues implements Iterable<readonly [Parameter, unknown]> {
  readonly #parameters: readonly Parameter[];
  readonly #values: unknown[];

  /** `parameters` are all that may be given, numbered from 0. */
  constructor(parameters: readonly Parameter[]) {
    this.#parameters = parameters;
    this.#values = new Array(parameters.length);
  }

  get(parameter: Parameter): unknown {
    return this.#values[parameter.index];
  }

  at(index: number): unknown {
    return this.#values[index];
  }

  set(parameter: Parameter, value: unknown): void {
    this.#values[parameter.index] = value;
  }

  *[Symbol.iterator](): Iterator<readonly [Parameter, unknown]> {
    for (const parameter of this.#parameters) {
      const value = this.get(parameter);
      if (value !== undefined) yield [parameter, value];
    }
  }
}
