import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { FerruleError } from '../store.ts';
import { describePart, type OpenStore } from './store-under-test.ts';
import type { TestFunctions } from './token-store-contract.ts';
import { describeWorkClaims } from './work-claims-contract.ts';
import { claim, connect, drafts } from './work-drafts.ts';

/** The contract of a WorkQueue, for whoever enqueues and for workers. */
export function describeWorkQueue(
  name: string,
  functions: TestFunctions,
  open: OpenStore<'connections' | 'queue' | 'changes'>,
): void {
  describePart(`${name}, as a queue of executions,`, functions, open, test => {
    test('keeps what was enqueued, in order, and lists it by connection, batch and state', async ({
      store,
      other,
    }) => {
      const [one, two] = [await connect(store), await connect(store)];
      const batch = drafts(one, 70);
      await store.queue.enqueue(batch);
      await store.queue.enqueue(drafts(two, 1));
      const listed = await other.queue.list({ connectionId: one, limit: 1_000 });
      assert.deepEqual(
        listed.map(({ id }) => id),
        batch.map(({ id }) => id).reverse(),
      );
      const { batchId = '' } = batch[0] ?? {};
      assert.equal((await other.queue.list({ batchId, limit: 1_000 })).length, 70);
      const page = await other.queue.list({ connectionId: one, before: listed[9]?.sequence, limit: 5 });
      assert.deepEqual(page, listed.slice(10, 15));
      assert.equal((await other.queue.list({ state: 'queued' })).length, 71);
      assert.deepEqual(await other.queue.list({ state: 'failed' }), []);
      assert.equal(await other.queue.waiting(1_000), 71);
      assert.equal(await other.queue.waiting(10), 10);
    });

    test('enqueues the same twice once, and nothing when one of many cannot be', async ({ store, other }) => {
      const id = await connect(store);
      const [first, second] = drafts(id, 2);
      assert.ok(first !== undefined && second !== undefined);
      await store.queue.enqueue([first]);
      await other.queue.enqueue([first, second]);
      assert.equal((await store.queue.list()).length, 2);
      const claimed = await claim(store, 10);
      assert.deepEqual(claimed.map(({ item }) => item.id).sort(), [first.id, second.id].sort());
      const orphan = { ...second, id: randomUUID(), connectionId: randomUUID() };
      await assert.rejects(store.queue.enqueue([...drafts(id, 1), orphan]), hasCode('STORE_NOT_FOUND'));
      assert.equal((await store.queue.list()).length, 2);
      assert.deepEqual(await claim(store, 10), []);
    });

    test('tells every handle that there is something to do', async ({ store, other }) => {
      const id = await connect(store);
      const told = Promise.withResolvers<void>();
      const stop = other.changes.subscribe(({ kind }) => {
        if (kind === 'work') told.resolve();
      });
      await store.queue.enqueue(drafts(id, 1));
      await told.promise;
      stop();
    });

    test('never begins what was cancelled, and begins it again when it is retried', async ({
      store,
      other,
    }) => {
      const [draft] = drafts(await connect(store), 1);
      assert.ok(draft !== undefined);
      await store.queue.enqueue([draft]);
      const cancelled = await other.queue.cancel(draft.id);
      assert.equal(cancelled?.state, 'cancelled');
      assert.ok(cancelled.expiresAtMs !== undefined);
      assert.deepEqual(await claim(store, 10), []);
      assert.equal((await other.queue.retry(draft.id))?.state, 'queued');
      const [work] = await claim(store, 10);
      assert.equal(work?.item.id, draft.id);
      await assert.rejects(other.queue.retry(draft.id), hasCode('WORK_STATE'));
      await assert.rejects(other.queue.remove(draft.id), hasCode('WORK_STATE'));
      const asked = await other.queue.cancel(draft.id);
      assert.deepEqual([asked?.state, asked?.cancelRequested], ['running', true]);
      assert.deepEqual(await store.queue.claims.renew({ owner: 'me', ids: [draft.id], leaseMs: 5_000 }), [
        { id: draft.id, cancelRequested: true },
      ]);
      assert.equal(await store.queue.claims.finish(work, { state: 'cancelled' }), true);
      assert.equal((await other.queue.get(draft.id))?.state, 'cancelled');
    });

    test('goes on behind many that were cancelled', async ({ store, other }) => {
      const batch = drafts(await connect(store), 25);
      await store.queue.enqueue(batch);
      for (const { id } of batch.slice(0, 20)) await other.queue.cancel(id);
      const claimed: unknown[] = [];
      for (let round = 0; round < 5; round += 1) claimed.push(...(await claim(store, 4)));
      assert.equal(claimed.length, 5);
    });

    test('forgets what is removed, and knows nothing of what is not there', async ({ store, other }) => {
      const [draft] = drafts(await connect(store), 1);
      assert.ok(draft !== undefined);
      await store.queue.enqueue([draft]);
      assert.equal(await other.queue.remove(draft.id), true);
      assert.equal(await other.queue.remove(draft.id), false);
      assert.equal(await store.queue.get(draft.id), undefined);
      assert.equal(await store.queue.cancel(draft.id), undefined);
      assert.equal(await store.queue.retry(draft.id), undefined);
      assert.equal(await store.queue.result(draft.id), undefined);
      assert.deepEqual(await claim(store, 10), []);
    });

    test('goes with its connection', async ({ store, other }) => {
      const id = await connect(store);
      await store.queue.enqueue(drafts(id, 3));
      await other.connections.delete(id);
      assert.deepEqual(await store.queue.list(), []);
      assert.deepEqual(await claim(store, 10), []);
    });
  });
  describeWorkClaims(name, functions, open);
}

function hasCode(code: string) {
  return (error: unknown) => error instanceof FerruleError && error.code === code;
}
