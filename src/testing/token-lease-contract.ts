import assert from 'node:assert/strict';
import { soon } from './soon.ts';
import type { StoreTest } from './token-store-contract.ts';

const TTL_MS = 2_000;

/** Leases: one owner at a time, an end by time, and nobody frees what belongs to another. */
export function describeTokenLeases(test: StoreTest): void {
  test('leases a key to one owner at a time', async ({ store, other }) => {
    assert.equal(await store.acquireLease('key', 'first', TTL_MS), true);
    assert.equal(await other.acquireLease('key', 'second', TTL_MS), false);
    assert.equal(await other.acquireLease('another key', 'second', TTL_MS), true);
    assert.equal(await store.acquireLease('key', 'first', TTL_MS), true);
    assert.equal(await store.get('key'), undefined);
  });

  test('leases a key to exactly one of many who ask at once', async ({ store, other }) => {
    const granted = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? store : other).acquireLease('key', `owner ${index}`, TTL_MS),
      ),
    );
    assert.equal(granted.filter(Boolean).length, 1);
  });

  test('ends the lease of an owner that is heard of no more', async ({ store, other, pass }) => {
    await store.acquireLease('key', 'dead', TTL_MS);
    await pass(TTL_MS + 500);
    assert.equal(await other.acquireLease('key', 'alive', TTL_MS), true);
    assert.equal(await store.renewLease('key', 'dead', TTL_MS), false);
    assert.equal(await store.acquireLease('key', 'dead', TTL_MS), false);
  });

  test('extends a lease for its owner only', async ({ store, other, pass }) => {
    await store.acquireLease('key', 'owner', TTL_MS);
    await pass(TTL_MS / 2);
    assert.equal(await other.renewLease('key', 'stranger', TTL_MS), false);
    assert.equal(await store.renewLease('key', 'owner', TTL_MS), true);
    await pass(TTL_MS * 0.75);
    assert.equal(await other.acquireLease('key', 'stranger', TTL_MS), false);
  });

  test('does not extend a lease that has ended or never was', async ({ store, pass }) => {
    assert.equal(await store.renewLease('key', 'owner', TTL_MS), false);
    await store.acquireLease('key', 'owner', TTL_MS);
    await pass(TTL_MS + 500);
    assert.equal(await store.renewLease('key', 'owner', TTL_MS), false);
  });

  test('frees a released lease at once', async ({ store, other }) => {
    await store.acquireLease('key', 'first', TTL_MS);
    await store.releaseLease('key', 'first');
    assert.equal(await other.acquireLease('key', 'second', TTL_MS), true);
  });

  test('never frees the lease of another by a late release', async ({ store, other, pass }) => {
    await store.acquireLease('key', 'late', TTL_MS);
    await pass(TTL_MS + 500);
    await other.acquireLease('key', 'present', TTL_MS);
    await store.releaseLease('key', 'late');
    await store.releaseLease('key', 'stranger');
    assert.equal(await store.acquireLease('key', 'third', TTL_MS), false);
    assert.equal(await other.renewLease('key', 'present', TTL_MS), true);
  });

  test('keeps a lease when the record is deleted', async ({ store, other }) => {
    await store.acquireLease('key', 'owner', TTL_MS);
    await store.delete('key');
    assert.equal(await other.acquireLease('key', 'stranger', TTL_MS), false);
  });

  test('tells who watches that a lease was released', async ({ store, other }) => {
    if (other.watch === undefined) return;
    await store.acquireLease('key', 'owner', TTL_MS);
    let calls = 0;
    const stop = other.watch('key', () => {
      calls += 1;
    });
    await store.releaseLease('key', 'owner');
    await soon(() => calls > 0);
    stop();
  });
}
