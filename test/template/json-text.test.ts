import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/base/secret-value.ts';
import { compileTemplate } from '../../src/template/compile-template.ts';
import { toStrictJson } from '../../src/template/strict-json.ts';
import { catchError, expectRefusal, orRefused } from './refusals.ts';
import { createResolver, pointer, renderJson } from './templates.ts';

describe('a JSON body as text', () => {
  it('escapes values inside quotes and encodes them outside', () => {
    const text =
      '{"a": "x {{v}} <<v>>", "b": {{v}}, "c": <<list>>, {{v}}: {{none}}, "d": "{{none}}{{list}}"}';
    expect(JSON.parse(renderJson(text, { v: 'q"\\\n\ud800☃', list: [1, { a: null }] }))).toEqual({
      a: 'x q"\\\n\ud800☃ q"\\\n\ud800☃',
      b: 'q"\\\n\ud800☃',
      c: [1, { a: null }],
      'q"\\\n\ud800☃': null,
      d: '[1,{"a":null}]',
    });
  });

  it('takes a value outside quotes in its own type or that of its hint', () => {
    const text =
      '[{{n}}, {{s}}, {{b}}, {{big}}, {{Limit [integer]}}, "{{Limit [integer]}}", {{secret}}, {{Items [Array]}}]';
    const values = {
      n: 1.5,
      s: '5',
      b: true,
      big: 2n ** 64n,
      Limit: '5',
      secret: new SecretValue('S"'),
      Items: '[1]',
    };
    expect(renderJson(text, values)).toBe('[1.5, "5", true, 18446744073709551616, 5, "5", "S\\"", [1]]');
  });

  it('may be one tag', () => {
    const template = compileTemplate('{{Body}}', { ...createResolver(), place: 'json', pointer });
    expect(template.render({ Body: { a: '{{x}}' } })).toBe('{"a":"{{x}}"}');
    expect([template.render({}), template.isAbsent({})]).toEqual(['null', true]);
    expect(renderJson('{{{Body}}}', { Body: '{"a":1}' })).toBe('{"a":1}');
  });

  it('drops commas that sections leave behind, outside texts only', () => {
    const text = '{,{{#a}}"a":1,{{/a}}{{#b}}"b":",,{{b}},]",{{/b}}"l":[{{#l}},{{.}},{{/l}}],}';
    expect(renderJson(text, {})).toBe('{"l":[]}');
    expect(JSON.parse(renderJson(text, { a: 1, b: ',}', l: ['x,', 'y'] }))).toEqual({
      a: 1,
      b: ',,,},]',
      l: ['x,', 'y'],
    });
    expect(renderJson('[1,,2,]')).toBe('[1,2]');
  });

  it('is nothing when its sections leave nothing', () => {
    expect(renderJson('{{#a}}{"a":1}{{/a}}\n')).toBe('');
  });

  it('keeps repeated and dangerous names harmless', () => {
    const json = renderJson('{"{{k}}": 1, "__proto__": {"x": {{v}}}}', { k: '__proto__', v: 1 });
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
    expect(json).toBe('{"__proto__": 1, "__proto__": {"x": 1}}');
  });

  it('takes raw JSON and still is strict JSON', () => {
    expect(renderJson('{"a": {{{v}}}, "b": "{{{w}}}"}', { v: '[1,{}]', w: '\\n' })).toBe(
      '{"a": [1,{}], "b": "\\n"}',
    );
    expectRefusal(
      () => renderJson('{"a": {{{v}}}}', { v: '1} x' }),
      'BODY_NOT_JSON',
      /expected the end of the text/,
    );
    expectRefusal(
      () => renderJson('{"b": "{{{w}}}"}', { w: 'a\nb' }),
      'BODY_NOT_JSON',
      /without line breaks/,
    );
  });

  it('names line, column and what was expected, and never the text', () => {
    const error = catchError(() => renderJson('{\n "a": {{{v}}}\n}', { v: 'hunter2' }));
    expect(error).toMatchObject({ code: 'BODY_NOT_JSON', pointer, stage: 'render', expected: 'a value' });
    expect(error.details).toEqual({ line: 2, column: 7 });
    expect(JSON.stringify(error)).not.toContain('hunter2');
  });
});

describe('a JSON body that no value can make JSON', () => {
  it.each([
    ['{a: 1}', /line 1, column 2 \(expected names and texts in double quotes/],
    ["{'a': 1}", /double quotes: JSON knows no others/],
    ['{"a": 1 // note\n}', /no comments/],
    ['{"a": 1 /* note */ }', /no comments/],
    ['{"a": yes }', /names and texts in double quotes/],
    ['{"a" 1}', /expected ":"/],
    ['{"a": @home}', /names and texts in double quotes/],
    ['{"a": 1 "b": 2}', /expected "," or "}"/],
    ['[{{a}} {{b}}]', /line 1, column 8 \(expected "," or "]"/],
    ['{"a": {{a}}', /expected "," or "}"/],
    ['{"a": "{{a}}', /expected a text without line breaks/],
    ['{"a": "b\n"}', /expected a text without line breaks/],
    ['{"a": 01}', /expected/],
    ['{"a": }', /expected a value/],
    ['[1] 2', /expected the end/],
    ['{"a": "\\x"}', /column 8/],
  ])('%j is refused when it is compiled', (text, words) => {
    const error = catchError(() => compileTemplate(text, { ...createResolver(), place: 'json', pointer }));
    expect(error).toMatchObject({ code: 'BODY_NOT_JSON', stage: 'compile', pointer });
    expect(error.message).toMatch(words);
  });

  it.each([
    '{"a": "{{#b}}x"{{/b}} }',
    '"{{#b}}"{{/b}}',
    '{"a": "x\\{{b}}"}',
    '["\\{{#b}}{{/b}}"]',
    '["{{#b}}\\{{/b}}n"]',
  ])('%j has a tag or section where none may stand', text => {
    expectRefusal(() => renderJson(text), 'TEMPLATE_PLACE', /"b"/);
  });
});

describe('any JSON value', () => {
  /** Equal after a JSON round trip: no undefined, no -0. */
  const json = fc.jsonValue().map(value => JSON.parse(JSON.stringify(value)) as unknown);

  it('arrives as it was, outside quotes', () => {
    fc.assert(
      fc.property(json, value => {
        expect(JSON.parse(renderJson('{"a":{{v}},"b":[{{v}},1]}', { v: value }))).toEqual({
          a: value,
          b: [value, 1],
        });
      }),
      { seed: 31, numRuns: 400 },
    );
  });

  it('arrives as its text, inside quotes, and keeps the shape', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), value => {
        const parsed = JSON.parse(
          renderJson('{"a":"{{v}}","b":"<{{v}}>","{{v}}!":1}', { v: value }),
        ) as unknown;
        expect(parsed).toEqual({ a: value, b: `<${value}>`, [`${value}!`]: 1 });
      }),
      { seed: 32, numRuns: 400 },
    );
  });

  it('leaves strict JSON or is refused, even raw and in sections', () => {
    const text = '{"s":"{{{v}}}",{{#v}}"v":{{{v}}},"l":[{{.}},],{{/v}}"w":{{w}},}';
    fc.assert(
      fc.property(fc.anything(), fc.anything(), (v, w) => {
        const rendered = orRefused(() => renderJson(text, { v, w }));
        if (rendered !== undefined) expect(() => JSON.parse(rendered) as unknown).not.toThrow();
      }),
      { seed: 33, numRuns: 800 },
    );
  });
});

describe('the judge of strict JSON', () => {
  it('agrees with JSON.parse on every text without superfluous commas', () => {
    const token = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      ',',
      ':',
      '"a"',
      '"\\u00e9"',
      '"\\x"',
      '1',
      '-0.5e+3',
      '01',
      'true',
      'nul',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(token, { maxLength: 10 }).map(tokens => tokens.join('')),
          fc.json(),
        ),
        text => {
          const strict = toStrictJson(text);
          const isJson = parses(text);
          if (isJson) expect(strict).toEqual({ json: text });
          if ('json' in strict) expect(parses(strict.json), strict.json).toBe(true);
          if (!isJson && !/,\s*[,\]}]|[[{]\s*,/.test(text)) expect(strict).toHaveProperty('problem');
        },
      ),
      { seed: 34, numRuns: 5_000 },
    );
  });

  it('reads deep and long texts', () => {
    const deep = `${'['.repeat(200_000)}${']'.repeat(200_000)}`;
    expect(toStrictJson(deep)).toEqual({ json: deep });
    const long = `["${'\\n'.repeat(300_000)}",]`;
    expect(toStrictJson(long)).toEqual({ json: long.replace(',]', ']') });
  });
});

function parses(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
