import { describe, expect, it, vi } from 'vitest';
import { createMemoryTokenStore } from '../../src/auth/memory-token-store.ts';
import type { Token } from '../../src/auth/token.ts';
import { type CallerPatience, TokenKeeper } from '../../src/auth/token-keeper.ts';
import type { TokenStore } from '../../src/auth/token-store.ts';
import { SecretValue } from '../../src/base/secret-value.ts';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const SECOND = 1000;
const patient: CallerPatience = { timeoutMs: Infinity };

/** Two engines on one store, whose token requests are counted and answered at once, unless told otherwise. */
function twoEngines(change: (store: TokenStore) => TokenStore = store => store) {
  const clock = createFakeClock();
  const store = createMemoryTokenStore({ clock });
  const keeperOf = (own: TokenStore) =>
    new TokenKeeper({ clock, capacity: 10, random: () => 0.5, store: own });
  const request = vi.fn(async () => issue(`token-${request.mock.calls.length}`));
  const issue = (text: string): Token => ({
    value: new SecretValue(text),
    obtainedAtMs: clock.now(),
    expiresAtMs: clock.now() + 3600 * SECOND,
  });
  const get = (keeper: TokenKeeper, key = 'key') => Promise.resolve(keeper.get(key, request, patient));
  const textOf = async (keeper: TokenKeeper) => (await get(keeper)).token.value.reveal();
  return {
    clock,
    store,
    one: keeperOf(change(store)),
    two: keeperOf(change(store)),
    request,
    issue,
    get,
    textOf,
  };
}

const settle = () => new Promise(resolve => setImmediate(resolve));

describe('engines on one store', () => {
  it('serve a token at hand without asking the store', async () => {
    const { one, request, textOf, store } = twoEngines();
    await textOf(one);
    await store.delete('key');
    expect(one.get('key', request, patient)).not.toBeInstanceOf(Promise);
    expect(request).toHaveBeenCalledOnce();
  });

  it('renew a token once between them, and take what the other has stored', async () => {
    const { clock, one, two, request, textOf } = twoEngines();
    expect([await textOf(one), await textOf(two)]).toEqual(['token-1', 'token-1']);
    clock.advance(3541 * SECOND);
    expect(await textOf(one)).toBe('token-1');
    await settle();
    expect(await textOf(one)).toBe('token-2');
    expect(await textOf(two)).toBe('token-1');
    await settle();
    expect(await textOf(two)).toBe('token-2');
    expect(request).toHaveBeenCalledTimes(2);
  });

  it('find each other by asking again when the store cannot tell them of changes', async () => {
    const { clock, one, two, request, get } = twoEngines(({ watch: _, ...mute }) => mute);
    const gate = Promise.withResolvers<void>();
    request.mockImplementationOnce(async () => {
      await gate.promise;
      return { value: new SecretValue('slow'), obtainedAtMs: clock.now(), expiresAtMs: Infinity };
    });
    const first = get(one);
    await settle();
    const second = get(two);
    for (let turn = 0; turn < 200; turn += 1) {
      clock.advance(SECOND);
      await settle();
    }
    expect(request).toHaveBeenCalledOnce();
    gate.resolve();
    await first;
    clock.advance(SECOND);
    expect((await second).token.value.reveal()).toBe('slow');
    expect(request).toHaveBeenCalledOnce();
    expect(clock.pendingTimers).toBe(0);
  });

  it('ask in place of one that is heard of no more, when its lease has ended', async () => {
    const { clock, store, one, request, textOf } = twoEngines();
    await store.acquireLease('key', 'dead', 30_000);
    const waiting = textOf(one);
    for (let second = 0; second < 29; second += 1) {
      clock.advance(SECOND);
      await settle();
    }
    expect(request).not.toHaveBeenCalled();
    clock.advance(2 * SECOND);
    expect(await waiting).toBe('token-1');
    expect(await store.acquireLease('key', 'next', 30_000)).toBe(true);
  });

  it('give the lease back when the request fails, so that the other may try', async () => {
    const { one, two, request, get, textOf } = twoEngines();
    request.mockRejectedValueOnce(new FerruleError('TOKEN_REQUEST_FAILED', 'Down'));
    expect(await failureOf(get(one))).toMatchObject({ code: 'TOKEN_REQUEST_FAILED' });
    expect(await textOf(two)).toBe('token-2');
  });

  it('look once more when they have the lease, since its last owner may have stored a token', async () => {
    const { one, request, textOf, issue } = twoEngines(store => ({
      ...store,
      async acquireLease(key, ...lease) {
        const record = { token: issue('just stored'), needsReauth: undefined, discardAtMs: undefined };
        await store.compareAndSet(key, undefined, record);
        return store.acquireLease(key, ...lease);
      },
    }));
    expect(await textOf(one)).toBe('just stored');
    expect(request).not.toHaveBeenCalled();
  });

  it('ask once between them when a rejected token is all the server has to give', async () => {
    const { one, two, request, issue, get, textOf } = twoEngines();
    request.mockImplementation(async () => issue('only one'));
    const [first, second] = [await get(one), await get(two)];
    for (const [keeper, { token }] of [
      [one, first],
      [two, second],
    ] as const) {
      keeper.reject('key', token);
      expect(await textOf(keeper)).toBe('only one');
    }
    expect(request).toHaveBeenCalledTimes(2);
  });

  it.each([
    ['with', true],
    ['without', false],
  ])('take a new authorization before a renewal that began earlier, %s a store', async (_, shared) => {
    const { clock, one, request, issue, get } = twoEngines();
    const keeper = shared ? one : new TokenKeeper({ clock, capacity: 10, random: () => 0.5 });
    const gate = Promise.withResolvers<void>();
    request.mockImplementationOnce(async () => {
      await gate.promise;
      return issue('old');
    });
    const waiting = get(keeper);
    await settle();
    await keeper.put('key', issue('authorized'));
    gate.resolve();
    expect((await waiting).token.value.reveal()).toBe('authorized');
    expect(keeper.peek('key')?.value.reveal()).toBe('authorized');
  });

  it('together leave a failing server alone for three seconds at a time while the token lives', async () => {
    const { clock, one, two, request, textOf } = twoEngines();
    await textOf(one);
    await textOf(two);
    const askedAtMs: number[] = [];
    request.mockImplementation(async () => {
      askedAtMs.push(clock.now());
      throw new FerruleError('TOKEN_REQUEST_FAILED', 'Down');
    });
    clock.advance(3540 * SECOND);
    for (let tenths = 0; tenths < 599; tenths += 1) {
      expect([await textOf(one), await textOf(two)]).toEqual(['token-1', 'token-1']);
      await settle();
      clock.advance(SECOND / 10);
    }
    const pauses = askedAtMs.slice(1).map((atMs, index) => atMs - (askedAtMs[index] ?? 0));
    expect(pauses.length).toBeGreaterThan(3);
    expect(Math.min(...pauses)).toBeGreaterThanOrEqual(3 * SECOND);
  });

  it('end a wait for another engine when they are closed', async () => {
    const { clock, store, one, get } = twoEngines();
    await store.acquireLease('key', 'somebody', 30_000);
    const waiting = failureOf(get(one));
    await settle();
    one.clear();
    expect(await waiting).toMatchObject({ code: 'ENGINE_CLOSED' });
    expect(clock.pendingTimers).toBe(0);
  });
});

describe('a token source that cannot go on without a person', () => {
  it.each([
    ['with', true],
    ['without', false],
  ])('says so in its own words, and is not asked again, %s a store', async (_, shared) => {
    const { clock, one, request, issue, get } = twoEngines();
    const keeper = shared ? one : new TokenKeeper({ clock, capacity: 10, random: () => 0.5 });
    const nobody = new FerruleError('TOKEN_NEEDS_REAUTH', 'Nobody has authorised it yet', {
      pointer: '/config/auth',
      details: { error: 'authorization_required' },
    });
    request.mockRejectedValue(nobody);
    expect(await failureOf(get(keeper))).toBe(nobody);
    clock.advance(24 * 3600 * SECOND);
    expect(await failureOf(get(keeper))).toMatchObject({
      code: 'TOKEN_NEEDS_REAUTH',
      summary: 'Nobody has authorised it yet',
      pointer: '/config/auth',
      details: { error: 'authorization_required' },
    });
    expect(request).toHaveBeenCalledOnce();
    await keeper.put('key', issue('authorized'));
    expect((await get(keeper)).token.value.reveal()).toBe('authorized');
  });
});

describe('a token that is forgotten', () => {
  it('is gone from the store and from the engine, and is asked for anew', async () => {
    const { one, store, request, textOf } = twoEngines();
    await textOf(one);
    expect((await one.read('key'))?.value.reveal()).toBe('token-1');
    await one.forget('key');
    expect(one.peek('key')).toBeUndefined();
    expect(await one.read('key')).toBeUndefined();
    expect(await store.get('key')).toBeUndefined();
    expect(await textOf(one)).toBe('token-2');
    expect(request).toHaveBeenCalledTimes(2);
  });

  it('is not put back by a renewal that was on its way', async () => {
    const { clock, one, store, request, textOf, issue } = twoEngines();
    await textOf(one);
    clock.advance(3541 * SECOND);
    const gate = Promise.withResolvers<void>();
    request.mockImplementationOnce(async () => {
      await gate.promise;
      return issue('late');
    });
    await textOf(one);
    await settle();
    await one.forget('key');
    gate.resolve();
    await settle();
    expect(one.peek('key')).toBeUndefined();
    expect(await store.get('key')).toBeUndefined();
  });
});

describe('a store that fails', () => {
  const broken = () => Promise.reject(new TypeError('disk full'));

  it('fails calls that need it by a typed error, and none whose token is at hand', async () => {
    let down = false;
    const { clock, one, get, textOf } = twoEngines(store => ({
      ...store,
      get: key => (down ? broken() : store.get(key)),
    }));
    await textOf(one);
    down = true;
    clock.advance(3541 * SECOND);
    expect(await textOf(one)).toBe('token-1');
    clock.advance(59 * SECOND);
    const error = await failureOf(get(one));
    expect(error).toMatchObject({ code: 'TOKEN_STORE_FAILED', stage: 'authenticate', retryable: true });
    expect(error.cause).toMatchObject({ message: 'disk full' });
    down = false;
    clock.advance(5 * SECOND);
    expect(await textOf(one)).toBe('token-2');
  });

  it('loses no token that was issued meanwhile: it is stored and used as soon as the store works again', async () => {
    let down = true;
    const { clock, one, store, request, get, textOf } = twoEngines(working => ({
      ...working,
      compareAndSet: (...step) => (down ? broken() : working.compareAndSet(...step)),
    }));
    const failing = failureOf(get(one));
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await settle();
      clock.advance(SECOND);
    }
    expect(await failing).toMatchObject({ code: 'TOKEN_STORE_FAILED' });
    down = false;
    expect(await textOf(one)).toBe('token-1');
    expect((await store.get('key'))?.record.token?.value.reveal()).toBe('token-1');
    expect(request).toHaveBeenCalledOnce();
  });

  it('long enough for such a token to expire leaves its refresh token for the next request', async () => {
    let down = true;
    const { clock, one, request, issue, get, textOf } = twoEngines(working => ({
      ...working,
      compareAndSet: (...step) => (down ? broken() : working.compareAndSet(...step)),
    }));
    const refreshToken = new SecretValue('rotated');
    request.mockImplementationOnce(async () => ({ ...issue('unsaved'), refreshToken }));
    const failing = failureOf(get(one));
    for (let attempt = 0; attempt < 5; attempt += 1) {
      await settle();
      clock.advance(SECOND);
    }
    await failing;
    clock.advance(3600 * SECOND);
    down = false;
    expect(await textOf(one)).toBe('token-2');
    expect(request).toHaveBeenLastCalledWith(expect.objectContaining({ refreshToken }));
  });

  it('that cannot take a lease back does not fail the call: the lease ends by time', async () => {
    const { one, textOf } = twoEngines(store => ({ ...store, releaseLease: broken }));
    expect(await textOf(one)).toBe('token-1');
  });
});
