import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { orRefused } from './refusals.ts';
import { compileText, compileUrl, renderJson, renderText, type Values } from './templates.ts';

/** Values as callers pass them, hostile ones included. */
const anyValue = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom('\r', '\n', '\u0000', '&', '=', '+', '%', '"', '<', '{', '}', ':', ' ', 'a', 'é'),
  }),
  fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSparseArray: true,
    withTypedArray: true,
  }),
);

describe('any parameter value', () => {
  it('leaves a header one line of bytes, and arrives', () => {
    fc.assert(
      fc.property(anyValue, fc.constantFrom('Bearer {{v}}', 'Bearer {{{v}}}'), (value, template) => {
        const header = orRefused(() => renderText(template, { v: value }, 'header'));
        if (header === undefined) return;
        expect(header).toMatch(/^Bearer [\t\u0020-\u007e\u0080-\u00ff]*$/);
        if (typeof value === 'string') expect(fromBytes(header)).toBe(`Bearer ${value}`);
      }),
      { seed: 61, numRuns: 1_000 },
    );
  });

  it('leaves a query one value, and arrives', () => {
    fc.assert(
      fc.property(anyValue, value => {
        const encoded = orRefused(() => renderText('x{{v}}^y', { v: value }, 'query'));
        if (encoded === undefined) return;
        const parameters = [...new URL(`https://a.b/?k=${encoded}&end=1`).searchParams];
        expect(parameters.map(([name]) => name)).toEqual(['k', 'end']);
        if (typeof value === 'string') expect(parameters[0]?.[1]).toBe(`x${value}^y`);
      }),
      { seed: 62, numRuns: 1_000 },
    );
  });

  it('leaves a raw query one value', () => {
    fc.assert(
      fc.property(anyValue, value => {
        const encoded = orRefused(() => renderText('x{{{v}}}', { v: value }, 'query'));
        if (encoded === undefined) return;
        const names = [...new URL(`https://a.b/?k=${encoded}&end=1`).searchParams.keys()];
        expect(names).toEqual(['k', 'end']);
      }),
      { seed: 63, numRuns: 1_000 },
    );
  });

  it('leaves a form one field, and arrives as the URL standard writes it', () => {
    fc.assert(
      fc.property(anyValue, value => {
        const encoded = orRefused(() => renderText('{{v}}', { v: value }, 'form'));
        if (encoded === undefined) return;
        expect([...new URLSearchParams(`k=${encoded}&end=1`).keys()]).toEqual(['k', 'end']);
        if (typeof value === 'string')
          expect(`k=${encoded}`).toBe(new URLSearchParams({ k: value }).toString());
      }),
      { seed: 64, numRuns: 1_000 },
    );
  });

  it('leaves a part name inside its quotes', () => {
    fc.assert(
      fc.property(anyValue, value => {
        const name = orRefused(() => renderText('f-{{v}}', { v: value }, 'multipart'));
        if (name !== undefined) expect(name).not.toMatch(/"|[^\P{Cc}\t]/u);
      }),
      { seed: 65, numRuns: 1_000 },
    );
  });

  it('is evaluated once: tags in values are text', () => {
    const trap = fc.constantFrom(
      '<<b>>',
      '{{b}}',
      '{{{b}}}',
      '{{#b}}',
      '{{/b}}',
      '{{',
      '}}',
      '{{!',
      'x',
      '<<&b>>',
    );
    fc.assert(
      fc.property(
        fc.array(trap).map(parts => parts.join('')),
        value => {
          const values: Values = { a: value, b: 'EVALUATED', list: [value], o: { a: value } };
          expect(renderText('<<a>>|{{{a}}}|{{#list}}{{.}}{{/list}}|{{#o}}<<a>>{{/o}}', values)).toBe(
            [value, value, value, value].join('|'),
          );
          expect(JSON.parse(renderJson('{"a":"{{a}}","b":{{a}}}', values))).toEqual({ a: value, b: value });
        },
      ),
      { seed: 66, numRuns: 500 },
    );
  });
});

describe('a compiled template', () => {
  it('is frozen and renders the same again and again', () => {
    const template = compileText('{{#a}}{{.}}-{{/a}}<<b>>');
    const url = compileUrl('https://{{h}}.a.b', '/{{p}}');
    expect([template, url, template.references, url.references].every(Object.isFrozen)).toBe(true);
    expect([1, 2].map(() => template.render({ a: [1, 2], b: 'c' }))).toEqual(['1-2-c', '1-2-c']);
    expect([1, 2].map(() => url.render({ h: 'x', p: 'y' }))).toEqual(['https://x.a.b/y', 'https://x.a.b/y']);
  });
});

function fromBytes(text: string): string {
  return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(
    Uint8Array.from(text, character => character.charCodeAt(0)),
  );
}
