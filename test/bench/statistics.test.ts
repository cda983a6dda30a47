import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { median, quantile, ratios, spread } from './statistics.ts';

describe('the statistics of the benchmark', () => {
  it('take the middle of an odd number of values and the mean of the two middle ones of an even number', () => {
    expect(median([9, 1, 5])).toBe(5);
    expect(median([1, 9, 5, 7])).toBe(6);
    expect(median([])).toBeNaN();
  });

  it('interpolate between neighbours', () => {
    expect(quantile([0, 10], 0.25)).toBe(2.5);
    expect(quantile([4, 1, 3, 2, 5], 0.99)).toBeCloseTo(4.96);
  });

  it('leave what they are given as it is', () => {
    const given = [3, 1, 2];
    spread(given);
    expect(given).toEqual([3, 1, 2]);
  });

  it('put the median between the quartiles, and those within the values', () => {
    const values = fc.array(fc.double({ min: -1e6, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, numbers => {
        const { lower, median: middle, upper } = spread(numbers);
        const ordered = [Math.min(...numbers), lower, middle, upper, Math.max(...numbers)];
        expect([...ordered].sort((a, b) => a - b)).toEqual(ordered);
      }),
      { numRuns: 200 },
    );
  });

  it('compare each round with the mean of its own base before and after', () => {
    expect(ratios([3, 8], [2, 8], [4, 8])).toEqual([1, 1]);
    expect(ratios([3], [2], [])).toEqual([Number.NaN]);
  });
});
