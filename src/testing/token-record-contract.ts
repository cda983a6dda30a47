import assert from 'node:assert/strict';
import { encodeTokenRecord, SecretValue, type TokenRecord } from '../index.ts';
import { soon } from './soon.ts';
import type { StoreTest } from './token-store-contract.ts';

const DAY_MS = 86_400_000;

/** Records: compare-and-set, versions, discarding, notification. */
export function describeTokenRecords(test: StoreTest): void {
  test('has nothing under a key that was never written', async ({ store }) => {
    assert.equal(await store.get('key'), undefined);
    await store.delete('key');
  });

  test('gives back every part of a record, to every handle', async ({ store, other, now }) => {
    const whole: TokenRecord = {
      token: {
        value: new SecretValue('t+/=&%~"\'<>|ü€'),
        obtainedAtMs: now(),
        expiresAtMs: Infinity,
        refreshToken: new SecretValue('refresh'),
        kept: new Map<string, unknown>([
          ['instance_url', 'https://eu1.example.com/a b'],
          ['ids', [1, { deep: null }, true]],
          ['session', new SecretValue('hidden')],
        ]),
      },
      needsReauth: { error: 'invalid_grant', message: 'Gone', pointer: '/config/auth', atMs: now() },
      discardAtMs: undefined,
    };
    const version = await store.compareAndSet('key', undefined, whole);
    const stored = await other.get('key');
    assert.equal(stored?.version, version);
    assert.equal(stored && encodeTokenRecord(stored.record), encodeTokenRecord(whole));
  });

  test('keeps keys apart, whatever they are made of', async ({ store, now }) => {
    const keys = ['a', 'A', 'a ', 'a/b', 'ключ', '%00', "'; --", '__proto__', 'x'.repeat(200)];
    for (const key of keys) await store.compareAndSet(key, undefined, recordOf(key, now()));
    for (const key of keys) assert.equal(textOf((await store.get(key))?.record), key);
  });

  test('writes a first record only where there is none', async ({ store, other, now }) => {
    const version = await store.compareAndSet('key', undefined, recordOf('first', now()));
    assert.notEqual(version, undefined);
    assert.equal(await other.compareAndSet('key', undefined, recordOf('second', now())), undefined);
    assert.equal(await store.compareAndSet('none', version, recordOf('third', now())), undefined);
    assert.equal(textOf((await other.get('key'))?.record), 'first');
    assert.equal(await store.get('none'), undefined);
  });

  test('replaces the version it is told and refuses a stale one', async ({ store, other, now }) => {
    const first = await store.compareAndSet('key', undefined, recordOf('first', now()));
    const second = await other.compareAndSet('key', first, recordOf('second', now()));
    assert.notEqual(second, undefined);
    assert.notEqual(second, first);
    assert.equal(await store.compareAndSet('key', first, recordOf('stale', now())), undefined);
    const stored = await store.get('key');
    assert.equal(stored?.version, second);
    assert.equal(textOf(stored?.record), 'second');
  });

  test('lets one of many writers win, and tells each whether it did', async ({ store, other, now }) => {
    const first = await store.compareAndSet('key', undefined, recordOf('first', now()));
    const texts = Array.from({ length: 20 }, (_, index) => `writer ${index}`);
    const versions = await Promise.all(
      texts.map((text, index) =>
        (index % 2 === 0 ? store : other).compareAndSet('key', first, recordOf(text, now())),
      ),
    );
    const winners = versions.flatMap((version, index) => (version === undefined ? [] : [index]));
    assert.equal(winners.length, 1);
    const [winner = 0] = winners;
    const stored = await other.get('key');
    assert.equal(stored?.version, versions[winner]);
    assert.equal(textOf(stored?.record), texts[winner]);
  });

  test('does not use a version twice, not even after the record was deleted', async ({ store, now }) => {
    const first = await store.compareAndSet('key', undefined, recordOf('first', now()));
    await store.delete('key');
    assert.equal(await store.get('key'), undefined);
    assert.equal(await store.compareAndSet('key', first, recordOf('ghost', now())), undefined);
    const again = await store.compareAndSet('key', undefined, recordOf('again', now()));
    assert.notEqual(again, first);
    assert.equal(await store.compareAndSet('key', first, recordOf('ghost', now())), undefined);
  });

  test('discards a record when its time has come', async ({ store, other, now, pass }) => {
    const record = { ...recordOf('short', now()), discardAtMs: now() + 2_000 };
    const version = await store.compareAndSet('key', undefined, record);
    assert.equal(textOf((await store.get('key'))?.record), 'short');
    await pass(2_500);
    assert.equal(await other.get('key'), undefined);
    assert.equal(await store.compareAndSet('key', version, recordOf('stale', now())), undefined);
    assert.notEqual(await store.compareAndSet('key', undefined, recordOf('next', now())), undefined);
  });

  test('tells who watches of every change, until they stop', async ({ store, other, now }) => {
    if (other.watch === undefined) return;
    let calls = 0;
    let others = 0;
    const stop = other.watch('key', () => {
      calls += 1;
    });
    const stopOther = other.watch('another', () => {
      others += 1;
    });
    const first = await store.compareAndSet('key', undefined, recordOf('first', now()));
    await soon(() => calls > 0);
    const seen = calls;
    stop();
    stop();
    await store.compareAndSet('key', first, recordOf('second', now()));
    await store.compareAndSet('another', undefined, recordOf('other', now()));
    await soon(() => others > 0);
    stopOther();
    assert.equal(calls, seen);
  });
}

function recordOf(text: string, now: number): TokenRecord {
  return {
    token: { value: new SecretValue(text), obtainedAtMs: now, expiresAtMs: now + DAY_MS },
    needsReauth: undefined,
    discardAtMs: undefined,
  };
}

function textOf(record: TokenRecord | undefined): unknown {
  return record === undefined ? undefined : JSON.parse(encodeTokenRecord(record)).token?.value;
}
