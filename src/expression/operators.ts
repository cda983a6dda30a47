import type { BinaryOperator } from 'acorn';
import { type Primitive, toKey, toNumber, toPrimitive } from './coercion.ts';
import type { Meter } from './meter.ts';
import { describeKind, isOwn } from './own-property.ts';

type Binary = (left: unknown, right: unknown, meter: Meter) => unknown;

/** Texts up to this length are compared without a charge. */
const FREE_COMPARISON_LENGTH = 64;

/** The meaning of a binary operator; undefined when the language has no such operator. */
export function binaryOperator(operator: BinaryOperator): Binary | undefined {
  return Object.hasOwn(operators, operator) ? operators[operator] : undefined;
}

/** The operators of the language, for messages. */
export const unaryOperators: Readonly<Record<string, (value: unknown, meter: Meter) => unknown>> = {
  '!': value => !value,
  typeof: value => typeof value,
  '+': (value, meter) => toNumber(value, meter),
  '-': (value, meter) => (typeof value === 'bigint' ? -value : -toNumber(value, meter)),
  '~': (value, meter) => ~toNumber(value, meter),
};

const operators: Readonly<Partial<Record<string, Binary>>> = {
  '+': add,
  '-': (left, right, meter) => {
    if (typeof left === 'number' && typeof right === 'number') return left - right;
    if (typeof left === 'bigint' && typeof right === 'bigint') return left - right;
    return numeric(left, right, meter, (a, b) => a - b);
  },
  '*': arithmetic((a, b) => a * b),
  '/': arithmetic((a, b) => a / b),
  '%': arithmetic((a, b) => a % b),
  '**': arithmetic((a, b) => a ** b),
  '&': arithmetic((a, b) => a & b),
  '|': arithmetic((a, b) => a | b),
  '^': arithmetic((a, b) => a ^ b),
  '<<': arithmetic((a, b) => a << b),
  '>>': arithmetic((a, b) => a >> b),
  '>>>': arithmetic((a, b) => a >>> b),
  '<': comparison((a, b) => a < b),
  '<=': comparison((a, b) => a <= b),
  '>': comparison((a, b) => a > b),
  '>=': comparison((a, b) => a >= b),
  '===': strictEquals,
  '!==': (left, right, meter) => !strictEquals(left, right, meter),
  '==': looseEquals,
  '!=': (left, right, meter) => !looseEquals(left, right, meter),
  in: (left, right, meter) => {
    if (typeof right === 'object' && right !== null) return isOwn(right, toKey(left, meter));
    throw meter.failure('the right side of "in" must be an object', { found: describeKind(right) });
  },
};

/** `===`; equal texts are compared character by character, so long ones are charged. */
export function strictEquals(left: unknown, right: unknown, meter: Meter): boolean {
  if (typeof left === 'string' && typeof right === 'string') chargeComparison(left, right, meter);
  return left === right;
}

/** Charges comparing two texts. */
export function chargeComparison(left: string, right: string, meter: Meter): void {
  const length = Math.min(left.length, right.length);
  if (length > FREE_COMPARISON_LENGTH) meter.scan(length);
}

function add(left: unknown, right: unknown, meter: Meter): unknown {
  if (typeof left === 'number' && typeof right === 'number') return left + right;
  const first = toPrimitive(left, 'default', meter);
  const second = toPrimitive(right, 'default', meter);
  if (typeof first !== 'string' && typeof second !== 'string') {
    if (typeof first === 'bigint' && typeof second === 'bigint') return first + second;
    return toNumber(first, meter) + toNumber(second, meter);
  }
  const head = String(first);
  const tail = String(second);
  // The engine joins texts by reference, so only the shorter side counts as new.
  meter.text(head.length + tail.length, Math.min(head.length, tail.length));
  return head + tail;
}

function arithmetic(compute: (left: number, right: number) => number): Binary {
  return (left, right, meter) =>
    typeof left === 'number' && typeof right === 'number'
      ? compute(left, right)
      : numeric(left, right, meter, compute);
}

function numeric(
  left: unknown,
  right: unknown,
  meter: Meter,
  compute: (left: number, right: number) => number,
): number {
  const first = toNumber(left, meter);
  return compute(first, toNumber(right, meter));
}

/** Relational comparison (ECMAScript section 7.2.12). */
function comparison(compare: (left: string | number, right: string | number) => boolean): Binary {
  return (left, right, meter) => {
    if (typeof left === 'number' && typeof right === 'number') return compare(left, right);
    const first = toPrimitive(left, 'number', meter);
    const second = toPrimitive(right, 'number', meter);
    chargeMixed(first, second, meter);
    // The engine compares all primitives with these operators, not only texts and numbers.
    return compare(first as string, second as string);
  };
}

/** IsLooselyEqual (ECMAScript section 7.2.13). Two objects are equal when they are the same. */
function looseEquals(left: unknown, right: unknown, meter: Meter): boolean {
  if (isObject(left) === isObject(right)) {
    if (!isObject(left)) chargeMixed(left as Primitive, right as Primitive, meter);
    // biome-ignore lint/suspicious/noDoubleEquals: this is the operator itself
    return left == right;
  }
  if (left === null || left === undefined || right === null || right === undefined) return false;
  const first = toPrimitive(left, 'default', meter);
  const second = toPrimitive(right, 'default', meter);
  chargeMixed(first, second, meter);
  // biome-ignore lint/suspicious/noDoubleEquals: this is the operator itself
  return first == second;
}

/** Charges comparing primitives: long texts are compared by character or read as a number first. */
function chargeMixed(left: Primitive, right: Primitive, meter: Meter): void {
  if (typeof left === 'string' && typeof right === 'string') chargeComparison(left, right, meter);
  else if (typeof left === 'string') meter.spend(1 + left.length / 8);
  else if (typeof right === 'string') meter.spend(1 + right.length / 8);
}

function isObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null;
}
