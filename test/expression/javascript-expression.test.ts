// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the texts are expressions
import { describe, expect, it } from 'vitest';
import type { Clock } from '../../src/base/clock.ts';
import { compileExpression } from '../../src/expression/compile-expression.ts';
import { emptyScope, evaluate, failureOf } from './support.ts';

const body = {
  items: [
    { id: 1, n: 3, active: false, user: { email: 'a@x' } },
    { id: 2, n: 1, active: true, user: { email: 'b@x' } },
  ],
  date: '2020-Jan',
  expires_at: '2020-01-01T00:00:00Z',
  payload: '{"x":5}',
  result: [] as unknown[],
};

describe('an expression of a real definition', () => {
  it.each([
    ["body.user?.name ?? ''", ''],
    ["body.items.map(i => i.id).join(',')", '1,2'],
    ["body.items.map(m => m.user.email).join(',')", 'a@x,b@x'],
    ['body.items.filter(x => x.active)[0]?.id', 2],
    ["body.result[0] ? body.result[0].sys_id : ''", ''],
    ['({...body, extra: 1}).extra', 1],
    ['body.items.sort((a, b) => a.n - b.n)[0].id', 2],
    ["body.date.toLowerCase().replace(/[^a-z]/g, '')", 'jan'],
    ['new Date(body.expires_at).getTime() / 1000', 1_577_836_800],
    ['JSON.parse(body.payload).x', 5],
    ['Object.keys(body).length', 5],
    ["Object.entries(body.items[0].user).map(([k, v]) => `${k}=${v}`).join('&')", 'email=a@x'],
    [
      'body.items.map(({ id, extra = 0, ...rest }) => [id, extra, Object.keys(rest).length])',
      [
        [1, 0, 3],
        [2, 0, 3],
      ],
    ],
    ['body.items.length > 1 && statusCode === 200', true],
    ['3600', 3600],
    ['body.items.reduce((sum, { n }) => sum + n, 0);', 4],
    ['{ first: body.items[0].id }', { first: 1 }],
    ['[...body.items].pop().id', 2],
    ["'id' in body.items[0]", true],
    ["body.items[0].hasOwnProperty('id')", true],
    ['body.items.map?.(x => x.id)', [1, 2]],
    ['body.payload.foo?.map(x => x)', undefined],
  ])('%s works', (source, expected) => {
    expect(evaluate(source, body)).toStrictEqual(expected);
  });

  it('reads the last part of a Location header in any letter case', () => {
    const compiled = compileExpression("headers['Location'].split('/').pop()", {
      pointer: '',
      context: 'response',
    });
    expect(compiled.evaluate({ ...emptyScope, headers: { location: 'https://h/users/42' } })).toBe('42');
  });

  it('never changes the body, whatever it sorts, reverses, pops or shifts', () => {
    const list = Object.freeze([3, 1, 2]);
    expect(evaluate('[body.sort(), body.reverse(), body.pop(), body.shift()]', list)).toStrictEqual([
      [1, 2, 3],
      [2, 1, 3],
      2,
      3,
    ]);
    expect(list).toStrictEqual([3, 1, 2]);
  });

  it('sees current and index in children, and only there', () => {
    const child = compileExpression('`${index}:${current.id}`', { pointer: '', context: 'child' });
    expect(child.evaluate({ ...emptyScope, current: { id: 'x' }, index: 4 })).toBe('4:x');
    expect(failureOf(() => evaluate('current.id')).message).toContain(
      'exists only in the expressions of children',
    );
  });

  it('takes the present time from the given clock', () => {
    const clock: Clock = { now: () => 86_400_000, monotonicNow: () => 0, after: () => ({ cancel() {} }) };
    const compiled = compileExpression('[Date.now(), new Date()]', { pointer: '', context: 'response' });
    expect(compiled.evaluate(emptyScope, { clock })).toStrictEqual([86_400_000, '1970-01-02T00:00:00.000Z']);
  });
});

describe('a result', () => {
  it('has dates as ISO text and no extra members on matches', () => {
    expect(evaluate("({ at: new Date(0), bad: new Date('x') })")).toStrictEqual({
      at: '1970-01-01T00:00:00.000Z',
      bad: null,
    });
    const match = evaluate('body.match(/(?<word>b)/)', 'abc');
    expect(match).toStrictEqual(['b', 'b']);
    expect(Object.keys(match as object)).toStrictEqual(['0', '1']);
  });

  it('still has the members of a match inside the expression', () => {
    expect(evaluate('body.match(/(?<word>b)/).groups.word + body.match(/b/).index', 'abc')).toBe('b1');
  });

  it('keeps big integers that the body holds', () => {
    expect(evaluate('body.id', { id: 2n ** 70n })).toBe(2n ** 70n);
    expect(evaluate('`${body.id}`', { id: 2n ** 70n })).toBe('1180591620717411303424');
    expect(evaluate('body.id + body.id', { id: 2n ** 70n })).toBe(2n ** 71n);
    expect(failureOf(() => evaluate('body.id * body.id', { id: 2n })).code).toBe('EXPRESSION_FAILED');
  });
});

describe('an expression that fails', () => {
  it.each([
    ['body.user.name', 'body.user is undefined, so .name cannot be read'],
    ['(body.a ?? null)[0]', '(body.a ?? null) is null, so [0] cannot be read'],
    ['body.user.map(x => x)', 'body.user is undefined, so .map() cannot be called'],
    ['body.items.toUpperCase()', 'body.items is an array, which has no toUpperCase()'],
    ['body.items.map(x => x.a.b)', 'x.a is undefined, so .b cannot be read'],
    ['JSON.parse(body.date)', 'the text given to JSON.parse is not JSON'],
    ["'%'.length && decodeURIComponent('%')", 'not well-formed'],
    ["'x'.repeat(-1)", 'repeat was given a value outside its range'],
    ['[...1]', 'only a list or a text can be spread into a list'],
    ['body.items.map(([a]) => a)', 'only a list or a text'],
    ['[].reduce((a, b) => a)', 'reduce() of an empty list'],
    ["'' + ({ toString: 1 })", 'has no text form'],
  ])('%s says: %s', (source, message) => {
    const error = failureOf(() => evaluate(source, body));
    expect(error).toMatchObject({ code: 'EXPRESSION_FAILED', pointer: '/value' });
    expect(error.message).toContain(message);
  });

  it('never quotes the data, which may hold a token', () => {
    const secret = { token: 's3cr3t-t0ken', list: ['s3cr3t-t0ken'] };
    for (const source of [
      'JSON.parse(body.token)',
      'body.token.x.y',
      'body.list.trim()',
      'body.token.toFixed()',
      'new Date(body.token).toISOString()',
    ]) {
      const error = failureOf(() => evaluate(source, secret));
      expect(JSON.stringify(error) + String(error.cause)).not.toContain('s3cr3t');
    }
  });
});
