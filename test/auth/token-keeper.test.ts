import { describe, expect, it } from 'vitest';
import type { Token } from '../../src/auth/token.ts';
import { type CallerPatience, TokenKeeper } from '../../src/auth/token-keeper.ts';
import { SecretValue } from '../../src/base/secret-value.ts';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

const patient: CallerPatience = { timeoutMs: 60_000 };
const SECOND = 1000;

/** A token endpoint that answers when it is told to, and counts how often it was asked. */
function tokenEndpoint(lifetimeMs = 3600 * SECOND) {
  const clock = createFakeClock();
  const keeper = new TokenKeeper({ clock, capacity: 4, random: () => 0.5 });
  const pending: PromiseWithResolvers<Token>[] = [];
  let requests = 0;
  const request = () => {
    requests += 1;
    const answer = Promise.withResolvers<Token>();
    pending.push(answer);
    return answer.promise;
  };
  const issue = (text: string): Token => ({
    value: new SecretValue(text),
    obtainedAtMs: clock.now(),
    expiresAtMs: clock.now() + lifetimeMs,
  });
  const settle = async (settleOne: (answer: PromiseWithResolvers<Token>) => void) => {
    const answer = pending.shift();
    if (answer === undefined) throw new TypeError('nobody asked for a token');
    settleOne(answer);
    // The keeper's own bookkeeping follows in later microtasks.
    await new Promise(resolve => setImmediate(resolve));
  };
  return {
    clock,
    keeper,
    get requests() {
      return requests;
    },
    get: (patience = patient, key = 'key') => keeper.get(key, request, patience),
    answer: (text: string) => settle(({ resolve }) => resolve(issue(text))),
    fail: (error: Error) => settle(({ reject }) => reject(error)),
    async first(text = 'first') {
      const waiting = this.get();
      await this.answer(text);
      return (await waiting).token;
    },
  };
}

const textOf = ({ token }: { readonly token: Token }) => token.value.reveal();

describe('a token keeper', () => {
  it('fetches a token once and then has it at hand', async () => {
    const endpoint = tokenEndpoint();
    const waiting = endpoint.get();
    expect(waiting).toBeInstanceOf(Promise);
    await endpoint.answer('first');
    expect(await waiting).toMatchObject({ source: 'requested' });
    const kept = endpoint.get();
    expect(kept).not.toBeInstanceOf(Promise);
    expect(await kept).toMatchObject({ source: 'cache' });
    expect(endpoint.requests).toBe(1);
  });

  it('asks once for a thousand callers', async () => {
    const endpoint = tokenEndpoint();
    const waiting = Array.from({ length: 1000 }, () => endpoint.get());
    await endpoint.answer('shared');
    expect(new Set((await Promise.all(waiting)).map(textOf))).toEqual(new Set(['shared']));
    expect(endpoint.requests).toBe(1);
  });

  it('gives one failure to all who wait, and asks again for who comes later', async () => {
    const endpoint = tokenEndpoint();
    const waiting = Array.from({ length: 1000 }, () => failureOf(Promise.resolve(endpoint.get())));
    await endpoint.fail(new FerruleError('TOKEN_REFUSED', 'No token'));
    expect(new Set((await Promise.all(waiting)).map(({ message }) => message)).size).toBe(1);
    expect(endpoint.requests).toBe(1);
    const later = endpoint.get();
    await endpoint.answer('after all');
    expect(textOf(await later)).toBe('after all');
  });

  it('lets one caller leave without cancelling the others', async () => {
    const endpoint = tokenEndpoint();
    const controller = new AbortController();
    const leaves = failureOf(Promise.resolve(endpoint.get({ ...patient, signal: controller.signal })));
    const stays = endpoint.get();
    controller.abort(new TypeError('the user closed the window'));
    expect(await leaves).toMatchObject({ code: 'ABORTED', stage: 'authenticate' });
    await endpoint.answer('still wanted');
    expect(textOf(await stays)).toBe('still wanted');
    expect(endpoint.requests).toBe(1);
  });

  it('lets a caller whose time is up go, while the request goes on for the next one', async () => {
    const endpoint = tokenEndpoint();
    const hurried = failureOf(Promise.resolve(endpoint.get({ timeoutMs: 100 })));
    endpoint.clock.advance(100);
    expect(await hurried).toMatchObject({ code: 'DEADLINE_EXCEEDED', stage: 'authenticate' });
    await endpoint.answer('late');
    expect(textOf(await endpoint.get())).toBe('late');
    expect(endpoint.requests).toBe(1);
    expect(endpoint.clock.pendingTimers).toBe(0);
  });

  it.each([
    ['an hour', 3600 * SECOND, 3540 * SECOND],
    ['two minutes', 120 * SECOND, 60 * SECOND],
    ['half a minute', 30 * SECOND, 15 * SECOND],
    ['one second', SECOND, 500],
  ])(
    'renews a token that lives %s in the background and goes on serving it',
    async (_, lifetime, renewal) => {
      const endpoint = tokenEndpoint(lifetime);
      await endpoint.first();
      endpoint.clock.advance(renewal - 1);
      expect(textOf(await endpoint.get())).toBe('first');
      expect(endpoint.requests).toBe(1);
      endpoint.clock.advance(1);
      const served = [endpoint.get(), endpoint.get()];
      expect(served.some(each => each instanceof Promise)).toBe(false);
      expect(endpoint.requests).toBe(2);
      await endpoint.answer('second');
      expect(textOf(await endpoint.get())).toBe('second');
      expect(endpoint.requests).toBe(2);
    },
  );

  it('fails nobody when an early renewal fails, waits a while, and tries again', async () => {
    const endpoint = tokenEndpoint();
    await endpoint.first();
    endpoint.clock.advance(3541 * SECOND);
    endpoint.get();
    await endpoint.fail(new FerruleError('TOKEN_REQUEST_FAILED', 'Down'));
    expect(textOf(await endpoint.get())).toBe('first');
    expect(endpoint.requests).toBe(2);
    endpoint.clock.advance(5 * SECOND);
    endpoint.get();
    expect(endpoint.requests).toBe(3);
    await endpoint.fail(new FerruleError('TOKEN_REQUEST_FAILED', 'Still down'));
    endpoint.clock.advance(4 * SECOND);
    endpoint.get();
    expect(endpoint.requests).toBe(3);
    endpoint.clock.advance(5 * SECOND);
    endpoint.get();
    await endpoint.answer('second');
    expect(textOf(await endpoint.get())).toBe('second');
  });

  it('makes callers wait only when the token has expired', async () => {
    const endpoint = tokenEndpoint();
    await endpoint.first();
    endpoint.clock.advance(3600 * SECOND);
    expect(endpoint.keeper.peek('key')).toBeUndefined();
    const waiting = endpoint.get();
    expect(waiting).toBeInstanceOf(Promise);
    await endpoint.answer('second');
    expect(textOf(await waiting)).toBe('second');
  });

  it('joins a renewal that is still running when the token expires', async () => {
    const endpoint = tokenEndpoint();
    await endpoint.first();
    endpoint.clock.advance(3590 * SECOND);
    endpoint.get();
    endpoint.clock.advance(10 * SECOND);
    const waiting = endpoint.get();
    await endpoint.answer('second');
    expect(textOf(await waiting)).toBe('second');
    expect(endpoint.requests).toBe(2);
  });

  it('does not ask without pause when a renewal brings the same token again', async () => {
    const endpoint = tokenEndpoint(100 * SECOND);
    await endpoint.first('same');
    for (const elapsed of [50, 1, 28]) {
      endpoint.clock.advance(elapsed * SECOND);
      endpoint.get();
      if (elapsed === 50) await endpoint.answer('same');
    }
    expect(endpoint.requests).toBe(2);
  });

  it('gives up exactly the token that was rejected, once for all who saw it', async () => {
    const endpoint = tokenEndpoint();
    const rejected = await endpoint.first();
    endpoint.keeper.reject('key', rejected);
    const waiting = Array.from({ length: 50 }, () => {
      endpoint.keeper.reject('key', rejected);
      return endpoint.get();
    });
    await endpoint.answer('second');
    expect(new Set((await Promise.all(waiting)).map(textOf))).toEqual(new Set(['second']));
    endpoint.keeper.reject('key', rejected);
    expect(textOf(await endpoint.get())).toBe('second');
    expect(endpoint.requests).toBe(2);
  });

  it('keeps tokens apart by key, forgets the one not used for longest, and all of them when cleared', async () => {
    const endpoint = tokenEndpoint();
    for (const key of ['a', 'b', 'c', 'd', 'e']) {
      const waiting = endpoint.get(patient, key);
      await endpoint.answer(key);
      expect(textOf(await waiting)).toBe(key);
    }
    expect(endpoint.keeper.peek('a')).toBeUndefined();
    expect(endpoint.keeper.peek('e')?.value.reveal()).toBe('e');
    endpoint.keeper.clear();
    expect(endpoint.keeper.peek('e')).toBeUndefined();
  });

  it('forgets a token that arrives after everything was cleared', async () => {
    const endpoint = tokenEndpoint();
    const waiting = endpoint.get();
    endpoint.keeper.clear();
    await endpoint.answer('late');
    expect(textOf(await waiting)).toBe('late');
    expect(endpoint.keeper.peek('key')).toBeUndefined();
  });

  it('does not serve a token that was rejected while its renewal ran and brought the same one', async () => {
    const endpoint = tokenEndpoint();
    const token = await endpoint.first();
    endpoint.clock.advance(3550 * SECOND);
    endpoint.get();
    endpoint.keeper.reject('key', token);
    const waiting = endpoint.get();
    await endpoint.answer('second');
    expect(textOf(await waiting)).toBe('second');
    expect(endpoint.requests).toBe(2);
  });
});
