import { createRequire } from 'node:module';
import fc from 'fast-check';
import type { default as Mustache } from 'mustache';
import { describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/base/secret-value.ts';
import { catchError, expectRefusal } from './refusals.ts';
import { compileText, createResolver, pointer, renderText, type Values } from './templates.ts';

const mustache = createRequire(import.meta.url)('mustache') as typeof Mustache;

describe('tags', () => {
  it('mean the same in both spellings and work in one text', () => {
    expect(renderText('<<a>> {{a}} {{{a}}} <<&a>> {{&a}} << a >> {{ & a }}', { a: 1 })).toBe('1 1 1 1 1 1 1');
  });

  it('are literal text in a spelling that is switched off', () => {
    const resolver = createResolver(['<<>>']);
    expect(compileText('<<a>> {{a}} {{#a}}', 'text', resolver).render({ a: 1 })).toBe('1 {{a}} {{#a}}');
    expect(compileText('<<a>>', 'text', createResolver(['{{}}'])).isConstant).toBe(true);
  });

  it('take free text as names', () => {
    const values = {
      'a/b': 1,
      constructor: 2,
      'Submission Id*': 3,
      'Größe ☃': 4,
      'a <b>': 5,
      ['__proto__']: 6,
    };
    const text = '<<a/b>>{{constructor}}<<Submission Id*>>{{Größe ☃}}{{a <b>}}<<__proto__>>';
    expect(renderText(text, values)).toBe('123456');
  });

  it('read no prototype', () => {
    expect(
      renderText('[{{constructor}}{{toString}}{{#i}}{{constructor}}{{length}}{{a.constructor}}{{/i}}]', {
        i: [{ a: {} }, ['x'], 'text'],
      }),
    ).toBe('[]');
  });

  it('are not looked for in values', () => {
    const value = '<<b>>{{b}}{{{b}}}{{#b}}<</b>>{{/b}}';
    expect(renderText('<<a>>{{{a}}}{{#c}}{{.}}{{/c}}', { a: value, b: 'no', c: [value] })).toBe(
      value.repeat(3),
    );
  });

  it('leave comments out', () => {
    expect(renderText('a{{! anything <<x>> \n at {{all }}b<<!x>>c', {})).toBe('abc');
  });

  it('stand inside braces of JSON and brackets of XML', () => {
    expect(renderText('{{{a}}:1} <<<a>>></<<a>>> {"x":{{a}}} {{{a}}}}', { a: 'v' })).toBe(
      '{v:1} <v></v> {"x":v} v}',
    );
  });

  it.each([
    '{{a',
    'x << 3',
    '<<a\nb>>',
    '{{}}',
    '<<  >>',
    '{{#}}',
    '{{{}}}',
    'a >> b',
    'x <<= 2; y >>= 1',
    '<<{a>>',
  ])('do not begin with %j, which is sent as text', text => {
    expect(renderText(text)).toBe(text);
  });

  it('are found behind an opening delimiter that begins none, which is reported', () => {
    const template = compileText('if x << 3 and\n  {{y << <<name>>');
    expect(template.render({ name: 'N' })).toBe('if x << 3 and\n  {{y << N');
    expect(template.diagnostics.map(({ line, column }) => [line, column])).toEqual([
      [1, 6],
      [2, 3],
      [2, 7],
    ]);
    expect(template.diagnostics[0]).toMatchObject({ pointer, message: expect.stringContaining('"<<"') });
  });
});

describe('sections', () => {
  it('repeat for each item of a list and see the item first, then outward', () => {
    const text = '{{#Items [Array of Objects]*}}<<a>>-{{b.c}}-<<Top>>-{{Top*}};<</Items>>';
    const values = {
      Items: [
        { a: 1, b: { c: 2 } },
        { a: 3, Top: 'own' },
      ],
      Top: 'T',
      a: 'never',
    };
    expect(renderText(text, values)).toBe('1-2-T-T;3--own-own;');
  });

  it('let the innermost item win and fall back to the outer one', () => {
    const values = { outer: [{ n: 'o', x: 'ox', inner: [{ n: 'i' }, {}] }] };
    expect(renderText('{{#outer}}{{#inner}}{{n}}{{x}} {{/inner}}{{/outer}}', values)).toBe('iox oox ');
  });

  it('find exact names before base names before paths', () => {
    const item = { 'a.b': 'exact', a: { b: 'path' }, 'L [integer]': 1, L: 2 };
    expect(renderText('{{#i}}{{a.b}} {{L [integer]}} {{L*}}{{/i}}', { i: item })).toBe('exact 1 2');
  });

  it('give the current item as a dot', () => {
    expect(renderText('{{#a}}[{{.}}]{{#.}}{{.}}{{/.}}{{/a}}', { a: [1, ['x', 'y'], 't'] })).toBe(
      '[1]1[["x","y"]]xy[t]t',
    );
    expect(renderText('{{#t}}{{.}}{{/t}}', { t: true })).toBe('');
  });

  it.each([undefined, null, false, 0, 0n, Number.NaN, '', [], new SecretValue('')])(
    'treat %s as nothing',
    value => {
      expect(renderText('{{#v}}yes{{/v}}{{^v}}no{{/v}}', { v: value })).toBe('no');
    },
  );

  it.each([true, 1, 'a', {}, [0], new Date(0), new SecretValue('s')])('treat %s as something', value => {
    expect(renderText('{{#v}}yes{{/v}}{{^v}}no{{/v}}', { v: value })).toBe('yes');
  });

  it('read their condition in the type of its hint', () => {
    expect(renderText('{{#On [true/false]}}on{{/On}}{{^On}}truthy text{{/On}}', { On: 'false' })).toBe('');
    expect(renderText('{{#Rows [Array]}}{{.}};{{/Rows}}', { Rows: '[1,2]' })).toBe('1;2;');
  });

  it('let no item shadow a fixed name', () => {
    const template = compileText('{{#i}}{{key}}{{n}}{{/i}}', 'text', createResolver(undefined, ['key']));
    expect(template.render({ key: 'K', i: [{ key: 'shadow', n: 1 }] })).toBe('K1');
  });

  it('may be closed in the other spelling and without marker and hint', () => {
    expect(renderText('<<#Rows [Array]*>>x{{/Rows}}', { Rows: [1, 2] })).toBe('xx');
  });

  it('refuse functions and symbols as conditions', () => {
    expectRefusal(() => renderText('{{#f}}{{/f}}', { f: () => 'x' }), 'PARAMETER_INVALID', /"f"/);
    expectRefusal(() => renderText('{{^f}}{{/f}}', { f: Symbol('x') }), 'PARAMETER_INVALID', /"f"/);
  });
});

describe('a template that cannot be read', () => {
  it.each([
    ['a\n {{#b}}x', /section "b" is not closed.*line 2, column 2/],
    ['x{{/b}}', /"b" is closed but not open at line 1, column 2/],
    ['{{#a}}{{#b}}{{/a}}{{/b}}', /"b" is closed as "a" at line 1, column 13/],
    ['{{>part}}', /begin with ">"/],
    ['{{=<% %>=}}', /begin with "="/],
    ['{{.}}', /sections only/],
    ['{{#.}}x{{/.}}', /sections only/],
    ['half \ud800', /surrogate/],
    [`${'{{#a}}'.repeat(65)}${'{{/a}}'.repeat(65)}`, /deeper than 64/],
  ])('%j names position and section', (text, words) => {
    expectRefusal(() => compileText(text), 'TEMPLATE_SYNTAX', words);
    expect(catchError(() => compileText(text))).toMatchObject({ pointer, stage: 'compile' });
  });
});

describe('references', () => {
  it('list every tag with marker, hint, kind and section', () => {
    const { references, soleTag, isConstant } = compileText(
      '<<Id*>>{{#Rows [Array]}}{{{x}}}{{.}}{{/Rows}}{{^No}}{{/No}}',
    );
    expect(
      references.map(({ name, base, required, kind, inSection }) => [name, base, required, kind, inSection]),
    ).toEqual([
      ['Id*', 'Id', true, 'value', false],
      ['Rows [Array]', 'Rows', false, 'section', false],
      ['x', 'x', false, 'raw', true],
      ['No', 'No', false, 'inverted', false],
    ]);
    expect(references.every(tag => tag.pointer === pointer && tag.place === 'text')).toBe(true);
    expect([soleTag, isConstant]).toEqual([undefined, false]);
  });

  it('know when a template is one tag and its value absent', () => {
    const template = compileText('{{a}}');
    expect(template.soleTag?.name).toBe('a');
    expect([{}, { a: null }, { a: '' }, { a: 0 }].map(values => template.isAbsent(values))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(compileText(' {{a}}').soleTag).toBeUndefined();
    expect(compileText(' {{a}}').isAbsent({})).toBe(false);
    expect(compileText('{{#a}}{{/a}}').soleTag).toBeUndefined();
  });

  it('are none in a constant', () => {
    expect(compileText('plain <text>')).toMatchObject({ isConstant: true, references: [] });
  });
});

describe('long texts', () => {
  /** 200 000 repetitions: what is linear takes milliseconds, what is quadratic takes minutes. */
  const times = 200_000;
  it.each([
    ['openings', '<<'.repeat(times)],
    ['braces', '{'.repeat(times)],
    ['triple openings before one closing', `${'{{{x '.repeat(times)}}}}`],
    ['openings before one closing', `${'<<a '.repeat(times)}>>`],
    ['line breaks in tags', '{{a\n}} {{a\nb}}'.repeat(times / 10)],
    ['comments', '{{!x}}'.repeat(times / 10)],
    ['white space', ' \n'.repeat(times)],
    ['white space in a tag', `{{a${' '.repeat(times)}b}}`],
    ['words', `{{a}}${'word '.repeat(times)}`],
  ])('of many %s are read in linear time', (_name, text) => {
    const started = performance.now();
    compileText(text).render({});
    expect(performance.now() - started).toBeLessThan(4_000);
  });
});

/** Texts of the grammar that mustache and Ferrule share: no braces but those of tags. */
const sharedTemplate: fc.Arbitrary<string> = fc.letrec<{ text: string; node: string }>(tie => ({
  text: fc.array(tie('node'), { maxLength: 5 }).map(nodes => nodes.join('')),
  node: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom(' ', '\n', '\r\n', '  ', 'word', 'a "b"', '$&', '.', ',\n  '),
    fc.constantFrom('{{a}}', '{{{b}}}', '{{&c}}', '{{ d.e }}', '{{! note }}', '{{nothing}}', '{{list}}'),
    fc
      .tuple(
        fc.constantFrom('#', '^'),
        fc.constantFrom('a', 'b', 'c', 'd', 'list', 'nothing', 'rows'),
        tie('text'),
      )
      .map(([sign, name, inner]) => `{{${sign}${name}}}${inner}{{/${name}}}`),
    tie('text').map(inner => `{{#rows}}${inner}{{.}}{{/rows}}`),
  ),
})).text;

const sharedValues: Values = {
  a: 'A<&>',
  b: 'two words',
  c: true,
  d: { e: 'deep', a: 'inner' },
  // Outside sections a path is a name like any other.
  'd.e': 'deep',
  list: 'text',
  rows: ['r1', 'r2'],
};

describe('the grammar', () => {
  it('renders as the mustache package does, escaping aside', () => {
    fc.assert(
      fc.property(sharedTemplate, text => {
        const expected = new mustache.Writer().render(text, sharedValues, {}, { escape: String });
        expect(renderText(text, sharedValues)).toBe(expected);
      }),
      { seed: 11, numRuns: 1_500 },
    );
  });

  it('never fails but with a FerruleError, whatever the text', () => {
    const piece = fc.constantFrom(
      '{{',
      '}}',
      '<<',
      '>>',
      '#',
      '^',
      '/',
      '!',
      '&',
      '{',
      '}',
      'a',
      ' ',
      '\n',
      '.',
      '=',
      '*',
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 24 }), pieces => {
        try {
          renderText(pieces.join(''), { a: 'v' });
        } catch (error) {
          expect(error).toMatchObject({ code: 'TEMPLATE_SYNTAX' });
        }
      }),
      { seed: 12, numRuns: 3_000 },
    );
  });
});

describe('lists inside lists', () => {
  const times = (count: number, item: unknown = 'x') => Array.from({ length: count }, () => item);

  it('are rendered as long as they are data', () => {
    const rows = times(300, { cells: times(1_000, 1) });
    const text = renderText('{{#rows}}{{#cells}}{{.}}{{/cells}}{{/rows}}', { rows });
    expect(text).toHaveLength(300_000);
  });

  it('are refused when they multiply beyond any request, before time is lost', () => {
    const startedAt = performance.now();
    const template = '{{#L}}{{#L}}{{#L}}{{#L}}x{{/L}}{{/L}}{{/L}}{{/L}}';
    expect(() => renderText(template, { L: times(1_000) })).toThrow(/PARAMETER_INVALID.*"L".*1000000 times/);
    expect(() => renderText(`{{#L}}${'y'.repeat(100_000)}{{/L}}`, { L: times(5_000) })).toThrow(
      /PARAMETER_INVALID.*"L"/,
    );
    expect(performance.now() - startedAt).toBeLessThan(5_000);
  });
});
