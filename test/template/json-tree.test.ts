import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/base/secret-value.ts';
import { catchError, expectRefusal, orRefused } from './refusals.ts';
import { compileTree, pointer, type Values } from './templates.ts';

const render = (json: unknown, values: Values = {}) => compileTree(json).render(values);

describe('a JSON tree', () => {
  it('gives a text that is one tag the type of its value', () => {
    const json = {
      n: '{{n}}',
      l: '<<Items [Array]>>',
      s: 'x{{n}}',
      i: ['{{Limit [integer]*}}', '{{secret}}'],
      c: [1, null, true],
    };
    expect(
      JSON.parse(render(json, { n: 5, Items: '[{"a":1}]', Limit: '7', secret: new SecretValue('S"') })),
    ).toEqual({
      n: 5,
      l: [{ a: 1 }],
      s: 'x5',
      i: [7, 'S"'],
      c: [1, null, true],
    });
  });

  it('leaves out absent fields and puts null into lists', () => {
    expect(render({ a: '{{a}}', b: ['{{a}}', 'x{{a}}'], c: '{{#a}}y{{/a}}' })).toBe(
      '{"b":[null,"x"],"c":""}',
    );
    expect(render({ a: '{{a}}' }, { a: null })).toBe('{}');
    expect(render({ a: '{{a}}' }, { a: '' })).toBe('{"a":""}');
  });

  it('takes tags in the names of fields, but no name twice', () => {
    const json = { 'x-{{k}}': '{{v}}', 'x-a': 1 };
    expect(render(json, { k: 'b"', v: 2 })).toBe('{"x-b\\"":2,"x-a":1}');
    expectRefusal(() => render(json, { k: 'a', v: 2 }), 'VALUE_REFUSED', /the name that another field has/);
    expect(render(json, { k: 'a' })).toBe('{"x-a":1}');
    expect(render({ '{{k}}': 1 }, { k: '__proto__' })).toBe('{"__proto__":1}');
  });

  it('takes raw JSON text that is one whole value', () => {
    expect(render({ a: '{{{v}}}' }, { v: ' {"b":[1,]} ' })).toBe('{"a": {"b":[1]} }');
    expectRefusal(
      () => render({ a: '{{{v}}}' }, { v: '1, "b": 2' }),
      'BODY_NOT_JSON',
      /"v" is not JSON text/,
    );
    expectRefusal(() => render({ a: '{{{v}}}' }, { v: '' }), 'BODY_NOT_JSON');
  });

  it('knows its references and their places', () => {
    const tree = compileTree({ 'a/b': ['{{x*}}', { c: 'z{{y}}' }], '{{k}}': '<< z' });
    expect(tree.references.map(({ name, place, pointer: at }) => [name, place, at])).toEqual([
      ['x*', 'json', `${pointer}/a~1b/0`],
      ['y', 'json', `${pointer}/a~1b/1/c`],
      ['k', 'json', `${pointer}/{{k}}`],
    ]);
    expect(tree.diagnostics).toMatchObject([{ pointer: `${pointer}/{{k}}`, column: 1 }]);
    expect(tree.soleTag).toBeUndefined();
  });

  it('may be one tag, or constant', () => {
    const tree = compileTree('{{Body}}');
    expect([tree.soleTag?.name, tree.isAbsent({}), tree.isAbsent({ Body: 0 })]).toEqual([
      'Body',
      true,
      false,
    ]);
    expect([tree.render({}), tree.render({ Body: [1] })]).toEqual(['null', '[1]']);
    expect(compileTree({ a: [1, 'é"', null] })).toMatchObject({ isConstant: true, soleTag: undefined });
    expect(render({ a: [1, 'é"', null, 1.5, false, {}] })).toBe('{"a":[1,"é\\"",null,1.5,false,{}]}');
    expect(compileTree(['{{a}}']).soleTag).toBeUndefined();
  });

  it('names the place of what it cannot read', () => {
    expect(catchError(() => compileTree({ a: ['{{#x}}'] }))).toMatchObject({
      code: 'TEMPLATE_SYNTAX',
      pointer: `${pointer}/a/0`,
    });
    expect(catchError(() => compileTree({ a: undefined }))).toMatchObject({
      code: 'BODY_NOT_JSON',
      pointer: `${pointer}/a`,
    });
    const deep = JSON.parse(`${'['.repeat(300)}${']'.repeat(300)}`) as unknown;
    expectRefusal(() => compileTree(deep), 'BODY_NOT_JSON', /at most 200 levels/);
  });

  it('keeps its shape, and each value, whatever the values', () => {
    const json = { a: '{{v}}', b: { c: 'x{{w}}y', d: ['{{v}}', 'end'] } };
    fc.assert(
      fc.property(fc.jsonValue(), fc.string({ unit: 'binary' }), (value, w) => {
        const v = JSON.parse(JSON.stringify(value)) as unknown;
        const expected = { ...(v === null ? {} : { a: v }), b: { c: `x${w}y`, d: [v, 'end'] } };
        expect(JSON.parse(render(json, { v, w }))).toEqual(expected);
      }),
      { seed: 41, numRuns: 400 },
    );
  });

  it('renders JSON or refuses the value', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        const rendered = orRefused(() =>
          render({ a: '{{v}}', b: '{{{v}}}', '{{v}}': 'z{{v}}' }, { v: value }),
        );
        if (rendered !== undefined) expect(() => JSON.parse(rendered) as unknown).not.toThrow();
      }),
      { seed: 42, numRuns: 500 },
    );
  });
});
