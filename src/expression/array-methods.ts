import { joinList, toNumber, toText } from './coercion.ts';
import { type Callback, type Method, type MethodTable, method } from './function-types.ts';
import type { Meter } from './meter.ts';
import { chargeComparison, strictEquals } from './operators.ts';

type List = readonly unknown[];
type ListMethod = Method<List>;
type Given = never;

/** The allowed methods of lists. None changes its list: sort, reverse, pop and shift work on a copy. */
export const arrayMethods: MethodTable<List> = {
  at: method('n', (list, [index]) => list.at(index as Given)),
  concat: method('x*', (list, parts, meter) => {
    meter.list(
      parts.reduce((length: number, part) => length + (isList(part) ? part.length : 1), list.length),
    );
    return list.concat(...parts.map((part): List => (isList(part) ? part : [part])));
  }),
  every: method('f', (list, [test]) => list.every(test as Callback)),
  filter: method('f', (list, [test], meter) => charged(list.filter(test as Callback), meter)),
  find: method('f', (list, [test]) => list.find(test as Callback)),
  findIndex: method('f', (list, [test]) => list.findIndex(test as Callback)),
  findLast: method('f', (list, [test]) => list.findLast(test as Callback)),
  findLastIndex: method('f', (list, [test]) => list.findLastIndex(test as Callback)),
  flat: method('n', (list, [depth], meter) => {
    const levels = depth === undefined ? 1 : Math.trunc(Number(depth)) || 0;
    const result: unknown[] = [];
    flatten(list, levels, 1, result, meter);
    return result;
  }),
  flatMap: method('f', (list, [callback], meter) => {
    const result: unknown[] = [];
    for (const [index, element] of list.entries()) {
      const mapped = (callback as Callback)(element, index, list);
      append(result, isList(mapped) ? mapped : [mapped], meter);
    }
    return result;
  }),
  includes: method('xn', (list, [wanted, from], meter) => {
    chargeLookup(list, wanted, meter);
    return list.includes(wanted, from as Given);
  }),
  indexOf: method('xn', (list, [wanted, from], meter) => {
    chargeLookup(list, wanted, meter);
    return list.indexOf(wanted, from as Given);
  }),
  join: method('t', (list, [separator], meter) => {
    return joinList(list, separator === undefined ? ',' : String(separator), meter);
  }),
  // Given undefined as a position, the built-in would search from 0 instead of from the end.
  lastIndexOf: method('xn', (list, args, meter) => {
    chargeLookup(list, args[0], meter);
    return args.length < 2 ? list.lastIndexOf(args[0]) : list.lastIndexOf(args[0], args[1] as Given);
  }),
  map: method('f', (list, [callback], meter) => {
    meter.list(list.length);
    return list.map(callback as Callback);
  }),
  pop: method('', list => list.at(-1)),
  reduce: reducing((list, callback, first) =>
    first.length === 0 ? list.reduce(callback) : list.reduce(callback, first[0]),
  ),
  reduceRight: reducing((list, callback, first) =>
    first.length === 0 ? list.reduceRight(callback) : list.reduceRight(callback, first[0]),
  ),
  reverse: reversing(),
  shift: method('', list => list[0]),
  slice: method('nn', (list, [start, end], meter) => {
    meter.scan(list.length);
    return charged(list.slice(start as Given, end as Given), meter);
  }),
  some: method('f', (list, [test]) => list.some(test as Callback)),
  sort: sorting(),
  toReversed: reversing(),
  toSorted: sorting(),
  toString: method<List>('', (list, _, meter) => joinList(list, ',', meter)),
  with: method('nx', (list, [index, value], meter) => {
    meter.list(list.length);
    return list.with(index as Given, value);
  }),
};

function reversing(): ListMethod {
  return method('', (list, _, meter) => {
    meter.list(list.length);
    return list.toReversed();
  });
}

/** A result is fed to the next call, so nesting can grow with the data: the outcome is checked as it leaves. */
function reducing(reduce: (list: List, callback: Callback, first: List) => unknown): ListMethod {
  return method('fx', (list, [callback, ...first], meter) => {
    meter.needsOutputCopy = true;
    if (list.length > 0 || first.length > 0) return reduce(list, callback as Callback, first);
    throw meter.failure('reduce() of an empty list needs a second argument, the value to begin with');
  });
}

function sorting(): ListMethod {
  return method('F', (list, [compare], meter) => {
    meter.list(list.length);
    if (compare === undefined) return sortByText(list, meter);
    const callback = compare as Callback;
    return list.toSorted((left, right) => toNumber(callback(left, right), meter));
  });
}

/** The order of Array.prototype.sort without a function: by text, undefined last. */
function sortByText(list: List, meter: Meter): List {
  const known = list.filter(element => element !== undefined);
  const keyed = known.map(element => ({ element, key: toText(element, meter) }));
  keyed.sort((left, right) => {
    meter.spend(2);
    chargeComparison(left.key, right.key, meter);
    if (left.key === right.key) return 0;
    return left.key < right.key ? -1 : 1;
  });
  const missing = Array.from({ length: list.length - known.length }, () => undefined);
  return [...keyed.map(({ element }) => element), ...missing];
}

function flatten(list: List, levels: number, depth: number, result: unknown[], meter: Meter): void {
  meter.depth(depth);
  meter.spend(list.length);
  for (const element of list) {
    if (isList(element) && levels >= 1) flatten(element, levels - 1, depth + 1, result, meter);
    else append(result, [element], meter);
  }
}

function append(result: unknown[], elements: List, meter: Meter): void {
  meter.list(elements.length);
  for (const element of elements) result.push(element);
}

/** Charges a list that is no longer than the one it was made of, whose making was charged as work. */
function charged(list: List, meter: Meter): List {
  meter.list(list.length);
  return list;
}

/** Charges comparing each element with `wanted`. */
function chargeLookup(list: List, wanted: unknown, meter: Meter): void {
  meter.spend(list.length / 8);
  if (typeof wanted !== 'string' || wanted.length < 64) return;
  for (const element of list) strictEquals(element, wanted, meter);
}

function isList(value: unknown): value is List {
  return Array.isArray(value);
}
