import { describe, expect, it } from 'vitest';
import type { Window } from './processes.ts';
import { toPairRatios } from './rows/cold-token.ts';
import { toGrowthRatios } from './rows/stream-memory.ts';

function toWindow(label: string, wallMs: number): Window {
  const cost = { cpuMs: 1, wallMs };
  return { label, cost, found: {}, foreign: 0, targetBusy: 0, tokens: 0, handshakes: 0 };
}

describe('the ratios of a cold token', () => {
  it('are to the warm runs before and after, and those of warm runs in its place too', () => {
    const walls = {
      'warm 0': 10,
      'cold 0': 15,
      'warm 1': 20,
      'again 0': 10,
      'warm 2': 30,
      'cold 1': 60,
      'warm 3': 30,
      'again 1': 30,
      'warm 4': 10,
    };
    const round = Object.entries(walls).map(([label, wallMs]) => toWindow(label, wallMs));
    const rounds = { rounds: [round], trouble: undefined };
    expect(toPairRatios(rounds, 2, ({ cost }) => cost.wallMs)).toEqual({ cold: [1, 2], again: [0.4, 1.5] });
  });
});

describe('the growth of memory', () => {
  it('is compared with the middle of all processes of the base', () => {
    expect(toGrowthRatios([10, 30], [10, 20], [20, 90])).toEqual([0.5, 1.5]);
  });
});
