import { Buffer } from 'node:buffer';
import { describe, expect, it } from 'vitest';
import { SecretValue } from '../../src/base/secret-value.ts';
import type { TemplatePlace } from '../../src/template/compile-template.ts';
import { catchError, expectRefusal } from './refusals.ts';
import { compileText, pointer, renderText } from './templates.ts';

const everyPlace: readonly TemplatePlace[] = ['query', 'form', 'header', 'json', 'xml', 'text', 'multipart'];
const date = new Date(Date.UTC(2026, 0, 2, 3, 4, 5));

describe('values', () => {
  it('of each scalar type have one text', () => {
    const text = '{{s}}|{{n}}|{{z}}|{{b}}|{{big}}|{{d}}|{{secret}}|{{none}}|{{nil}}';
    const values = {
      s: 'x',
      n: 1e21,
      z: -0,
      b: false,
      big: 2n ** 70n,
      d: date,
      secret: new SecretValue('S'),
      nil: null,
    };
    expect(renderText(text, values)).toBe(
      'x|1e+21|0|false|1180591620717411303424|2026-01-02T03:04:05.000Z|S||',
    );
  });

  it('that are lists and objects become JSON text in text, query and form', () => {
    const value = {
      list: [1, 'a"', new SecretValue('S'), date, undefined, 5n],
      none: undefined,
      ['__proto__']: null,
    };
    const json = '{"list":[1,"a\\"","S","2026-01-02T03:04:05.000Z",null,5],"__proto__":null}';
    expect(renderText('{{v}}', { v: JSON.parse('{"__proto__":1}') })).toBe('{"__proto__":1}');
    expect(renderText('{{v}}', { v: { list: value.list, none: undefined } })).toBe(
      json.replace(',"__proto__":null', ''),
    );
    expect(decodeURIComponent(renderText('{{v}}', { v: { list: value.list } }, 'query'))).toBe(
      json.replace(',"__proto__":null', ''),
    );
    expect(new URLSearchParams(`v=${renderText('{{v}}', { v: [1, 'ä &'] }, 'form')}`).get('v')).toBe(
      '[1,"ä &"]',
    );
  });

  it.each(['header', 'multipart'] as const)('that are lists and objects are refused in %s places', place => {
    const error = catchError(() => renderText('{{Ids}}', { Ids: [1, 2, 3] }, place));
    expect(error).toMatchObject({
      code: 'PARAMETER_INVALID',
      pointer,
      found: 'a list of 3',
      stage: 'render',
    });
    expect(error.message).toContain('"Ids"');
    expectRefusal(() => renderText('{{Ids}}', { Ids: {} }, place), 'PARAMETER_INVALID');
  });

  it.each(everyPlace)('without text are refused in %s places', place => {
    const cyclic: unknown[] = [];
    cyclic.push([cyclic]);
    const deep = JSON.parse(`${'['.repeat(501)}${']'.repeat(501)}`);
    const wrong = [
      () => 1,
      Symbol('s'),
      Number.NaN,
      Number.POSITIVE_INFINITY,
      new Date(Number.NaN),
      cyclic,
      deep,
    ];
    const strange = [
      new Map(),
      new Set(),
      /x/,
      new Uint8Array(2),
      [() => 1],
      { a: Number.NaN },
      { a: Symbol('s') },
    ];
    for (const value of [...wrong, ...strange]) {
      expectRefusal(() => renderText('{{v}}', { v: value }, place), 'PARAMETER_INVALID', /"v"/);
    }
  });

  it.each(['query', 'form', 'header', 'xml', 'text', 'multipart'] as const)(
    'with half of a surrogate pair are refused in %s places',
    place => {
      for (const text of ['{{v}}', '{{{v}}}']) {
        expectRefusal(() => renderText(text, { v: 'a\ud800' }, place), 'PARAMETER_INVALID', /surrogate/);
      }
    },
  );

  it('are never shown in errors', () => {
    const secret = 'hunter2\n';
    for (const value of [secret, new SecretValue(secret)]) {
      const error = catchError(() => renderText('{{v}}', { v: value }, 'header'));
      expect(JSON.stringify(error)).not.toContain('hunter2');
    }
    expect(catchError(() => renderText('{{v}}', { v: [new SecretValue(secret)] }, 'header')).found).toBe(
      'a list of 1',
    );
  });
});

describe('a query or form value', () => {
  it('is one value, static text included', () => {
    expect(
      renderText('element_id={{System ID}}^ORDERBYsys_created_on', { 'System ID': 'a&b=c' }, 'query'),
    ).toBe('element_id%3Da%26b%3Dc%5EORDERBYsys_created_on');
    expect(renderText('a b~{{v}}', { v: "!'()*~-._ +é" }, 'form')).toBe(
      'a+b%7E%21%27%28%29*%7E-._+%2B%C3%A9',
    );
    expect(renderText('a b~{{v}}', { v: "!'()*~-._ +é" }, 'query')).toBe(
      'a%20b~%21%27%28%29%2A~-._%20%2B%C3%A9',
    );
  });

  it('inserted raw keeps its own encoding and still cannot begin another parameter', () => {
    expect(renderText('{{{v}}}', { v: 'a%20b+c=d&e#f;g%' }, 'query')).toBe('a%20b+c=d%26e%23f%3Bg%25');
    expect(renderText('<<&v>>', { v: '%C3%A9&x' }, 'form')).toBe('%C3%A9%26x');
  });
});

describe('a header', () => {
  it.each(['\r', '\n', '\u0000', '\u001b', '\u007f', '\u0085'])(
    'refuses %j in values, raw or not',
    character => {
      for (const text of ['Bearer {{v}}', 'Bearer {{{v}}}']) {
        expectRefusal(
          () => renderText(text, { v: `a${character}b` }, 'header'),
          'VALUE_REFUSED',
          /"v" contains/,
        );
      }
      expectRefusal(() => compileText(`a${character}{{v}}`, 'header'), 'HEADER_INVALID', /column 2/);
    },
  );

  it('keeps tabs and everything printable', () => {
    expect(renderText('a\t{{v}}', { v: '"<é>&\t' }, 'header')).toBe(`a\t${binary('"<é>&\t')}`);
    expect(renderText('ü {{v}}', { v: '☃' }, 'header')).toBe(binary('ü ☃'));
  });

  it('has a name without tags', () => {
    expect(renderText('X-Api-Key', {}, 'header-name')).toBe('X-Api-Key');
    expectRefusal(
      () => compileText('X-{{v}}', 'header-name'),
      'TEMPLATE_PLACE',
      /"v" stands in a header name/,
    );
    expectRefusal(() => compileText('X Y', 'header-name'), 'HEADER_INVALID');
  });
});

describe('the name of a multipart part', () => {
  it('is escaped as browsers do and refuses other control characters', () => {
    expect(renderText('a"{{v}}', { v: 'x"\r\ny\\é.txt' }, 'multipart')).toBe('a%22x%22%0D%0Ay\\é.txt');
    expectRefusal(() => renderText('{{v}}', { v: 'a\u0000' }, 'multipart'), 'VALUE_REFUSED', /NUL/);
  });
});

describe('plain text', () => {
  it('takes every character as it is and never escapes for HTML', () => {
    const value = `<b>&"'\r\n\u0000☃`;
    expect(renderText('{{v}}{{{v}}}', { v: value })).toBe(value + value);
  });
});

function binary(text: string): string {
  return Buffer.from(text, 'utf8').toString('latin1');
}
