import { describe, expect, it } from 'vitest';
import {
  createMemoryTokenStore,
  decodeTokenRecord,
  encodeTokenRecord,
  SecretValue,
} from '../../src/index.ts';
import { describeTokenStore } from '../../src/testing/index.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';

describeTokenStore('The memory store', { describe, it }, () => {
  const clock = createFakeClock();
  const store = createMemoryTokenStore({ clock });
  return { store, other: store, now: clock.now, pass: clock.advance };
});

describe('the memory store', () => {
  it('goes by the system clock when it is given none', async () => {
    const store = createMemoryTokenStore();
    const token = { value: new SecretValue('t'), obtainedAtMs: 0, expiresAtMs: 1 };
    await store.compareAndSet('old', undefined, { token, needsReauth: undefined, discardAtMs: 1 });
    expect(await store.get('old')).toBeUndefined();
    expect(await store.acquireLease('old', 'me', 60_000)).toBe(true);
  });

  it('does not grow by records whose time is over', async () => {
    const clock = createFakeClock();
    const store = createMemoryTokenStore({ clock });
    const value = new SecretValue('t');
    for (let index = 0; index < 5_000; index += 1) {
      const now = clock.now();
      const token = { value, obtainedAtMs: now, expiresAtMs: now + 1_000 };
      const record = { token, needsReauth: undefined, discardAtMs: now + 1_000 };
      expect(await store.compareAndSet(`key ${index}`, undefined, record)).toBeDefined();
      clock.advance(10);
    }
    expect(await store.get('key 4999')).toBeDefined();
    expect(await store.get('key 1')).toBeUndefined();
  });
});

describe('a token record as text', () => {
  const record = {
    token: {
      value: new SecretValue('se"cret'),
      obtainedAtMs: 1,
      expiresAtMs: Infinity,
      kept: new Map<string, unknown>([
        ['url', 'https://api.example.com'],
        ['session', new SecretValue('hidden')],
      ]),
    },
    needsReauth: undefined,
    discardAtMs: 5,
  };

  it('comes back as it was, secrets as secrets', () => {
    const read = decodeTokenRecord(encodeTokenRecord(record));
    expect(read.token?.value.reveal()).toBe('se"cret');
    expect(read.token?.expiresAtMs).toBe(Infinity);
    expect(read.token?.kept?.get('session')).toBeInstanceOf(SecretValue);
    expect(encodeTokenRecord(read)).toBe(encodeTokenRecord(record));
    expect(JSON.stringify(record)).not.toContain('se"cret');
  });

  it.each(['', 'canary{', '{"format":2,"canary":1}', 'null', '[]', '"canary"'])(
    'that is none, such as %j, is an error that does not show it',
    async text => {
      const error = await failureOf(() => decodeTokenRecord(text));
      expect(error).toMatchObject({ code: 'TOKEN_STORE_FAILED', retryable: false });
      expect(error.message).not.toContain('canary');
      expect(error.cause).toBeUndefined();
    },
  );
});
