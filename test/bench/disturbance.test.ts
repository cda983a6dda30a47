import { describe, expect, it } from 'vitest';
import { foreignLoad, sampleMachine, toBusyTicks, toTicks } from './disturbance.ts';
import type { Turns, Window } from './processes.ts';
import { type Bench, interleave, takeTurns, toSaturation, toTrouble } from './rounds.ts';

const stat = 'cpu  100 20 30 4000 50 6 7 8 9 10\ncpu0 1 2 3\n';
const ownStat = '42 (a (strange) name) R 1 2 3 0 -1 4 5 6 7 8 11 22 33 44 20 0 1';

describe('the disturbance of a run', () => {
  it('counts all busy time, stolen time included, and neither idle nor waiting time', () => {
    expect(toBusyTicks(stat)).toBe(100 + 20 + 30 + 6 + 7 + 8);
  });

  it('finds the times of a process behind a name with spaces and parentheses', () => {
    expect(toTicks(ownStat, false)).toBe(33);
    expect(toTicks(ownStat, true)).toBe(110);
  });

  it('is what is busy beyond the benchmark itself, in processors', () => {
    const before = { atMs: 1000, busyMs: 500, ownMs: 100 };
    expect(foreignLoad(before, { atMs: 2000, busyMs: 2100, ownMs: 1200 })).toBe(0.5);
    expect(foreignLoad(before, { atMs: 2000, busyMs: 1500, ownMs: 1200 })).toBe(0);
  });

  it('counts as unbounded where it cannot be known', () => {
    expect(foreignLoad(undefined, { atMs: 1, busyMs: 1, ownMs: 1 })).toBe(Number.POSITIVE_INFINITY);
    expect(sampleMachine([2 ** 30])).toBeUndefined();
  });

  it('is no trouble when at least half of the rounds were quiet', () => {
    expect(toTrouble(2, [0, 0, 3, 3], { rounds: 4, disturbance: 0.2 })).toBeUndefined();
    expect(toTrouble(1, [0, 3, 3, 3], { rounds: 4, disturbance: 0.2 })).toContain('up to 3.00 processors');
    expect(toTrouble(0, [3], { rounds: 1, disturbance: 0.2 })).toContain('0.2 are permitted');
  });
});

describe('a target', () => {
  it('voids a cell when it was busy nearly all the time', () => {
    expect(toSaturation(0.95)).toBeUndefined();
    expect(toSaturation(0.97)).toContain('97 %');
  });
});

describe('a round that was disturbed', () => {
  it('is repeated in the full run', async () => {
    const run = runsWith([0.9, 0.1, 0.1]);
    const { rounds, trouble } = await interleave(benchOf(false, 2), [run.next]);
    expect(rounds.map(windows => windows[0]?.foreign)).toEqual([0.1, 0.1]);
    expect([trouble, run.count()]).toEqual([undefined, 3]);
  });

  it('is repeated no more often than there are rounds', async () => {
    const run = runsWith([0.9, 0.9, 0.9, 0.9]);
    const { rounds, trouble } = await interleave(benchOf(false, 2), [run.next]);
    expect([rounds.length, run.count()]).toEqual([0, 4]);
    expect(trouble).toContain('disturbed');
  });

  it('is left out in the short run', async () => {
    const run = runsWith([0.9, 0.1]);
    const { rounds, trouble } = await interleave(benchOf(true, 2), [run.next]);
    expect([rounds.length, trouble, run.count()]).toEqual([1, undefined, 2]);
  });
});

describe('turns', () => {
  const plan = { warmUps: 2, restMs: 0, turns: 3 };

  it('come after every process has warmed up, one process after the other, and count like rounds', async () => {
    const steps: string[] = [];
    const { rounds } = await takeTurns(benchOf(false, 1), plan, [laneOf('a', steps), laneOf('b', steps)]);
    expect(steps.join(' ')).toBe('a1 b1 a2 b2 a3 b3 a4 b4 a5 b5');
    expect(rounds.map(windows => windows.map(({ label }) => label).join())).toEqual(['a,b', 'a,b', 'a,b']);
  });

  it('are judged together: what others used in one of them counts by how long it was', async () => {
    const loads = [0.5, 0, 0];
    const { rounds, trouble } = await takeTurns(benchOf(true, 1), plan, [laneOf('a', [], loads)]);
    expect([rounds.length, trouble]).toEqual([3, undefined]);
    const heavy = await takeTurns(benchOf(true, 1), plan, [laneOf('a', [], [0.5, 0.5, 0])]);
    expect([heavy.rounds.length, heavy.trouble]).toEqual([0, expect.stringContaining('0.33 processors')]);
  });
});

/** A process of two warm-ups and three turns. */
function laneOf(label: string, steps: string[], loads: readonly number[] = []): () => Turns {
  return () => {
    let count = 0;
    const next = async () => {
      count += 1;
      steps.push(`${label}${count}`);
      return count <= 2 ? [] : [windowOf(label, loads[count - 3] ?? 0)];
    };
    return { next };
  };
}

function benchOf(quick: boolean, rounds: number): Pick<Bench, 'options'> {
  return { options: { quick, rounds, disturbance: 0.2, only: [], write: false } };
}

function runsWith(loads: readonly number[]) {
  let count = 0;
  const next = async (): Promise<readonly Window[]> => {
    const foreign = loads[count] ?? 0;
    count += 1;
    return [windowOf('a', foreign)];
  };
  return { next, count: () => count };
}

function windowOf(label: string, foreign: number): Window {
  const cost = { cpuMs: 1, wallMs: 1 };
  return { label, cost, found: {}, foreign, targetBusy: 0, tokens: 0, handshakes: 0 };
}
