import { describe, expect, it } from 'vitest';
import { measureAllocations } from './measured/allocations.ts';
import { toCollectionNumbers, watchCollections } from './measured/collections.ts';
import type { Window } from './processes.ts';
import { toSlowCallsSentence } from './slow-calls.ts';

describe('collections beside slow calls', () => {
  // 200 calls one after the other, each of 1 ms, but two: the 51st of 9 ms and the 150th of 5 ms.
  const lastedMs = new Float64Array(200).fill(1);
  lastedMs[50] = 9;
  lastedMs[149] = 5;
  let atMs = 0;
  const startedAtMs = lastedMs.map(lasted => {
    atMs += lasted;
    return atMs - lasted;
  });
  const times = { startedAtMs, lastedMs };

  it('are counted per 1,000 calls, with the time that one takes', () => {
    const pauses = [
      { startedAtMs: 51, lastedMs: 4, isFull: true },
      { startedAtMs: 100, lastedMs: 0.5, isFull: false },
    ];
    const found = toCollectionNumbers(pauses, times);
    expect(found).toMatchObject({ collectionsPer1000: 10, pauseMs: 2.25, slowestMet: 0.5 });
  });

  it('leave a p99 of the calls that met none', () => {
    const pauses = [{ startedAtMs: 51, lastedMs: 4, isFull: true }];
    expect(toCollectionNumbers([], times).p99WithoutMs).toBeCloseTo(1.04);
    expect(toCollectionNumbers(pauses, times).p99WithoutMs).toBeCloseTo(1);
  });

  it('have numbers also where there were none', () => {
    expect(toCollectionNumbers([], times)).toMatchObject({
      collectionsPer1000: 0,
      pauseMs: 0,
      slowestMet: 0,
    });
  });

  it('are seen while work is done', async () => {
    const pauses = await watchCollections(async () => {
      const kept: number[][] = [];
      for (let nth = 0; nth < 400_000; nth += 1) kept[nth % 1000] = [nth, nth, nth, nth];
    });
    expect(pauses.length).toBeGreaterThan(0);
    expect(pauses.every(({ lastedMs: lasted }) => lasted > 0)).toBe(true);
  });
});

describe('what calls take of the heap', () => {
  it('is found by looking before and after them', async () => {
    const kept: Float64Array[] = [];
    const burst = async () => {
      for (let nth = 0; nth < 10; nth += 1) kept[nth] = Float64Array.of(...Array(100).keys());
    };
    const { allocatedKb, youngMib } = await measureAllocations(burst, 10);
    expect(allocatedKb).toBeGreaterThan(0.7);
    expect(youngMib).toBeGreaterThan(0);
  });
});

describe('why the slowest calls are slow', () => {
  const window = (label: string, slowestMet: number): Window => ({
    label,
    cost: { cpuMs: 1, wallMs: 1 },
    found: {
      collectionsPer1000: 2.5,
      pauseMs: 1.25,
      slowestMet,
      p99WithoutMs: 0.75,
      allocatedKb: 19.5,
      youngMib: 16,
    },
    foreign: 0,
    targetBusy: 0,
    tokens: 0,
    handshakes: 0,
  });

  it('is said in a sentence, beside the base', () => {
    const windows = [window('base: collections', 0.25), window('ferrule: collections', 0.5)];
    expect(toSlowCallsSentence(windows, 'base')).toBe(
      'In as many calls again there were 2.50 (base 2.50) garbage collections per 1,000 calls, of 1.25 ms (base 1.25 ms) each. ' +
        'Of the slowest hundredth of the calls 50 % met one (base 25 %); p99 of the calls that met none is 0.75 ms (base 0.75 ms). ' +
        'A call takes 19.5 kB (base 19.5 kB) of the heap, and the space for young objects is 16 MiB (base 16 MiB) large.',
    );
  });

  it('is not said when it was not looked for', () => {
    expect(toSlowCallsSentence([window('ferrule', 0.5)], 'base')).toBeUndefined();
  });
});
