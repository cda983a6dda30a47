import { toElements, toKey, toNumber, toPrimitive, toText } from './coercion.ts';
import { type Callback, type StaticFunction, type StaticTable, staticFunction } from './function-types.ts';
import { parseJson, stringifyJson } from './json-functions.ts';
import { mathFunctions } from './math-functions.ts';
import type { Meter } from './meter.ts';
import { defineMember, describeKind, isOwn, readMember } from './own-property.ts';

/** A primitive argument: the built-in turns it into what it needs. */
type Given = never;

/** Adding a member to an object that has many takes 1 µs and more. */
const STEPS_PER_MEMBER = 12;

/** The allowed functions that stand by themselves, by their full name. */
export const staticFunctions: StaticTable = {
  ...mathFunctions,
  'Array.from': staticFunction('xF', ([source, callback], meter) => {
    const elements = toArrayElements(source, meter);
    meter.list(elements.length);
    return callback === undefined
      ? [...elements]
      : elements.map((element, index) => (callback as Callback)(element, index));
  }),
  'Array.isArray': staticFunction('x', ([value]) => Array.isArray(value)),
  'Array.of': staticFunction('x*', elements => [...elements]),
  Boolean: staticFunction('x', ([value]) => Boolean(value)),
  'Date.UTC': staticFunction('n*', parts => Date.UTC(...(parts as [Given]))),
  'Date.now': staticFunction('', (_, meter) => meter.clock.now()),
  'Date.parse': staticFunction('t', ([text], meter) => Date.parse(scanned(text, meter))),
  'JSON.parse': staticFunction('x', ([text], meter) => parseJson(text, meter)),
  'JSON.stringify': staticFunction('xxx', stringifyJson),
  Number: staticFunction('x*', (args, meter) => (args.length === 0 ? 0 : numberOf(args[0], meter))),
  'Number.isFinite': staticFunction('x', ([value]) => Number.isFinite(value)),
  'Number.isInteger': staticFunction('x', ([value]) => Number.isInteger(value)),
  'Number.isNaN': staticFunction('x', ([value]) => Number.isNaN(value)),
  'Number.isSafeInteger': staticFunction('x', ([value]) => Number.isSafeInteger(value)),
  'Number.parseFloat': staticFunction('t', parseFloatOf),
  'Number.parseInt': staticFunction('tn', parseIntOf),
  'Object.assign': staticFunction('x*', ([target, ...sources], meter) => {
    const result: Record<string, unknown> = {};
    if (target === null || target === undefined)
      throw meter.failure('Object.assign() needs an object', found(target));
    for (const source of [target, ...sources]) spreadInto(result, source, meter);
    return result;
  }),
  'Object.entries': listing(entry => entry),
  'Object.fromEntries': staticFunction('x', ([entries], meter) => fromEntries(entries, meter)),
  'Object.hasOwn': staticFunction('xx', ([value, key], meter) => {
    if (value === null || value === undefined)
      throw meter.failure('Object.hasOwn() needs an object', found(value));
    return isOwn(value, toKey(key, meter));
  }),
  'Object.keys': listing(([key]) => key),
  'Object.values': listing(([, value]) => value),
  String: staticFunction('x*', (args, meter) => (args.length === 0 ? '' : toText(args[0], meter))),
  'String.fromCharCode': characters(code => String.fromCharCode(code)),
  'String.fromCodePoint': characters(code => String.fromCodePoint(code)),
  atob: coding(1, atob),
  btoa: coding(2, btoa),
  decodeURI: coding(1, decodeURI),
  decodeURIComponent: coding(1, decodeURIComponent),
  encodeURI: coding(9, encodeURI),
  encodeURIComponent: coding(9, encodeURIComponent),
  isFinite: staticFunction('x', ([value], meter) => Number.isFinite(toNumber(value, meter))),
  isNaN: staticFunction('x', ([value], meter) => Number.isNaN(toNumber(value, meter))),
  parseFloat: staticFunction('t', parseFloatOf),
  parseInt: staticFunction('tn', parseIntOf),
};

/** Values that stand by themselves. */
export const staticConstants: Readonly<Record<string, number>> = {
  'Math.E': Math.E,
  'Math.LN10': Math.LN10,
  'Math.LN2': Math.LN2,
  'Math.PI': Math.PI,
  'Math.SQRT2': Math.SQRT2,
  'Number.EPSILON': Number.EPSILON,
  'Number.MAX_SAFE_INTEGER': Number.MAX_SAFE_INTEGER,
  'Number.MAX_VALUE': Number.MAX_VALUE,
  'Number.MIN_SAFE_INTEGER': Number.MIN_SAFE_INTEGER,
  'Number.MIN_VALUE': Number.MIN_VALUE,
  'Number.NaN': Number.NaN,
  'Number.NEGATIVE_INFINITY': Number.NEGATIVE_INFINITY,
  'Number.POSITIVE_INFINITY': Number.POSITIVE_INFINITY,
};

/** Copies the own members of an object, a list or a text, as `{...source}` does. */
export function spreadInto(target: Record<string, unknown>, source: unknown, meter: Meter): void {
  if (source === null || source === undefined) return;
  if (typeof source !== 'object' && typeof source !== 'string') return;
  const keys = ownKeys(source, meter);
  meter.spend(keys.length * STEPS_PER_MEMBER);
  for (const key of keys) defineMember(target, key, readMember(source, key));
}

function ownKeys(value: NonNullable<unknown>, meter: Meter): readonly string[] {
  if (Array.isArray(value) || typeof value === 'string') meter.list(value.length);
  const keys = Object.keys(value);
  meter.list(keys.length);
  return keys;
}

function listing(select: (entry: [key: string, value: unknown]) => unknown): StaticFunction {
  return staticFunction('x', ([value], meter) => {
    if (value === null || value === undefined) {
      throw meter.failure('Object.keys(), values() and entries() need an object', found(value));
    }
    return ownKeys(value, meter).map(key => select([key, readMember(value, key)]));
  });
}

function fromEntries(entries: unknown, meter: Meter): unknown {
  const result: Record<string, unknown> = {};
  const elements = toElements(entries, meter);
  meter.list(elements.length);
  meter.spend(elements.length * STEPS_PER_MEMBER);
  for (const entry of elements) {
    if (typeof entry !== 'object' || entry === null) {
      throw meter.failure('Object.fromEntries() needs a list of [name, value] pairs', found(entry));
    }
    defineMember(result, String(toKey(readMember(entry, 0), meter)), readMember(entry, 1));
  }
  return result;
}

/** What Array.from takes: a list, a text, or an object with a length. */
function toArrayElements(source: unknown, meter: Meter): readonly unknown[] {
  if (Array.isArray(source) || typeof source === 'string') return toElements(source, meter);
  if (source === null || source === undefined)
    throw meter.failure('Array.from() needs a list', found(source));
  const length = Math.max(0, Math.trunc(toNumber(readMember(source, 'length'), meter)) || 0);
  meter.list(length);
  return Array.from({ length }, (_, index) => readMember(source, index));
}

function characters(toCharacter: (code: number) => string): StaticFunction {
  return staticFunction('n*', (codes, meter) => {
    meter.text(codes.length * 2);
    return codes.map(code => toCharacter(code as number)).join('');
  });
}

/** An encoder or decoder of text whose result is at most `growth` times as long. */
function coding(growth: number, code: (text: string) => string): StaticFunction {
  return staticFunction('t', ([value], meter) => {
    const text = String(value);
    meter.spend(1 + (text.length * growth) / 16);
    meter.allocate(text.length / 8);
    const result = code(text);
    meter.text(result.length);
    return result;
  });
}

function parseIntOf([text, radix]: readonly unknown[], meter: Meter): number {
  return Number.parseInt(scanned(text, meter), radix as Given);
}

function parseFloatOf([text]: readonly unknown[], meter: Meter): number {
  return Number.parseFloat(scanned(text, meter));
}

function numberOf(value: unknown, meter: Meter): number {
  const primitive = toPrimitive(value, 'number', meter);
  return typeof primitive === 'bigint' ? Number(primitive) : toNumber(primitive, meter);
}

function scanned(value: unknown, meter: Meter): string {
  const text = String(value);
  meter.scan(text.length);
  return text;
}

function found(value: unknown): { readonly found: string } {
  return { found: describeKind(value) };
}
