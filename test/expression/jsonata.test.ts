import { afterAll, describe, expect, it } from 'vitest';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { compileExpression } from '../../src/expression/compile-expression.ts';
import {
  createExpressionSandbox,
  disposeExpressionWorkers,
} from '../../src/expression/expression-sandbox.ts';
import { emptyScope, failureOf } from './support.ts';

const body = {
  items: [
    { id: 1, n: 2 },
    { id: 2, n: 5 },
  ],
  name: 'Ann',
  access_token: 't0',
};
const sandbox = createExpressionSandbox();

afterAll(async () => {
  await sandbox.close();
  await disposeExpressionWorkers();
});

async function run(source: string, trusted: boolean, data: unknown = body): Promise<unknown> {
  const compiled = compileExpression(source, {
    pointer: '/value',
    context: 'response',
    language: 'jsonata',
    trusted,
    sandbox,
  });
  expect(compiled).toMatchObject({ isAsync: true, language: 'jsonata' });
  return compiled.evaluate({ ...emptyScope, body: data });
}

async function rejectionOf(promise: Promise<unknown>): Promise<FerruleError> {
  const error = await promise.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (error instanceof FerruleError) return error;
  throw error ?? new TypeError('expected a rejection');
}

describe('JSONata', () => {
  it('is used only when it is asked for, by prefix or by language', async () => {
    const options = { pointer: '', context: 'response' } as const;
    expect(compileExpression("body['access_token']", options).language).toBe('javascript');
    const prefixed = compileExpression('jsonata: body.name', options);
    expect(prefixed.source).toBe('jsonata: body.name');
    expect(await prefixed.evaluate({ ...emptyScope, body })).toBe('Ann');
    const both = compileExpression('jsonata: body.name', { ...options, language: 'jsonata' });
    expect(await both.evaluate({ ...emptyScope, body })).toBe('Ann');
  });

  it('that cannot be read is refused when it is compiled, with its place', () => {
    expect(
      failureOf(() => compileExpression('jsonata: body.(', { pointer: '/v', context: 'response' })),
    ).toMatchObject({
      code: 'EXPRESSION_SYNTAX',
      pointer: '/v',
      message: expect.stringContaining('Expected ")" before end of expression'),
    });
    expect(
      failureOf(() => compileExpression(`jsonata:${'('.repeat(9000)}`, { pointer: '', context: 'response' }))
        .code,
    ).toBe('EXPRESSION_SYNTAX');
  });
});

describe.each([
  ['trusted, in process', true],
  ['not trusted, in a process of its own', false],
])('JSONata that is %s', (_, trusted) => {
  it.each([
    ['body.items.id', [1, 2]],
    ['$sum(body.items.n)', 7],
    ['body.items[n > 3].id', 2],
    ['{ "ids": body.items.id, "status": statusCode }', { ids: [1, 2], status: 200 }],
    ['body.nothing', undefined],
    ['function($x) { $x }', undefined],
    ['{ "f": $sum }', { f: undefined }],
    ['body.constructor', undefined],
    ['body.__proto__', undefined],
  ])('gives plain data for %s', async (source, expected) => {
    const value = await run(source, trusted);
    expect(value).toStrictEqual(expected);
    if (Array.isArray(value)) expect(Reflect.ownKeys(value)).toStrictEqual(['0', '1', 'length']);
  });

  it('fails with a typed error that names the place and not the data', async () => {
    const error = await rejectionOf(run('body.access_token + 1', trusted));
    expect(error).toMatchObject({
      code: 'EXPRESSION_FAILED',
      pointer: '/value',
      details: { jsonata: 'T2001' },
    });
    expect(error.message).toContain('the left side of an operator is not a number');
    const named = await rejectionOf(run('$error(body.access_token)', trusted));
    expect(JSON.stringify(named)).not.toContain('t0');
  });

  it.each([
    ['endless recursion', '($f := function($x) { $f($x + 1) + 1 }; $f(1))', 'stack'],
    ['an endless loop', '($f := function($x) { $f($x + 1) }; $f(1))', 'maxTimeMs'],
    ['a huge range', '[1..5000000]', 'maxArrayLength'],
  ])('is stopped at %s', async (_name, source, limit) => {
    expect(await rejectionOf(run(source, trusted))).toMatchObject({
      code: 'EXPRESSION_BUDGET',
      details: { limit },
    });
  });
});

describe('the process of untrusted expressions', () => {
  it('is killed when a regular expression never ends, and replaced for the next expression', async () => {
    const startedAt = performance.now();
    const endless = run('$match(body.name, /^(a+)+$/)', false, { name: `${'a'.repeat(40)}b` });
    const next = run('body.name', false);
    expect(await rejectionOf(endless)).toMatchObject({
      code: 'EXPRESSION_BUDGET',
      details: { limit: 'maxTimeMs' },
    });
    expect(performance.now() - startedAt).toBeLessThan(5000);
    expect(await next).toBe('Ann');
  });

  it('dies of too much memory alone', async () => {
    for (const hungry of [
      '$map([1..100], function($i) { $uppercase($pad("x", 100000000 + $i)) })',
      '($double := function($s, $n) { $n = 0 ? $s : $double($s & $s, $n - 1) }; $uppercase($double("xxxxxxxx", 25)))',
      '($double := function($s, $n) { $n = 0 ? $s : $double($s & $s, $n - 1) }; $double("xxxxxxxx", 25))',
    ]) {
      expect((await rejectionOf(run(hungry, false))).code, hungry).toBe('EXPRESSION_BUDGET');
    }
    expect(await run('body.name', false)).toBe('Ann');
  });

  it('refuses values that cannot be copied to it', async () => {
    expect(await rejectionOf(run('body', false, { run: () => 1 }))).toMatchObject({
      code: 'EXPRESSION_FAILED',
      details: { jsonata: 'input' },
    });
  });

  it('is started anew after it was closed', async () => {
    const other = createExpressionSandbox();
    const limits = { timeoutMs: 100, maxStack: 10, maxSequence: 10, maxDepth: 10, maxCells: 100 };
    await other.close();
    expect(await other.run({ source: '1 + 1', input: {}, limits }, 250)).toStrictEqual({
      ok: true,
      value: 2,
    });
    await other.close();
    expect(await other.run({ source: '1 + 2', input: {}, limits }, 250)).toStrictEqual({
      ok: true,
      value: 3,
    });
    const endless = '($f := function($x) { $f($x) }; $f(1))';
    const running = other.run({ source: endless, input: {}, limits: { ...limits, timeoutMs: 0 } }, 20_000);
    await new Promise(setImmediate);
    await other.close();
    expect(await running).toStrictEqual({ ok: false, problem: { code: 'stopped' } });
  });
});
