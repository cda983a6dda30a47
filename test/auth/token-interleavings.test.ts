import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryTokenStore } from '../../src/auth/memory-token-store.ts';
import type { StoredToken, Token } from '../../src/auth/token.ts';
import { TokenKeeper } from '../../src/auth/token-keeper.ts';
import type { TokenStore } from '../../src/auth/token-store.ts';
import { SecretValue } from '../../src/base/secret-value.ts';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const SECOND = 1000;
const LIFETIME_MS = 40 * SECOND;

const settle = () => new Promise(resolve => setImmediate(resolve));

/** Numbers from 0 up to 1 that depend on the seed alone (a linear congruential generator). */
function createRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/**
 * Four engines on one store with a rotating refresh token, every step of store and server taking a time of its own.
 * The server remembers whether it was ever asked twice at once, or with a refresh token that was used before.
 */
async function play(seed: number, failureRate: number) {
  const random = createRandom(seed);
  const clock = createFakeClock();
  const someTime = async (most: number) => {
    for (let turn = Math.floor(random() * (most + 1)); turn > 0; turn -= 1) await settle();
  };
  const slowly =
    <Args extends readonly unknown[], Result>(work: (...args: Args) => Promise<Result>) =>
    async (...args: Args) => {
      await someTime(3);
      const result = await work(...args);
      await someTime(3);
      return result;
    };
  const { watch, ...steps } = createMemoryTokenStore({ clock });
  const store: TokenStore = {
    get: slowly(steps.get),
    compareAndSet: slowly(steps.compareAndSet),
    delete: slowly(steps.delete),
    acquireLease: slowly(steps.acquireLease),
    renewLease: slowly(steps.renewLease),
    releaseLease: slowly(steps.releaseLease),
    ...(watch === undefined ? {} : { watch }),
  };

  const seen = { requests: 0, atOnce: 0, mostAtOnce: 0, reuses: 0, issued: 0, served: 0, failed: 0 };
  const request = async (current: StoredToken | undefined): Promise<Token> => {
    seen.requests += 1;
    seen.atOnce += 1;
    seen.mostAtOnce = Math.max(seen.mostAtOnce, seen.atOnce);
    await someTime(6);
    const reused = (current?.refreshToken?.reveal() ?? 'refresh-0') !== `refresh-${seen.issued}`;
    const fails = random() < failureRate;
    seen.atOnce -= 1;
    if (reused) {
      seen.reuses += 1;
      throw new FerruleError('TOKEN_REFUSED', 'Used before', { details: { error: 'invalid_grant' } });
    }
    if (fails) throw new FerruleError('TOKEN_REQUEST_FAILED', 'Down');
    seen.issued += 1;
    return {
      value: new SecretValue(`access-${seen.issued}`),
      obtainedAtMs: clock.now(),
      expiresAtMs: clock.now() + LIFETIME_MS,
      refreshToken: new SecretValue(`refresh-${seen.issued}`),
    };
  };

  const keepers = Array.from({ length: 4 }, () => new TokenKeeper({ clock, capacity: 5, random, store }));
  const call = async (keeper: TokenKeeper) => {
    try {
      const { token } = await keeper.get('key', request, { timeoutMs: Number.POSITIVE_INFINITY });
      seen.served += 1;
      if (random() < 0.1) keeper.reject('key', token);
    } catch (error) {
      if (!(error instanceof FerruleError) || error.code !== 'TOKEN_REQUEST_FAILED') throw error;
      seen.failed += 1;
    }
  };
  const calls: Promise<void>[] = [];
  for (let turn = 0; turn < 60; turn += 1) {
    const keeper = keepers[Math.floor(random() * keepers.length)];
    if (keeper !== undefined) calls.push(call(keeper));
    // Slower than the store by so much that no lease lapses before its renewal arrives.
    clock.advance(Math.floor(random() * 3 * SECOND));
    await settle();
    await someTime(8);
  }
  let pending = true;
  const done = Promise.all(calls).finally(() => {
    pending = false;
  });
  while (pending) {
    clock.advance(SECOND);
    await settle();
  }
  await done;
  return seen;
}

describe('engines that share a refresh token, in whatever order their steps fall', () => {
  it('never ask at once, never use a refresh token twice, and serve every call', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async seed => {
        const { mostAtOnce, reuses, served, failed, requests, issued } = await play(seed, 0);
        expect({ mostAtOnce, reuses, served, failed }).toEqual({
          mostAtOnce: 1,
          reuses: 0,
          served: 60,
          failed: 0,
        });
        // The last renewal may still be on its way when the last call has its token.
        expect(requests - issued).toBeLessThanOrEqual(1);
        expect(issued).toBeGreaterThan(1);
      }),
      { numRuns: 200 },
    );
  });

  it('keep to that when the server fails every third time', async () => {
    await fc.assert(
      fc.asyncProperty(fc.integer(), async seed => {
        const { mostAtOnce, reuses, served, failed } = await play(seed, 0.33);
        expect({ mostAtOnce, reuses, calls: served + failed }).toEqual({
          mostAtOnce: 1,
          reuses: 0,
          calls: 60,
        });
      }),
      { numRuns: 200 },
    );
  });
});
