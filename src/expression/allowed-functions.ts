import { arrayMethods } from './array-methods.ts';
import type { Method, MethodsByKind, MethodTable } from './function-types.ts';
import type { ValueKind } from './own-property.ts';
import {
  bigintMethods,
  booleanMethods,
  commonMethods,
  dateMethods,
  numberMethods,
  objectMethods,
} from './scalar-methods.ts';
import { staticConstants, staticFunctions } from './static-functions.ts';
import { stringMethods } from './string-methods.ts';

/** Functions that change their list in place; the message for each names what to write instead. */
export const mutatingMethods: Readonly<Record<string, string>> = {
  copyWithin: 'a new list, [...list]',
  fill: 'list.map(() => value)',
  push: '[...list, element]',
  splice: 'list.slice() and list.filter()',
  unshift: '[element, ...list]',
};

/** The kinds of values with methods, in the order of the documentation. */
export const methodTables: readonly (readonly [kind: ValueKind, table: MethodTable<never>])[] = [
  ['string', stringMethods],
  ['array', arrayMethods],
  ['number', numberMethods],
  ['bigint', bigintMethods],
  ['boolean', booleanMethods],
  ['date', dateMethods],
  ['object', objectMethods],
];

/** The methods called `name`, by kind of value; undefined when no value has one. */
export function methodsNamed(name: string): MethodsByKind | undefined {
  const found: Partial<Record<ValueKind, Method<unknown>>> = {};
  for (const [kind, table] of methodTables) {
    const entry = ownEntry(table, name) ?? ownEntry(commonMethods, name);
    if (entry !== undefined) found[kind] = entry as Method<unknown>;
  }
  return Object.keys(found).length === 0 ? undefined : found;
}

/** Every name of a method, for suggestions. */
export function methodNames(): readonly string[] {
  return [...methodTables, ['object', commonMethods] as const].flatMap(([, table]) => Object.keys(table));
}

/** Every name that stands by itself, functions and constants: `Math.max`. */
export function staticNames(): readonly string[] {
  return [...Object.keys(staticFunctions), ...Object.keys(staticConstants)];
}

/** The first words of those names: `Math`, `parseInt`. */
export function staticOwners(): ReadonlySet<string> {
  return new Set(['Date', ...staticNames().map(name => name.split('.')[0] ?? name)]);
}

export function ownEntry<Entry>(table: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
