import { createRequire } from 'node:module';
import { inspect, isDeepStrictEqual } from 'node:util';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FerruleError } from '../../src/errors.ts';
import { util } from '../../src/spectral/index.ts';
import { failureOf } from '../support/failure-of.ts';

type Conversion = (...args: unknown[]) => unknown;

const ours = util.types as unknown as Readonly<Record<string, Conversion>>;
const theirs = (
  createRequire(import.meta.url)('@prismatic-io/spectral') as typeof import('@prismatic-io/spectral')
).util.types as unknown as Readonly<Record<string, Conversion>>;

/** What a call gave, or that it threw: messages may differ, conditions may not. */
function outcome(call: () => unknown): { readonly gave: unknown } | 'threw' {
  try {
    return { gave: call() };
  } catch {
    return 'threw';
  }
}

function differs(name: string, args: readonly unknown[]): boolean {
  const wanted = outcome(() => theirs[name]?.(...args));
  const found = outcome(() => ours[name]?.(...args));
  return !isDeepStrictEqual(found, wanted);
}

const digit = fc.constantFrom(...'0123456789');
const pieces = (...texts: string[]) =>
  fc.array(fc.oneof(fc.constantFrom(...texts), digit), { maxLength: 12 }).map(list => list.join(''));
const element = fc.record(
  { key: fc.oneof(fc.string(), fc.constant('')), label: fc.string() },
  { requiredKeys: [] },
);

/** What people and other systems put into inputs, near misses included. */
const numberText = fc.oneof(
  fc.double().map(String),
  fc.bigInt().map(String),
  pieces('-', '+', '.', 'e', 'x', ' ', 'n', 'Infinity', '_', ','),
);
const dateText = fc.oneof(
  fc.date({ noInvalidDate: true }).map(date => date.toISOString()),
  fc
    .tuple(
      fc.constantFrom('2024', '2023', '1900', '0001', '-000044', '+002020', '20', '99', '+1234', 'x'),
      fc.constantFrom('', '-', '--'),
      fc.constantFrom(
        '',
        '01',
        '02-29',
        '0229',
        '13',
        '12-31',
        '366',
        '060',
        '000',
        'W01',
        'W53-7',
        'W001',
        'W54',
        'W10-0',
        '2-1',
      ),
      fc.constantFrom(
        '',
        'T',
        ' ',
        't',
        'T10',
        'T10:20',
        'T1020',
        'T10:20:30',
        'T102030,5',
        'T24:00',
        'T24:01',
        'T10.5',
        'T9:00',
        'T10:60',
        'T10:20:59.999999',
        ' 10:20 30',
        'T10:20:30.',
      ),
      fc.constantFrom('', 'Z', 'z', '+02', '-0230', '+05:45', '-25:00', '+02:60', '+', ' Z', 'Zx', '+2'),
    )
    .map(parts => parts.join('')),
  pieces('-', ':', 'T', 'Z', 'W', '+', '.', ' '),
);
const jsonText = fc.json();
const addressText = fc.oneof(
  fc.webUrl({ withQueryParameters: true, withFragments: true }),
  fc
    .array(
      fc.constantFrom(
        'http',
        'https',
        'HTTP',
        'ftp',
        ':',
        '/',
        '//',
        '://',
        'a',
        '?',
        '#',
        '@',
        '[',
        ']',
        '%',
        '%4',
        '%41',
        '%zz',
        '.',
        ' ',
        'ü',
        '<',
        '\\',
        '\n',
        '-',
        '~',
      ),
      { maxLength: 10 },
    )
    .map(list => list.join('')),
);
const structured = fc.oneof(
  fc.array(element),
  fc.array(fc.record({ object: fc.oneof(element, fc.constant(null)) }, { requiredKeys: [] })),
  fc.record({
    fields: fc.array(fc.record({ field: fc.oneof(element, fc.constant(0)) }, { requiredKeys: [] })),
  }),
  fc.record(
    { schema: fc.object(), uiSchema: fc.object(), data: fc.oneof(fc.object(), fc.constant('')) },
    { requiredKeys: [] },
  ),
  fc.record({ value: fc.oneof(fc.string(), fc.constant(0)), time_zone: fc.string() }, { requiredKeys: [] }),
  fc.record(
    {
      key: fc.constantFrom('k', ''),
      label: fc.constantFrom('l', ''),
      oauth2Type: fc.constantFrom('client_credentials', ''),
      inputs: fc.oneof(
        fc.constantFrom(null, 'text', []),
        fc.record(
          Object.fromEntries(
            ['authorizeUrl', 'tokenUrl', 'clientId', 'clientSecret'].map(name => [
              name,
              fc.constantFrom({}, null),
            ]),
          ),
          { requiredKeys: [] },
        ),
      ),
    },
    { requiredKeys: [] },
  ),
  fc.record(
    {
      data: fc.oneof(
        fc.uint8Array().map(bytes => Buffer.from(bytes)),
        fc.string(),
      ),
      contentType: fc.string(),
    },
    { requiredKeys: [] },
  ),
  fc.record({ type: fc.constant('Buffer'), data: fc.array(fc.nat(255)) }),
);
const odd = fc.constantFrom<unknown>(
  undefined,
  null,
  '',
  ' ',
  Number.NaN,
  Number.POSITIVE_INFINITY,
  -0,
  2n ** 70n,
  Symbol('odd'),
  () => 1,
  new Map([[1, 2]]),
  new Date(Number.NaN),
  new String('boxed'),
  Object.create({ inherited: 1, nothing: null }),
  Object.assign(Object.create(null), { bare: 1 }),
  new Uint8Array([1, 2]),
  new ArrayBuffer(2),
  { toJSON: () => ({ b: 1, a: [undefined] }) },
  { toJSON: () => undefined },
  JSON.stringify(JSON.stringify([{ object: { key: 'twice' } }])),
);
const words = fc.constantFrom('t', 'TRUE', 'y', 'Yes', 'f', 'False', 'N', 'no', 'on', '0', 'null');
const anything = fc.oneof(
  { weight: 2, arbitrary: odd },
  {
    weight: 2,
    arbitrary: fc.anything({
      withBigInt: true,
      withDate: true,
      withTypedArray: true,
      withSparseArray: true,
      withBoxedValues: true,
      withNullPrototype: true,
    }),
  },
  numberText,
  dateText,
  jsonText,
  addressText,
  words,
  structured,
  structured.map(value => JSON.stringify(value)),
  fc.date(),
  fc.uint8Array().map(bytes => Buffer.from(bytes)),
);

/** What stands behind the first argument, for functions that take more. */
const others = new Map<string, fc.Arbitrary<readonly unknown[]>>(
  Object.entries({
    toBool: fc.tuple(fc.option(fc.boolean(), { nil: undefined })),
    toInt: fc.tuple(fc.option(fc.oneof(fc.integer(), fc.constantFrom(0, Number.NaN)), { nil: undefined })),
    toNumber: fc.tuple(fc.option(fc.double(), { nil: undefined })),
    toString: fc.tuple(fc.option(fc.string(), { nil: undefined })),
    toJSON: fc.tuple(
      fc.option(fc.boolean(), { nil: undefined }),
      fc.option(fc.boolean(), { nil: undefined }),
    ),
    keyValPairListToObject: fc.tuple(fc.constantFrom(undefined, String, (value: unknown) => [value])),
    cleanObject: fc.tuple(
      fc.constantFrom(
        undefined,
        (value: unknown) => typeof value === 'string',
        () => true,
      ),
    ),
  }),
);
/** What stands first, for functions that are called with something more particular. */
const firsts = new Map<string, fc.Arbitrary<unknown>>(
  Object.entries({
    keyValPairListToObject: fc.oneof(
      anything,
      fc.array(fc.record({ key: fc.string().filter(key => key !== '__proto__'), value: fc.anything() })),
    ),
    lowerCaseHeaders: fc.oneof(
      anything,
      fc.dictionary(fc.mixedCase(fc.constant('content-type')), fc.string()),
    ),
    // It is for objects; lists and bytes have gaps and members that the SDK counts in its own way.
    cleanObject: fc.oneof(
      anything.filter(value => !ArrayBuffer.isView(value) && !Array.isArray(value)),
      fc.dictionary(fc.string(), anything),
    ),
    toDate: fc.oneof({ weight: 3, arbitrary: dateText }, anything),
    isUrl: fc.oneof({ weight: 3, arbitrary: addressText }, anything),
    toJSON: fc.oneof(anything, fc.object({ withBigInt: true, withDate: true, maxDepth: 4 })),
  }),
);

describe('util.types', () => {
  it('has every function that the SDK has, and no other', () => {
    expect(Object.keys(ours).sort()).toEqual(Object.keys(theirs).sort());
  });

  it.each(Object.keys(theirs))('%s gives and refuses what the SDK gives and refuses', name => {
    const args = fc.tuple(firsts.get(name) ?? anything, others.get(name) ?? fc.constant([]));
    const property = fc.property(args, ([first, rest]) => !differs(name, [first, ...rest]));
    fc.assert(property, { numRuns: 400 });
  });

  it.each(['America/New_York', 'Asia/Kolkata', 'Pacific/Apia'])(
    'toDate agrees where local time is that of %s',
    zone => {
      const before = process.env['TZ'];
      process.env['TZ'] = zone;
      try {
        expect(new Date(2024, 0, 1).getTime()).not.toBe(Date.UTC(2024, 0, 1));
        fc.assert(
          fc.property(dateText, text => !differs('toDate', [text])),
          { numRuns: 1000 },
        );
      } finally {
        if (before === undefined) delete process.env['TZ'];
        else process.env['TZ'] = before;
      }
    },
  );

  it('refuses with an error that says what was expected and does not repeat the value', async () => {
    for (const name of [
      'toInt',
      'toNumber',
      'toBigInt',
      'toDate',
      'toObjectSelection',
      'toObjectFieldMap',
      'toJSONForm',
    ]) {
      const error = await failureOf(() => ours[name]?.('top-secret'));
      expect(error).toBeInstanceOf(FerruleError);
      expect(error).toMatchObject({
        code: 'CONVERSION_FAILED',
        expected: expect.any(String),
        found: 'another text',
      });
      expect(inspect(error)).not.toContain('top-secret');
    }
  });

  it('gives no object another prototype, whatever the keys are', () => {
    const made = util.types.keyValPairListToObject([{ key: '__proto__', value: { admin: true } }]);
    expect(Object.getPrototypeOf(made)).toBe(Object.prototype);
    expect((made as { admin?: unknown }).admin).toBeUndefined();
    const cleaned = util.types.cleanObject(JSON.parse('{"__proto__":{"admin":true},"a":1}'));
    expect(Object.getPrototypeOf(cleaned)).toBe(Object.prototype);
  });
});
