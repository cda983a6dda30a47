import { describe, expect, it } from 'vitest';
import { parseTagName } from '../../src/template/tag-name.ts';

describe('a tag name', () => {
  it.each([
    ['Query', 'Query', false, undefined],
    ['  Submission Id*  ', 'Submission Id', true, undefined],
    ['Limit [0-1000]', 'Limit', false, '0-1000'],
    ['Limit [0-1000]*', 'Limit', true, '0-1000'],
    ['Limit * [0-1000]', 'Limit', true, '0-1000'],
    ['Items [Array of Objects]*', 'Items', true, 'Array of Objects'],
    ['a/b', 'a/b', false, undefined],
    ['a [b] c', 'a [b] c', false, undefined],
    ['__proto__', '__proto__', false, undefined],
    ['Größe [integer]', 'Größe', false, 'integer'],
    ['*', '*', false, undefined],
    ['[integer]', '[integer]', false, undefined],
    ['Ids []', 'Ids []', false, undefined],
    ['.', '.', false, undefined],
  ])('is read from %j', (text, base, required, hint) => {
    const tag = parseTagName(text);
    expect(tag).toMatchObject({ name: text.trim(), base, required });
    expect(tag.hint?.text).toBe(hint);
  });
});
