import { describe, expect, it } from 'vitest';
import { waitFor } from '../../src/base/wait.ts';
import { createFakeClock } from '../support/fake-clock.ts';

function limits(timeoutMs: number, signal?: AbortSignal) {
  const clock = createFakeClock();
  const onTimeout = () => new TypeError('timed out');
  const onAbort = (reason: unknown) => new TypeError(`aborted: ${reason}`);
  return { clock, timeoutMs, signal, onTimeout, onAbort };
}

const never = new Promise<never>(() => {});

describe('waiting for shared work', () => {
  it('gives the outcome of the work and leaves no timer and no listener behind', async () => {
    const { signal } = new AbortController();
    const options = limits(1000, signal);
    let listeners = 0;
    const { addEventListener, removeEventListener } = signal;
    signal.addEventListener = (...args: Parameters<typeof addEventListener>) => {
      listeners += 1;
      addEventListener.apply(signal, args);
    };
    signal.removeEventListener = (...args: Parameters<typeof removeEventListener>) => {
      listeners -= 1;
      removeEventListener.apply(signal, args);
    };
    expect(await waitFor(Promise.resolve(5), options)).toBe(5);
    await expect(waitFor(Promise.reject(new TypeError('down')), options)).rejects.toThrow('down');
    expect([options.clock.pendingTimers, listeners]).toEqual([0, 0]);
  });

  it('ends at its own time, not before', async () => {
    const options = limits(1000);
    let outcome = 'waiting';
    const waiting = waitFor(never, options).catch((error: unknown) => {
      outcome = String(error);
    });
    options.clock.advance(999);
    await Promise.resolve();
    expect(outcome).toBe('waiting');
    options.clock.advance(1);
    await waiting;
    expect(outcome).toContain('timed out');
  });

  it('sets no timer when it may take for ever', () => {
    const options = limits(Number.POSITIVE_INFINITY);
    void waitFor(never, options);
    expect(options.clock.pendingTimers).toBe(0);
  });

  it('ends when its caller aborts, while others go on waiting', async () => {
    const controller = new AbortController();
    const { promise, resolve } = Promise.withResolvers<string>();
    const leaves = waitFor(promise, limits(1000, controller.signal));
    const stays = waitFor(promise, limits(1000));
    controller.abort('changed my mind');
    await expect(leaves).rejects.toThrow('aborted: changed my mind');
    resolve('done');
    expect(await stays).toBe('done');
  });

  it('does not begin for a caller who has aborted already, and swallows the later failure of the work', async () => {
    const { promise, reject } = Promise.withResolvers<string>();
    await expect(waitFor(promise, limits(1000, AbortSignal.abort('early')))).rejects.toThrow(
      'aborted: early',
    );
    // Were it not swallowed, the runner would report an unhandled rejection.
    reject(new TypeError('nobody waits'));
  });
});
