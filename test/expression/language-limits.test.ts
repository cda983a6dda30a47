// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are expressions
import { describe, expect, it } from 'vitest';
import { compileExpression } from '../../src/expression/compile-expression.ts';
import { failureOf } from './support.ts';

const compile = (source: string) => compileExpression(source, { pointer: '/config/x', context: 'response' });

describe('outside the language', () => {
  it.each([
    ['body.x = 1', 'an assignment'],
    ['body.n++', '++ or --'],
    ['delete body.x', 'delete'],
    ['void 0', 'void'],
    ['this', 'this'],
    ['this.constructor', 'this'],
    ['(body, 1)', 'a comma between two expressions'],
    ['function () {}', 'a function with its own body'],
    ['class {}', 'a class'],
    ['body`x`', 'a tagged template'],
    ["import('x')", 'import'],
    ['new.target', ''],
    ['async x => x', ''],
    ['body.map(async x => x)', 'cannot be async'],
    ['body.map(x => { return x })', 'one expression'],
    ['body.map(function (x) { return x })', 'needs a function'],
    ['body.map(body.f)', 'needs a function'],
    ['body.map()', 'needs a function'],
    ['body.map(...body)', 'cannot be spread'],
    ['x => x', 'a function may only stand'],
    ['[x => x]', 'a function may only stand'],
    ['JSON.parse(body, (k, v) => v)', 'a function may only stand'],
    ['(x => x)(1)', 'cannot be called'],
    ['body()', 'cannot be called'],
    ["body['map']['call']()", 'call() is not a function'],
    ['body[body.name]()', 'must be written out'],
    ['process.env', 'process does not exist'],
    ['globalThis', 'globalThis does not exist'],
    ['window', 'window does not exist'],
    ['require("fs")', 'cannot be called'],
    ['eval("1")', 'cannot be called'],
    ['arguments', 'arguments does not exist'],
    ['Math', 'can only be called'],
    ['Math.constructor', 'Math.constructor is not a value'],
    ['Math.random()', 'Math.random() is not a function'],
    ['Object.getPrototypeOf(body)', 'Object.getPrototypeOf() is not a function'],
    ['Object.defineProperty(body, "a", {})', 'is not a function'],
    ['String.raw`x`', 'a tagged template'],
    ['Reflect.get(body)', 'reflect'],
    ['Symbol.iterator', 'symbol'],
    ['new Map()', 'only a date can be made with new'],
    ['new Function("1")', 'only a date'],
    ['new RegExp(body)', 'only a date'],
    ['Date()', 'Date() is not a function'],
    ['body instanceof Object', 'instanceof is not part'],
    ['({ get x() { return 1 } })', 'no functions, getters or setters'],
    ['({ x() { return 1 } })', 'no functions, getters or setters'],
    ['({ __proto__: body })', 'no __proto__'],
    ["({ '__proto__': body })", 'no __proto__'],
    ['[,]', 'no empty places'],
    ['10n', 'big integers cannot be written out'],
    ['/x/', 'a regular expression may only'],
    ['/x/.source', 'a regular expression may only'],
    ["'a'.match(body.pattern)", 'needs a regular expression that is written out'],
    ["'a'.match('a')", 'needs a regular expression that is written out'],
    ["'a'.match()", 'needs a regular expression'],
    ["'a'.includes(/a/)", 'a regular expression may only'],
    ['/x/.toString()', 'has no toString()'],
    ['body.push(1)', 'push() would change a list'],
    ['body.toLocaleString()', 'toLocaleString() is not a function'],
  ])('is %s', (source, reason) => {
    const error = failureOf(() => compile(source));
    expect(['EXPRESSION_NOT_ALLOWED', 'EXPRESSION_SYNTAX']).toContain(error.code);
    expect(error.pointer).toBe('/config/x');
    expect(error.message.toLowerCase()).toContain(reason.toLowerCase());
  });

  it('the nearest name is suggested', () => {
    expect(failureOf(() => compile('bodi.x + 1')).suggestion).toBe('body');
    expect(failureOf(() => compile('body.mapp(x => x)')).suggestion).toBe('map');
    expect(failureOf(() => compile('Math.flor(1)')).suggestion).toBe('Math.floor');
    expect(failureOf(() => compile('body.map(item => itm.id)')).suggestion).toBe('item');
    expect(failureOf(() => compile('body.push(1)')).expected).toBe('[...list, element]');
  });

  it('the position of the part is named', () => {
    expect(failureOf(() => compile('1 + process'))).toMatchObject({
      code: 'EXPRESSION_NOT_ALLOWED',
      details: { position: 4 },
      message: expect.stringContaining('at character 5'),
    });
  });
});

describe('a source that cannot be read', () => {
  it.each([
    ['', 0, 'the end of the expression'],
    ['   ', 3, 'the end of the expression'],
    ['body.', 5, 'the end of the expression'],
    ['(body', 5, 'the end of the expression'],
    ['body)', 4, ')'],
    ['body items', 5, 'items'],
    ['body;;', 5, ';'],
    ['1 +* 2', 3, '* 2'],
    ["'open", 0, "'open"],
    ['a) + (b', 1, ') + (b'],
  ])('%j is refused at its position', (source, position, found) => {
    expect(failureOf(() => compile(source))).toMatchObject({
      code: 'EXPRESSION_SYNTAX',
      pointer: '/config/x',
      details: { position },
      found,
    });
  });

  it('is refused when it is longer than 20,000 characters', () => {
    expect(failureOf(() => compile(`body.${'a'.repeat(20_000)}`))).toMatchObject({
      code: 'EXPRESSION_SYNTAX',
    });
  });

  it.each([
    ['brackets', `${'('.repeat(9000)}1${')'.repeat(9000)}`],
    ['lists', '['.repeat(9000) + ']'.repeat(9000)],
    ['signs', `${'- '.repeat(9000)}1`],
    ['negations', `${'!'.repeat(19_000)}1`],
    ['sums', `1${'+1'.repeat(9000)}`],
    ['members', `body${'.a'.repeat(9000)}.b()`],
    ['choices', `${'1?'.repeat(6000)}1${':1'.repeat(6000)}`],
    ['templates', ['`${'.repeat(6000), '1', '}`'.repeat(6000)].join('')],
    ['calls', `body${'.at(0)'.repeat(3000)}`],
    ['callbacks', `body${'.map(x=>x'.repeat(2000)}${')'.repeat(2000)}`],
    ['groups of a regular expression', `/${'('.repeat(9000)}${')'.repeat(9000)}/.test('')`],
  ])('is refused when its %s are nested thousands deep', (_, source) => {
    const error = failureOf(() => compile(source));
    expect(error.code).toMatch(/^EXPRESSION_(SYNTAX|NOT_ALLOWED)$/);
  });
});
