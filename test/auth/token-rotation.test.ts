import { afterEach, describe, expect, it, vi } from 'vitest';
import { createMemoryTokenStore } from '../../src/auth/memory-token-store.ts';
import type { StoredToken, Token } from '../../src/auth/token.ts';
import { type CallerPatience, TokenKeeper } from '../../src/auth/token-keeper.ts';
import type { TokenStore } from '../../src/auth/token-store.ts';
import { SecretValue } from '../../src/base/secret-value.ts';
import { FerruleError } from '../../src/errors/ferrule-error.ts';
import { sendJson, startEchoServer } from '../support/echo-server.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock, type FakeClock } from '../support/fake-clock.ts';

const SECOND = 1000;
const patient: CallerPatience = { timeoutMs: Infinity };

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map(each => each.close()));
});

/**
 * An authorization server that rotates refresh tokens: each is good once, and its second use is `invalid_grant`.
 * An answer that gets lost leaves the refresh token good, as careful servers have it.
 */
async function startRotatingServer() {
  const clock = createFakeClock();
  const used: string[] = [];
  let good = 'refresh-0';
  let loseNext = false;
  const server = await startEchoServer(({ body }, response) => {
    const given = body === '' ? good : body;
    used.push(given);
    if (given !== good) return sendJson(response, { error: 'invalid_grant' }, 400);
    if (loseNext) {
      loseNext = false;
      response.destroy();
      return true;
    }
    good = `refresh-${used.length}`;
    return sendJson(response, { access: `access-${used.length}`, refresh: good });
  });
  open.push(server);

  const request = async (current: StoredToken | undefined): Promise<Token> => {
    const answer = await fetch(server.origin, {
      method: 'POST',
      body: current?.refreshToken?.reveal() ?? '',
    }).catch((cause: unknown) => {
      throw new FerruleError('CONNECTION_LOST', 'No answer', { cause });
    });
    const { access, refresh, error } = (await answer.json()) as Record<string, string>;
    if (access === undefined || refresh === undefined) {
      throw new FerruleError('TOKEN_REFUSED', `Refused with "${error}"`, { details: { error } });
    }
    return {
      value: new SecretValue(access),
      obtainedAtMs: clock.now(),
      expiresAtMs: clock.now() + 3600 * SECOND,
      refreshToken: new SecretValue(refresh),
    };
  };
  return {
    clock,
    used,
    request,
    loseNextAnswer: () => {
      loseNext = true;
    },
    revoke: () => {
      good = 'none';
    },
  };
}

const keeperOf = (clock: FakeClock, store?: TokenStore) =>
  new TokenKeeper({ clock, capacity: 10, random: () => 0.5, store });

const textOf = async (kept: ReturnType<TokenKeeper['get']>) => (await kept).token.value.reveal();

/** Holds the answer of a request back, after the server has given it. */
function holding(request: (current: StoredToken | undefined) => Promise<Token>) {
  const gate = Promise.withResolvers<void>();
  const held = async (current: StoredToken | undefined) => {
    try {
      return await request(current);
    } finally {
      await gate.promise;
    }
  };
  return { held, release: () => gate.resolve() };
}

/** An engine whose machine sleeps cannot renew its lease. */
const withoutRenewal = (store: TokenStore): TokenStore => ({ ...store, renewLease: async () => false });

describe('a refresh token', () => {
  it.each([
    ['in memory', undefined],
    ['in a store', createMemoryTokenStore],
  ])('that rotates is handed from request to request, kept %s', async (_, createStore) => {
    const server = await startRotatingServer();
    const keeper = keeperOf(server.clock, createStore?.({ clock: server.clock }));
    for (let hours = 0; hours < 4; hours += 1) {
      expect(await textOf(keeper.get('key', server.request, patient))).toBe(`access-${hours + 1}`);
      server.clock.advance(3600 * SECOND);
    }
    expect(server.used).toEqual(['refresh-0', 'refresh-1', 'refresh-2', 'refresh-3']);
  });

  it('outlives the rejection of its access token', async () => {
    const server = await startRotatingServer();
    const keeper = keeperOf(server.clock);
    const { token } = await keeper.get('key', server.request, patient);
    keeper.reject('key', token);
    expect(await textOf(keeper.get('key', server.request, patient))).toBe('access-2');
    expect(server.used.at(-1)).toBe('refresh-1');
  });

  it('is in the store before anybody gets its access token', async () => {
    const server = await startRotatingServer();
    const store = createMemoryTokenStore({ clock: server.clock });
    const gate = Promise.withResolvers<void>();
    const offered = Promise.withResolvers<string | undefined>();
    const slow: TokenStore = {
      ...store,
      async compareAndSet(key, expected, record) {
        offered.resolve(record.token?.refreshToken?.reveal());
        await gate.promise;
        return store.compareAndSet(key, expected, record);
      },
    };
    let served = false;
    const kept = Promise.resolve(keeperOf(server.clock, slow).get('key', server.request, patient));
    const done = kept.then(() => {
      served = true;
    });
    expect(await offered.promise).toBe('refresh-1');
    expect(served).toBe(false);
    gate.resolve();
    await done;
    expect((await store.get('key'))?.record.token?.refreshToken?.reveal()).toBe('refresh-1');
  });

  it('whose answer was lost is sent again', async () => {
    const server = await startRotatingServer();
    const keeper = keeperOf(server.clock, createMemoryTokenStore({ clock: server.clock }));
    await keeper.get('key', server.request, patient);
    server.clock.advance(3600 * SECOND);
    server.loseNextAnswer();
    expect(await failureOf(Promise.resolve(keeper.get('key', server.request, patient)))).toMatchObject({
      code: 'CONNECTION_LOST',
    });
    expect(await textOf(keeper.get('key', server.request, patient))).toBe('access-3');
    expect(server.used).toEqual(['refresh-0', 'refresh-1', 'refresh-1']);
  });

  it('that two engines used, since a lease lapsed, leaves both with the token of the one that was first', async () => {
    const server = await startRotatingServer();
    const store = createMemoryTokenStore({ clock: server.clock });
    const sleeper = keeperOf(server.clock, withoutRenewal(store));
    const other = keeperOf(server.clock, store);
    await sleeper.get('key', server.request, patient);
    server.clock.advance(3600 * SECOND);

    const asked = Promise.withResolvers<void>();
    const wake = Promise.withResolvers<void>();
    const late = sleeper.get(
      'key',
      async current => {
        asked.resolve();
        await wake.promise;
        return server.request(current);
      },
      patient,
    );
    await asked.promise;
    server.clock.advance(31 * SECOND);
    expect(await textOf(other.get('key', server.request, patient))).toBe('access-2');
    wake.resolve();
    expect(await textOf(late)).toBe('access-2');
    expect(server.used).toEqual(['refresh-0', 'refresh-1', 'refresh-1']);
    expect((await store.get('key'))?.record.needsReauth).toBeUndefined();
  });

  it('that only seems dead to the second engine is put right by the first', async () => {
    const server = await startRotatingServer();
    const store = createMemoryTokenStore({ clock: server.clock });
    const sleeper = keeperOf(server.clock, withoutRenewal(store));
    const other = keeperOf(server.clock, store);
    await sleeper.get('key', server.request, patient);
    server.clock.advance(3600 * SECOND);

    const { held, release } = holding(server.request);
    const late = sleeper.get('key', held, patient);
    await vi.waitUntil(() => server.used.length === 2, { interval: 1, timeout: 10_000 });
    server.clock.advance(31 * SECOND);
    expect(await failureOf(Promise.resolve(other.get('key', server.request, patient)))).toMatchObject({
      code: 'TOKEN_NEEDS_REAUTH',
    });
    release();
    expect(await textOf(late)).toBe('access-2');
    expect(await textOf(other.get('key', server.request, patient))).toBe('access-2');
  });

  it('that is dead is not tried again, until a new authorization brings another', async () => {
    const server = await startRotatingServer();
    const store = createMemoryTokenStore({ clock: server.clock });
    const [one, two] = [keeperOf(server.clock, store), keeperOf(server.clock, store)];
    await one.get('key', server.request, patient);
    server.revoke();
    server.clock.advance(3600 * SECOND);
    for (const keeper of [one, one, two, one]) {
      expect(await failureOf(Promise.resolve(keeper.get('key', server.request, patient)))).toMatchObject({
        code: 'TOKEN_NEEDS_REAUTH',
        details: { error: 'invalid_grant' },
      });
    }
    expect(server.used.length).toBe(2);
    const now = server.clock.now();
    await two.put('key', { value: new SecretValue('anew'), obtainedAtMs: now, expiresAtMs: Infinity });
    expect(two.peek('key')?.value.reveal()).toBe('anew');
    expect(await textOf(one.get('key', server.request, patient))).toBe('anew');
  });

  it('that is dead leaves nothing to serve when the access token was rejected', async () => {
    const server = await startRotatingServer();
    const store = createMemoryTokenStore({ clock: server.clock });
    const keeper = keeperOf(server.clock, store);
    const { token } = await keeper.get('key', server.request, patient);
    server.revoke();
    keeper.reject('key', token);
    for (let call = 0; call < 3; call += 1) {
      expect(await failureOf(Promise.resolve(keeper.get('key', server.request, patient)))).toMatchObject({
        code: 'TOKEN_NEEDS_REAUTH',
      });
    }
    expect(server.used.length).toBe(2);
  });

  it('that dies while its access token lives fails no call before that one ends', async () => {
    const server = await startRotatingServer();
    const keeper = keeperOf(server.clock);
    await keeper.get('key', server.request, patient);
    server.revoke();
    server.clock.advance(3541 * SECOND);
    for (let second = 0; second < 59; second += 1) {
      expect(await textOf(keeper.get('key', server.request, patient))).toBe('access-1');
      await vi.waitUntil(() => server.used.length === 2, { interval: 1, timeout: 10_000 });
      server.clock.advance(SECOND);
    }
    expect(await failureOf(Promise.resolve(keeper.get('key', server.request, patient)))).toMatchObject({
      code: 'TOKEN_NEEDS_REAUTH',
    });
    expect(server.used.length).toBe(2);
  });
});
