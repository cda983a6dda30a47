import { describe, expect, it } from 'vitest';
import { looksLikeJson, looksLikeXml } from '../../src/template/text-kind.ts';

describe('a body without content type', () => {
  it.each([
    '{"a":1}',
    ' {\n"a": {{a}} }\n',
    '{}',
    '{{{key}}: 1}',
    '{ {{#a}}"b":1{{/a}} }',
    '[{{a}}]',
    '[1]',
    '[]',
    '[{"a":1}]',
    '{{#a}}{"a":1}{{/a}}',
    '[ {{#rows}}{"a":<<a>>},{{/rows}} ]',
  ])('looks like JSON: %j', text => {
    expect([looksLikeJson(text), looksLikeXml(text)]).toEqual([true, false]);
  });

  it.each(['<a/>', '<?xml version="1.0"?><a/>', ' <!-- x --><a></a>', '<<<name>>/>', '<a><<b>></a>\n'])(
    'looks like XML: %j',
    text => {
      expect([looksLikeJson(text), looksLikeXml(text)]).toEqual([false, true]);
    },
  );

  it.each([
    '',
    'text',
    '{{body}}',
    '<<body>>',
    '{{#a}}x{{/a}}',
    '[1] note',
    '{a: 1}',
    '{ not json',
    '<3',
    '< a>',
    '[x]',
  ])('looks like text: %j', text => {
    expect([looksLikeJson(text), looksLikeXml(text)]).toEqual([false, false]);
  });

  it('is read with the spellings that are on', () => {
    expect(looksLikeXml('<<a>>', ['{{}}'])).toBe(false);
    expect(looksLikeJson('[<<a>>]', ['{{}}'])).toBe(false);
  });
});
