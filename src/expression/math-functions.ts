import { toNumber } from './coercion.ts';
import { type StaticFunction, type StaticTable, staticFunction } from './function-types.ts';

/** The allowed functions of Math: those that always give the same for the same. */
export const mathFunctions: StaticTable = {
  'Math.abs': ofOne(Math.abs),
  'Math.cbrt': ofOne(Math.cbrt),
  'Math.ceil': ofOne(Math.ceil),
  'Math.exp': ofOne(Math.exp),
  'Math.floor': ofOne(Math.floor),
  'Math.hypot': ofMany(numbers => Math.hypot(...numbers)),
  'Math.log': ofOne(Math.log),
  'Math.log10': ofOne(Math.log10),
  'Math.log2': ofOne(Math.log2),
  'Math.max': ofMany(numbers => Math.max(...numbers)),
  'Math.min': ofMany(numbers => Math.min(...numbers)),
  'Math.pow': staticFunction(
    'xx',
    ([base, exponent], meter) => toNumber(base, meter) ** toNumber(exponent, meter),
  ),
  'Math.round': ofOne(Math.round),
  'Math.sign': ofOne(Math.sign),
  'Math.sqrt': ofOne(Math.sqrt),
  'Math.trunc': ofOne(Math.trunc),
};

function ofOne(compute: (number: number) => number): StaticFunction {
  return staticFunction('x', ([value], meter) => compute(toNumber(value, meter)));
}

function ofMany(compute: (numbers: readonly number[]) => number): StaticFunction {
  return staticFunction('x*', (values, meter) => compute(values.map(value => toNumber(value, meter))));
}
