import { describe, expect, it } from 'vitest';
import { SingleFlight } from '../../src/base/single-flight.ts';

describe('single-flight', () => {
  it('runs work once for everybody who asks while it runs', async () => {
    const flights = new SingleFlight<string, number>();
    const { promise, resolve } = Promise.withResolvers<number>();
    let runs = 0;
    const work = () => {
      runs += 1;
      return promise;
    };
    const waiting = Array.from({ length: 1000 }, () => flights.run('a', work));
    expect([runs, flights.isRunning('a')]).toEqual([1, true]);
    resolve(7);
    expect(new Set(await Promise.all(waiting))).toEqual(new Set([7]));
    expect(flights.isRunning('a')).toBe(false);
  });

  it('runs again for who asks after it ended, and apart for other keys', async () => {
    const flights = new SingleFlight<string, string>();
    let runs = 0;
    const work = async () => `run ${++runs}`;
    expect(await Promise.all([flights.run('a', work), flights.run('b', work)])).toEqual(['run 1', 'run 2']);
    expect(await flights.run('a', work)).toBe('run 3');
  });

  it('gives one failure to everybody who waits, and forgets it', async () => {
    const flights = new SingleFlight<string, number>();
    const failure = new TypeError('down');
    const waiting = Array.from({ length: 10 }, () => flights.run('a', () => Promise.reject(failure)));
    const outcomes = await Promise.allSettled(waiting);
    expect(outcomes.every(outcome => outcome.status === 'rejected' && outcome.reason === failure)).toBe(true);
    expect(await flights.run('a', async () => 1)).toBe(1);
  });
});
