import { once } from '../base/once.ts';
import { arrayMethods } from './array-methods.ts';
import type { ExpressionPlace } from './expression.ts';
import type { Method, MethodsByKind, MethodTable, StaticFunction } from './function-types.ts';
import { libraryFunctions, volatileFunctions } from './library-functions.ts';
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

/** The function of that name. The library is for expressions about credentials; outputs have no use for it. */
export function functionNamed(name: string, place: ExpressionPlace): StaticFunction | undefined {
  return (
    ownEntry(staticFunctions, name) ?? (hasLibrary(place) ? ownEntry(libraryFunctions, name) : undefined)
  );
}

/** True for functions whose result depends on time or chance. */
export function isVolatile(name: string): boolean {
  return name === 'Date.now' || volatileFunctions.has(name);
}

/** Every name that stands by itself, functions and constants: `Math.max`. */
export function staticNames(place: ExpressionPlace): readonly string[] {
  const library = hasLibrary(place) ? Object.keys(libraryFunctions) : [];
  return [...Object.keys(staticFunctions), ...Object.keys(staticConstants), ...library];
}

/** The first words of those names: `Math`, `parseInt`. */
export function staticOwners(place: ExpressionPlace): ReadonlySet<string> {
  return hasLibrary(place) ? ownersWithLibrary() : owners();
}

const owners = once(() => toOwners(staticNames('response')));
const ownersWithLibrary = once(() => toOwners(staticNames('value')));

function toOwners(names: readonly string[]): ReadonlySet<string> {
  return new Set(['Date', ...names.map(name => name.split('.')[0] ?? name)]);
}

function hasLibrary(place: ExpressionPlace): boolean {
  return place === 'token' || place === 'value' || place === 'signing';
}

export function ownEntry<Entry>(table: Readonly<Record<string, Entry>>, name: string): Entry | undefined {
  return Object.hasOwn(table, name) ? table[name] : undefined;
}
