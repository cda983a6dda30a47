import { toKey, toText } from './coercion.ts';
import { type Method, type MethodTable, method } from './function-types.ts';
import { isOwn } from './own-property.ts';

/** A primitive argument: the built-in turns it into what it needs. */
type Given = never;

export const numberMethods: MethodTable<number> = {
  toExponential: method<number>('n', (number, [digits]) => number.toExponential(digits as Given)),
  toFixed: method<number>('n', (number, [digits]) => number.toFixed(digits as Given)),
  toPrecision: method<number>('n', (number, [digits]) => number.toPrecision(digits as Given)),
  toString: method<number>('n', (number, [radix]) => number.toString(radix as Given)),
};

export const booleanMethods: MethodTable<boolean> = {
  toString: method('', boolean => String(boolean)),
};

export const bigintMethods: MethodTable<bigint> = {
  toString: method<bigint>('n', (integer, [radix]) => integer.toString(radix as Given)),
};

export const objectMethods: MethodTable<object> = {
  toString: method<object>('', (object, _, meter) => toText(object, meter)),
};

/** Methods of any value that is not null or undefined. */
export const commonMethods: MethodTable<unknown> = {
  hasOwnProperty: method('x', (value, [key], meter) => isOwn(value as object, toKey(key, meter))),
};

/** The allowed methods of dates; those without UTC read the host's time zone, as in JavaScript. */
export const dateMethods: MethodTable<Date> = {
  getDate: reading(date => date.getDate()),
  getDay: reading(date => date.getDay()),
  getFullYear: reading(date => date.getFullYear()),
  getHours: reading(date => date.getHours()),
  getMilliseconds: reading(date => date.getMilliseconds()),
  getMinutes: reading(date => date.getMinutes()),
  getMonth: reading(date => date.getMonth()),
  getSeconds: reading(date => date.getSeconds()),
  getTime: reading(date => date.getTime()),
  getTimezoneOffset: reading(date => date.getTimezoneOffset()),
  getUTCDate: reading(date => date.getUTCDate()),
  getUTCDay: reading(date => date.getUTCDay()),
  getUTCFullYear: reading(date => date.getUTCFullYear()),
  getUTCHours: reading(date => date.getUTCHours()),
  getUTCMilliseconds: reading(date => date.getUTCMilliseconds()),
  getUTCMinutes: reading(date => date.getUTCMinutes()),
  getUTCMonth: reading(date => date.getUTCMonth()),
  getUTCSeconds: reading(date => date.getUTCSeconds()),
  toISOString: reading(date => date.toISOString()),
  toJSON: reading(date => date.toJSON()),
  toString: reading(date => date.toString()),
  toUTCString: reading(date => date.toUTCString()),
  valueOf: reading(date => date.valueOf()),
};

function reading(read: (date: Date) => unknown): Method<Date> {
  return method('', date => read(date));
}
