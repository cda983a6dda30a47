import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/clock.ts';
import { deepFreeze } from '../../src/base/deep-freeze.ts';
import { fingerprint } from '../../src/base/fingerprint.ts';
import { once } from '../../src/base/once.ts';
import { version } from '../../src/base/version.ts';

describe('the version', () => {
  it('is that of the package', () => {
    const text = readFileSync(new URL('../../package.json', import.meta.url), 'utf8');
    expect(JSON.parse(text)).toMatchObject({ version });
  });
});

describe('a fingerprint', () => {
  it('is equal for equal texts only, however they are divided', () => {
    expect(fingerprint('a', 'b')).toBe(fingerprint('a', 'b'));
    const others = [['ab'], ['ab', ''], ['', 'ab'], ['b', 'a'], ['1:a', 'b'], ['a', '1:b']];
    const prints = others.map(texts => fingerprint(...texts));
    expect(new Set([...prints, fingerprint('a', 'b')]).size).toBe(others.length + 1);
  });
});

describe('once', () => {
  it('creates at first use and keeps the result, even when that is undefined', () => {
    let runs = 0;
    const get = once(() => {
      runs += 1;
      return undefined;
    });
    expect(runs).toBe(0);
    get();
    get();
    expect(runs).toBe(1);
  });

  it('tries again after a failure', () => {
    let runs = 0;
    const get = once(() => {
      runs += 1;
      if (runs === 1) throw new TypeError('not yet');
      return runs;
    });
    expect(get).toThrow('not yet');
    expect([get(), get()]).toEqual([2, 2]);
  });
});

describe('deep freezing', () => {
  it('freezes data and everything in it', () => {
    const data = deepFreeze({ list: [{ a: 1 }], text: 'x', nothing: null });
    expect([data, data.list, data.list[0]].every(Object.isFrozen)).toBe(true);
  });
});

describe('the system clock', () => {
  it('runs a timer once, and not after it was cancelled', async () => {
    const fired: string[] = [];
    await new Promise<void>(resolve => {
      systemClock.after(0, () => fired.push('cancelled')).cancel();
      systemClock.after(-5, () => fired.push('at once'));
      const handle = setTimeout(() => undefined, 1000);
      systemClock.after(5, () => {
        clearTimeout(handle);
        resolve();
      });
    });
    expect(fired).toEqual(['at once']);
  });

  it('does not fire at once when a delay is longer than timers can be', async () => {
    let fired = false;
    const timer = systemClock.after(2 ** 40, () => {
      fired = true;
    });
    await new Promise(resolve => setImmediate(resolve));
    timer.cancel();
    expect(fired).toBe(false);
  });

  it('tells time on two scales', () => {
    expect(Math.abs(systemClock.now() - Date.now())).toBeLessThan(1000);
    expect(systemClock.monotonicNow()).toBeLessThanOrEqual(systemClock.monotonicNow());
  });
});
