import { describe, expect, it } from 'vitest';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { compileExpression } from '../../src/expression/compile-expression.ts';
import type { ExpressionScope } from '../../src/expression/expression.ts';
import { compilePath } from '../../src/expression/path-expression.ts';

const scope: ExpressionScope = {
  body: {
    access_token: 't0',
    user: { name: 'Ann', 'full name': 'Ann B.', none: null },
    items: [{ id: 1 }, { id: 2 }],
    text: 'word',
    flag: false,
    'a-b': 1,
    $x: 2,
    constructor: 'own',
  },
  headers: { location: '/users/7', 'x-request-id': 'r1', 'set-cookie': ['a=1', 'b=2'] },
  statusCode: 201,
  current: { id: 9, tags: ['x'] },
  index: 3,
};

const paths = [
  'body',
  ' body ',
  "body['access_token']",
  'body["access_token"]',
  'body.access_token',
  'body.user.name',
  'body.user?.name',
  "body.user['full name']",
  "body?.user?.['full name']",
  'body.user.none',
  'body.user.none?.deep.deeper',
  'body.user.none.deep',
  'body.nothing',
  'body.nothing?.deep[0].deeper',
  'body.nothing.deep',
  'body.nothing?.[0]',
  'body.items[0].id',
  'body.items[1]?.id',
  'body.items[7]',
  'body.items[7].id',
  'body.items.length',
  'body.items.map',
  'body.text.length',
  'body.text[0]',
  'body.text[9]',
  'body.flag.x',
  'body["a-b"]',
  'body.$x',
  'body.constructor',
  'body.items.constructor',
  'body.__proto__',
  'body.toString',
  'body.if',
  "headers['Location']",
  'headers.Location',
  'headers?.LOCATION',
  "headers['X-Request-Id']",
  "headers['Set-Cookie'][1]",
  'headers.missing',
  'statusCode',
  'statusCode.x',
  'current.id',
  'current.tags[0]',
  'index',
];

/** What comes out: the value, or the error as its reader sees it. */
function outcome(source: string, pathShortcut: boolean): unknown {
  try {
    return compileExpression(source, { pointer: '/value', context: 'child', pathShortcut }).evaluate(scope);
  } catch (error) {
    if (error instanceof FerruleError) return error.toJSON();
    throw error;
  }
}

describe('a path', () => {
  it.each(paths)('%s gives the same with the shortcut and without', source => {
    expect(compilePath(source, 'child')).toBeTypeOf('function');
    expect(outcome(source, true)).toStrictEqual(outcome(source, false));
  });

  it('gives the member it names', () => {
    expect(outcome("body['access_token']", true)).toBe('t0');
    expect(outcome('headers.Location', true)).toBe('/users/7');
    expect(outcome('body.nothing?.deep[0].deeper', true)).toBeUndefined();
    expect(outcome('body.constructor', true)).toBe('own');
    expect(outcome('body.items.constructor', true)).toBeUndefined();
  });

  it('that meets nothing on its way says which part is missing', () => {
    expect(outcome('body.nothing.deep', true)).toMatchObject({
      code: 'EXPRESSION_FAILED',
      pointer: '/value',
      message: expect.stringContaining('body.nothing is undefined, so .deep cannot be read'),
    });
  });

  it.each([
    "body['a\\'b']",
    'body.a + 1',
    'body.a()',
    'body[0',
    'body[01]',
    'body.1',
    'body..a',
    'bodyguard',
    'body.a // x',
    'body[a]',
    'other.a',
    '',
  ])('%s is left to the full parser', source => {
    expect(compilePath(source, 'child')).toBeUndefined();
  });

  it('leaves current and index to the full parser outside of children', () => {
    expect(compilePath('current.id', 'response')).toBeUndefined();
    expect(compilePath('index', 'response')).toBeUndefined();
  });
});
