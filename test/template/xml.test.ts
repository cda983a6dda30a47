import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { expectRefusal, orRefused } from './refusals.ts';
import { compileText, renderText } from './templates.ts';

describe('XML', () => {
  it('escapes values in text and attributes', () => {
    expect(renderText('<a b="{{v}}" c=\'<<v>>\'>{{v}}</a>', { v: `<&>"'` }, 'xml')).toBe(
      '<a b="&lt;&amp;&gt;&quot;&#39;" c=\'&lt;&amp;&gt;&quot;&#39;\'>&lt;&amp;&gt;&quot;&#39;</a>',
    );
  });

  it('keeps the tag spelling apart from its own brackets', () => {
    expect(renderText('<a><<v>></a><<<name>>/>', { v: 1, name: 'ns:b' }, 'xml')).toBe('<a>1</a><ns:b/>');
  });

  it('lets a value name an element only with a name', () => {
    for (const value of ['', 'a b', 'a>', '1a', 'a/', 'x="y"', 'a:b:c']) {
      expectRefusal(() => renderText('<{{v}}/>', { v: value }, 'xml'), 'VALUE_REFUSED', /not an XML name/);
    }
  });

  it('takes no tags in declarations', () => {
    expectRefusal(() => compileText('<?xml version="{{v}}"?>', 'xml'), 'TEMPLATE_PLACE');
    expectRefusal(() => compileText('<!DOCTYPE {{v}}>', 'xml'), 'TEMPLATE_PLACE');
  });

  it('refuses characters that XML cannot hold', () => {
    for (const value of ['\u0000', '\u000b', '\ufffe']) {
      expectRefusal(() => renderText('<a>{{v}}</a>', { v: value }, 'xml'), 'PARAMETER_INVALID');
    }
  });

  it('inserts raw values as they are', () => {
    expect(renderText('<a>{{{v}}}</a>', { v: '<b/>' }, 'xml')).toBe('<a><b/></a>');
  });

  it('demands that a section ends where it began', () => {
    expectRefusal(() => compileText('<a {{#v}}b="{{/v}}x">', 'xml'), 'TEMPLATE_PLACE', /"v"/);
    expect(renderText('<a{{#v}} b="{{v}}"{{/v}}/>', { v: 1 }, 'xml')).toBe('<a b="1"/>');
  });

  it('gives every value back to a reader, wherever it stands', () => {
    const text = fc.string({
      unit: fc.constantFrom('<', '>', '&', '"', "'", ']', '-', '!', '\n', '\r', '\t', ' ', 'a', 'é', '☃'),
    });
    fc.assert(
      fc.property(text, value => {
        const xml = renderText(
          '<r a="{{v}}" b=\'{{v}}\'>{{v}}<![CDATA[]]{{v}}]]]><!--{{v}}--><e/></r>',
          { v: value },
          'xml',
        );
        const match = /^<r a="([^"]*)" b='([^']*)'>([^<]*)(.*)<!--(.*)--><e\/><\/r>$/s.exec(xml);
        expect(match, xml).not.toBeNull();
        const [, double = '', single = '', content = '', cdata = '', comment = ''] = match ?? [];
        expect([double, single, content].map(decodeEntities)).toEqual([value, value, value]);
        expect(decodeCdata(cdata)).toBe(`]]${value}]`);
        expect(comment).not.toContain('--');
      }),
      { seed: 21, numRuns: 600 },
    );
  });

  it('accepts or refuses a value and fails in no other way', () => {
    fc.assert(
      fc.property(fc.anything(), value => {
        orRefused(() => renderText('<a b="{{v}}">{{v}}{{#v}}x{{/v}}</a>', { v: value }, 'xml'));
      }),
      { seed: 22, numRuns: 500 },
    );
  });
});

const entities: Readonly<Record<string, string>> = { lt: '<', gt: '>', amp: '&', quot: '"' };

/** An XML reader turns raw white space of attributes into spaces, so none may be left; it never sees a raw `<`. */
function decodeEntities(text: string): string {
  expect(text).not.toMatch(/[<\r]|&(?!#?\w+;)/);
  return text.replace(/&(?:#(\d+)|(\w+));/g, (_all, code: string | undefined, name: string | undefined) =>
    code === undefined ? (entities[name ?? ''] ?? '?') : String.fromCodePoint(Number(code)),
  );
}

/** Reads a run of CDATA sections as a parser does: each ends at the first end mark. */
function decodeCdata(text: string): string {
  let content = '';
  for (let rest = text; rest !== ''; ) {
    expect(rest.startsWith('<![CDATA[')).toBe(true);
    const end = rest.indexOf(']]>');
    expect(end).toBeGreaterThan(0);
    content += rest.slice('<![CDATA['.length, end);
    rest = rest.slice(end + 3);
  }
  return content;
}
