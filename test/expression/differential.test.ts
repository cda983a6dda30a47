import fc from 'fast-check';
import { expect, it } from 'vitest';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { arbitraryBody, arbitraryExpression } from './arbitrary-expression.ts';
import { evaluate } from './support.ts';

/** A long search is run by hand with FUZZ_RUNS=200000 and another FUZZ_SEED. */
const RUNS = Number(process.env['FUZZ_RUNS'] ?? 4000);
const SEED = Number(process.env['FUZZ_SEED'] ?? 20_260_101);

type Outcome = { readonly value: unknown } | 'failed' | 'not in the language' | 'budget';

function ours(source: string, body: unknown): Outcome {
  try {
    return { value: evaluate(source, body) };
  } catch (error) {
    if (!(error instanceof FerruleError)) throw error;
    if (error.code === 'EXPRESSION_BUDGET') return 'budget';
    return error.code === 'EXPRESSION_FAILED' ? 'failed' : 'not in the language';
  }
}

function engine(source: string, body: unknown): Outcome {
  const run = new Function('body', 'headers', 'statusCode', `return (${source})`);
  try {
    return { value: run(structuredClone(body), {}, 200) };
  } catch {
    return 'failed';
  }
}

it('gives what the JavaScript engine gives, for every generated expression', { timeout: 600_000 }, () => {
  let compared = 0;
  fc.assert(
    fc.property(arbitraryExpression, arbitraryBody, (source, body) => {
      const untouched = structuredClone(body);
      const actual = ours(source, body);
      expect(body).toEqual(untouched);
      if (actual === 'budget' || actual === 'not in the language') return;
      compared += 1;
      expect(actual, source).toStrictEqual(engine(source, body));
    }),
    { numRuns: RUNS, seed: SEED },
  );
  expect(compared).toBeGreaterThan(RUNS * 0.9);
});
