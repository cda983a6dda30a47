// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are expressions
import fc from 'fast-check';

/** What a generated expression gives: the generator prefers operations that fit, and sometimes ignores it. */
type Kind = 'any' | 'text' | 'number' | 'list' | 'object' | 'boolean';

const NAMES = ['a', 'b', 'items', 'name', 'length', 'n'];
const literalOf: Readonly<Record<Kind, readonly string[]>> = {
  any: ['null', 'undefined', 'NaN', 'Infinity'],
  text: ["''", "'a'", "'ab-c'", "'1'", '"x y"', "'é😀'", "'A,b'", '`q`'],
  number: ['0', '1', '-1', '2.5', '3', '1e21', '10'],
  list: [
    '[]',
    '[1, 2, 3]',
    "['b', 'a', 'c']",
    '[[1], [2, [3]]]',
    '[null, undefined, 1]',
    '[{ n: 2 }, { n: 1 }]',
  ],
  object: ['({})', '({ a: 1, b: { n: 2 } })', "({ 'x y': 1 })", '({ length: 2 })'],
  boolean: ['true', 'false'],
};
const TEXT_TO_TEXT = [
  'toUpperCase()',
  'toLowerCase()',
  'trim()',
  'slice(1)',
  'slice(-2, 3)',
  "replace('a', 'x$&')",
  "replaceAll('a', '$$')",
  'replace(/[a-z]/g, m => m.toUpperCase())',
  "replace(/(a)|(b)/, '[$1$2]')",
  "padStart(4, '-')",
  'padEnd(3)',
  'repeat(2)',
  'charAt(1)',
  "concat('z', 1)",
  'substring(2, 0)',
  'substr(-2)',
  'at(0)',
  'toString()',
  'trimStart()',
  'normalize()',
];
const TEXT_TO_LIST = [
  "split('')",
  "split(',')",
  'split(/[-,]/)',
  'split(/(b)/)',
  "split('a', 1)",
  'match(/[a-c]/g)',
];
const TEXT_TO_NUMBER = [
  "indexOf('b')",
  "lastIndexOf('a')",
  'length',
  'charCodeAt(0)',
  'search(/b/)',
  'codePointAt(0)',
];
const TEXT_TO_BOOLEAN = ["includes('a')", "startsWith('a')", "endsWith('c')", "startsWith('b', 1)"];
const LIST_TO_LIST = [
  'map(x => x)',
  'map((x, i) => i)',
  'map(x => [x])',
  'map(x => `${x}`)',
  'map(String)',
  'map(Number)',
  'filter(Boolean)',
  'filter(x => x)',
  'filter((x, i) => i > 0)',
  'slice(1)',
  'slice(-1)',
  'concat([1], 2)',
  'flat()',
  'flat(5)',
  'flatMap(x => [x, x])',
  'slice().sort()',
  'slice().reverse()',
  'toSorted()',
  'toReversed()',
  'map(x => ({ ...x, k: 1 }))',
  'map(x => x?.n)',
  'map(({ n }) => n)',
  'map(([x]) => x)',
  'map((x, i, all) => all.length)',
  'toSorted((x, y) => x - y)',
  'slice().sort((x, y) => y - x)',
  'with(0, 9)',
  'map(({ n = 7, ...rest }) => [n, rest])',
  'map(parseInt)',
  'map(x => x.n)',
];
const LIST_TO_ANY = [
  'at(-1)',
  '[0]',
  '[1]',
  '[0]?.n',
  '[0].n',
  'find(x => x)',
  'findLast(x => x)',
  'slice().pop()',
  'slice().shift()',
  'reduce((x, y) => x + y)',
  "reduce((x, y) => x + y, '')",
  'reduceRight((x, y) => x + y, 0)',
  'reduce((x, y) => [...x, y], [])',
];
const LIST_TO_NUMBER = [
  'length',
  'indexOf(1)',
  'lastIndexOf(2)',
  'findIndex(x => x)',
  'findLastIndex(x => !x)',
];
const LIST_TO_TEXT = ["join('-')", 'join()', 'toString()'];
const LIST_TO_BOOLEAN = ['includes(1)', 'some(x => x)', 'every(x => x)', 'includes(NaN)'];
const NUMBER_TO_TEXT = ['toFixed(2)', 'toString()', 'toString(2)', 'toPrecision(3)', 'toExponential(1)'];
const STATICS: Readonly<Partial<Record<Kind, readonly string[]>>> = {
  text: [
    'String($)',
    'JSON.stringify($)',
    'encodeURIComponent($)',
    'typeof $',
    'btoa($)',
    'JSON.stringify($, null, 2)',
    'decodeURIComponent($)',
  ],
  number: [
    'Number($)',
    'parseInt($)',
    'parseFloat($)',
    'Math.max($, 1)',
    'Math.floor($)',
    'Math.round($)',
    'Date.parse($)',
    '+$',
    '-$',
    '~$',
    'Math.min(...[1, $])',
  ],
  list: [
    'Object.keys($)',
    'Object.values($)',
    'Object.entries($)',
    '[...$]',
    '[$, $]',
    'Array.from($)',
    'Array.of($)',
  ],
  object: [
    '({ ...$ })',
    '({ a: $, n: 1 })',
    "({ ['x' + $]: 1 })",
    'Object.fromEntries(Object.entries($))',
    'Object.assign({}, $, { n: 3 })',
    'JSON.parse(JSON.stringify($))',
  ],
  boolean: [
    '!$',
    'Boolean($)',
    'Array.isArray($)',
    'isNaN($)',
    'Number.isInteger($)',
    "'a' in $",
    '$ in [1, 2]',
    "Object.hasOwn($, 'a')",
  ],
  any: ['JSON.parse($)', 'new Date($).getTime()', 'new Date($).toISOString()', 'atob($)'],
};
const BINARY = [
  '+',
  '-',
  '*',
  '/',
  '%',
  '**',
  '<',
  '<=',
  '>',
  '>=',
  '==',
  '!=',
  '===',
  '!==',
  '&',
  '|',
  '^',
  '<<',
  '>>',
  '>>>',
];

/** Sources of the language's subset that behaves as JavaScript, about a `body` of JSON. */
export const arbitraryExpression: fc.Arbitrary<string> = fc.letrec<Record<Kind, string>>(tie => {
  const of = (kind: Kind): fc.Arbitrary<string> =>
    fc.oneof({ weight: 6, arbitrary: tie(kind) }, { weight: 1, arbitrary: tie('any') });
  const call = (kind: Kind, members: readonly string[]): fc.Arbitrary<string> =>
    fc
      .tuple(of(kind), fc.constantFrom(...members), fc.constantFrom('', '', '', '?'))
      .map(([object, member, optional]) => {
        if (optional === '') return `(${object})${member.startsWith('[') ? '' : '.'}${member}`;
        return `(${object})?.${member}`;
      });
  const statics = (kind: Kind): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom(...(STATICS[kind] ?? [])), tie('any'))
      .map(([form, value]) => form.replaceAll('$', () => `(${value})`));
  const choice = (kind: Kind): fc.Arbitrary<string> =>
    fc
      .tuple(tie('any'), of(kind), of(kind), fc.constantFrom('?', '&&', '||', '??'))
      .map(([test, first, second, sign]) =>
        sign === '?' ? `(${test}) ? (${first}) : (${second})` : `(${first}) ${sign} (${second})`,
      );
  const literal = (kind: Kind): fc.Arbitrary<string> => fc.constantFrom(...literalOf[kind]);
  const grown = (kind: Kind, ...more: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
    fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      literal(kind),
      ...more,
      statics(kind),
      choice(kind),
    );
  const binary = fc
    .tuple(tie('any'), fc.constantFrom(...BINARY), tie('any'))
    .map(([left, sign, right]) => `(${left}) ${sign} (${right})`);
  const path = fc
    .array(fc.constantFrom(...NAMES.flatMap(name => [`.${name}`, `?.${name}`]), '[0]', "['x y']", '?.[1]'), {
      maxLength: 3,
    })
    .map(steps => `body${steps.join('')}`);
  return {
    any: fc.oneof(
      { depthSize: 'small' },
      path,
      literal('any'),
      literal('number'),
      tie('text'),
      tie('number'),
      tie('list'),
      tie('object'),
      tie('boolean'),
      binary,
      call('list', LIST_TO_ANY),
      statics('any'),
      choice('any'),
      fc.tuple(tie('any'), tie('any')).map(([object, key]) => `(${object})[${key}]`),
    ),
    text: grown(
      'text',
      call('text', TEXT_TO_TEXT),
      call('list', LIST_TO_TEXT),
      call('number', NUMBER_TO_TEXT),
      fc.tuple(tie('any'), tie('any')).map(([first, second]) => `\`<\${${first}}-\${${second}}>\``),
    ),
    number: grown('number', call('text', TEXT_TO_NUMBER), call('list', LIST_TO_NUMBER)),
    list: grown('list', call('list', LIST_TO_LIST), call('text', TEXT_TO_LIST)),
    object: grown(
      'object',
      fc.tuple(tie('any'), tie('any')).map(([first, second]) => `({ a: ${first}, ...(${second}) })`),
    ),
    boolean: grown('boolean', call('text', TEXT_TO_BOOLEAN), call('list', LIST_TO_BOOLEAN), binary),
  };
}).any;

const jsonKey = fc.constantFrom(...NAMES, 'x y', 'z');

/** Bodies whose members have the names the expressions ask for. */
export const arbitraryBody: fc.Arbitrary<unknown> = fc.letrec<{ value: unknown }>(tie => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom<unknown>(
      null,
      true,
      false,
      0,
      1,
      -2.5,
      1e21,
      '',
      'a',
      'ab-c',
      '1',
      '12,b',
      'é',
      '{"a":1}',
      '2020-01-02',
    ),
    fc.dictionary(jsonKey, tie('value'), { maxKeys: 4, noNullPrototype: true }),
    fc.array(tie('value'), { maxLength: 4 }),
  ),
})).value;
