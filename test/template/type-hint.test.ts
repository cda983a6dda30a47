import { describe, expect, it } from 'vitest';
import { coerceToHint, parseTypeHint } from '../../src/template/type-hint.ts';

describe('a type hint', () => {
  it.each([
    ['integer', { type: 'integer' }],
    ['Number', { type: 'number' }],
    ['true/false', { type: 'boolean' }],
    ['boolean', { type: 'boolean' }],
    ['0-1000', { type: 'integer', minimum: 0, maximum: 1000 }],
    ['-10 to 10', { type: 'integer', minimum: -10, maximum: 10 }],
    ['0..10', { type: 'integer', minimum: 0, maximum: 10 }],
    ['0.5-2.5', { type: 'number', minimum: 0.5, maximum: 2.5 }],
    ['10-5', { description: '10-5' }],
    ['ASC, DESC', { type: 'string', enum: ['ASC', 'DESC'] }],
    ['a|b|c', { type: 'string', enum: ['a', 'b', 'c'] }],
    ['1, 2, 3', { type: 'integer', enum: [1, 2, 3] }],
    ['0.5, 1', { type: 'number', enum: [0.5, 1] }],
    ['Array of Objects', { type: 'array', items: { type: 'object' } }],
    ['Array of Strings', { type: 'array', items: { type: 'string' } }],
    ['list of integers', { type: 'array', items: { type: 'integer' } }],
    ['Array of Attachments', { type: 'array', description: 'Array of Attachments' }],
    ['Array', { type: 'array' }],
    ['object', { type: 'object' }],
    ['JSON', { contentMediaType: 'application/json' }],
    ['date', { type: 'string', format: 'date' }],
    ['date-time', { type: 'string', format: 'date-time' }],
    ['email', { type: 'string', format: 'email' }],
    ['the ticket number', { description: 'the ticket number' }],
    ['constructor', { description: 'constructor' }],
    ['a,,b', { description: 'a,,b' }],
  ])('[%s] becomes a schema', (text, schema) => {
    expect(parseTypeHint(text)).toEqual({ text, schema });
  });
});

describe('a value', () => {
  it.each([
    ['5', 'integer', 5],
    [' -5 ', 'integer', -5],
    ['007', 'integer', '007'],
    ['5.5', 'integer', '5.5'],
    ['9007199254740993', 'integer', '9007199254740993'],
    ['0x10', 'number', '0x10'],
    ['1e3', 'number', 1000],
    ['1e999', 'number', '1e999'],
    ['2000', '0-1000', 2000],
    ['2', '1, 2, 3', 2],
    ['true', 'true/false', true],
    ['FALSE', 'boolean', false],
    ['yes', 'boolean', 'yes'],
    ['[{"a":1}]', 'Array of Objects', [{ a: 1 }]],
    ['{"a":1}', 'Array of Objects', '{"a":1}'],
    ['{"a":1}', 'object', { a: 1 }],
    ['[', 'Array', '['],
    ['null', 'object', 'null'],
    ['[1]', 'JSON', [1]],
    ['nothing', 'JSON', 'nothing'],
    ['ASC', 'ASC, DESC', 'ASC'],
    ['5', 'date', '5'],
    [5, 'true/false', 5],
    [undefined, 'integer', undefined],
  ])('%j with the hint [%s] becomes %j', (value, hint, expected) => {
    expect(coerceToHint(value, parseTypeHint(hint))).toEqual(expected);
  });

  it('without a hint stays as it is', () => {
    expect(coerceToHint('5', undefined)).toBe('5');
  });
});
