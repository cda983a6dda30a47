import assert from 'node:assert/strict';
import { SecretValue, type WorkItem } from '../store.ts';
import { describePart, type OpenStore } from './store-under-test.ts';
import type { TestFunctions } from './token-store-contract.ts';
import { claim, connect, drafts } from './work-drafts.ts';

/** The contract of WorkClaims: each execution has one worker at a time, and none is lost with its worker. */
export function describeWorkClaims(
  name: string,
  functions: TestFunctions,
  open: OpenStore<'connections' | 'queue' | 'changes'>,
): void {
  describePart(`${name}, as workers see its queue,`, functions, open, test => {
    test('gives each execution to one worker, oldest first, with its request', async ({ store, other }) => {
      const batch = drafts(await connect(store), 30);
      await store.queue.enqueue(batch);
      const turns = await Promise.all(
        Array.from({ length: 8 }, (_, turn) => claim(turn % 2 === 0 ? store : other, 5, `worker ${turn}`)),
      );
      const rest = await claim(store, 50, 'rest');
      const claimed = [...turns.flat(), ...rest];
      assert.deepEqual(claimed.map(({ item }) => item.id).sort(), batch.map(({ id }) => id).sort());
      for (const { item, request } of claimed) {
        const draft = batch.find(({ id }) => id === item.id);
        assert.ok(draft !== undefined && request.equals(draft.request));
        assert.deepEqual([item.state, item.attempts], ['running', 1]);
      }
      assert.deepEqual(await claim(other, 10), []);
    });

    test('keeps the outcome, once, and forgets it after its time', async ({ store, other, pass }) => {
      const [draft] = drafts(await connect(store), 1, { keepMs: 400 });
      assert.ok(draft !== undefined);
      await store.queue.enqueue([draft]);
      const [work] = await claim(store, 1);
      assert.ok(work !== undefined);
      const result = new SecretValue('{"outputs":{"Name":"ü\u0000"}}');
      const { claims } = store.queue;
      assert.equal(await claims.finish({ ...work, owner: 'thief' }, { state: 'failed' }), false);
      assert.equal(await claims.finish(work, { state: 'succeeded', result }), true);
      assert.equal(await claims.finish(work, { state: 'failed', code: 'HTTP_STATUS' }), false);
      const item = await other.queue.get(draft.id);
      assert.deepEqual([item?.state, item?.code, item?.attempts], ['succeeded', undefined, 1]);
      assert.ok((await other.queue.result(draft.id))?.equals(result));
      await pass(500);
      assert.deepEqual(await other.queue.list(), []);
      assert.equal(await other.queue.get(draft.id), undefined);
      assert.equal(await other.queue.result(draft.id), undefined);
    });

    test('gives what was postponed when its time has come, and not before', async ({
      store,
      other,
      pass,
    }) => {
      const [draft] = drafts(await connect(store), 1);
      assert.ok(draft !== undefined);
      await store.queue.enqueue([draft]);
      const [first] = await claim(store, 1);
      assert.ok(first !== undefined);
      const delay = { delayMs: 400, counts: true, code: 'CONNECT_REFUSED' };
      assert.equal(await store.queue.claims.postpone(first, delay), true);
      assert.equal(await store.queue.claims.postpone(first, delay), false);
      assert.deepEqual(await claim(other, 1), []);
      const waiting = await other.queue.get(draft.id);
      assert.deepEqual([waiting?.state, waiting?.code], ['queued', 'CONNECT_REFUSED']);
      await pass(500);
      const [second] = await claim(other, 1);
      assert.equal(second?.item.attempts, 2);
      assert.equal(await other.queue.claims.postpone(second, { delayMs: 0, counts: false }), true);
      const [third] = await claim(store, 1);
      assert.equal(third?.item.attempts, 2);
      assert.equal(await store.queue.claims.finish(first, { state: 'failed' }), false);
    });

    test('gives what a dead worker left to others, as often as it may be begun', async ({
      store,
      other,
      pass,
    }) => {
      const batch = drafts(await connect(store), 2);
      await store.queue.enqueue(batch);
      const stateOf = async (): Promise<readonly (WorkItem['state'] | undefined)[]> =>
        Promise.all(batch.map(async ({ id }) => (await other.queue.get(id))?.state));
      const first = await claim(store, 2, 'dead', 400);
      const leases = { owner: 'dead', ids: batch.map(({ id }) => id), leaseMs: 400 };
      assert.equal((await store.queue.claims.renew(leases)).length, 2);
      assert.deepEqual(await other.queue.claims.renew({ ...leases, owner: 'thief' }), []);
      assert.equal(await other.queue.claims.recover(), 0);
      await pass(500);
      assert.deepEqual(await store.queue.claims.renew(leases), []);
      assert.equal(await other.queue.claims.recover(), 2);
      assert.deepEqual(await stateOf(), ['queued', 'queued']);
      const second = await claim(other, 2, 'alive', 400);
      assert.equal(second.length, 2);
      const late = first[0];
      assert.ok(late !== undefined);
      assert.equal(await store.queue.claims.finish(late, { state: 'succeeded' }), false);
      await other.queue.cancel(batch[1]?.id ?? '');
      await pass(500);
      assert.equal(await store.queue.claims.recover(), 2);
      assert.deepEqual(await stateOf(), ['failed', 'cancelled']);
      assert.equal((await store.queue.get(batch[0]?.id ?? ''))?.code, 'WORK_LOST');
    });

    test('gives back what its owner does not know that it has', async ({ store, other, pass }) => {
      await store.queue.enqueue(drafts(await connect(store), 2));
      const [known, unknown] = await claim(store, 2, 'me', 400);
      assert.ok(known !== undefined && unknown !== undefined);
      await pass(250);
      const leases = { owner: 'me', ids: [known.item.id], leaseMs: 400 };
      assert.deepEqual(
        (await store.queue.claims.renew(leases)).map(({ id }) => id),
        leases.ids,
      );
      await pass(250);
      assert.equal(await other.queue.claims.recover(), 1);
      assert.equal((await other.queue.get(unknown.item.id))?.state, 'queued');
    });

    test('spaces what one connection may send evenly, over all workers', async ({ store, other, pass }) => {
      const [limited, free] = [await connect(store), await connect(store)];
      await store.queue.enqueue([...drafts(limited, 8), ...drafts(free, 1)]);
      const rate = { requests: 2, perMs: 1_800, concurrency: null };
      const works = await claim(store, 9);
      const waits: number[] = [];
      let postponed = 0;
      for (const [index, work] of works.filter(({ item }) => item.connectionId === limited).entries()) {
        const permit = await (index % 2 === 0 ? store : other).queue.claims.permit(work, rate);
        if (permit.state === 'granted') waits.push(permit.waitMs);
        if (permit.state === 'postponed') postponed += 1;
      }
      // At once and 900 milliseconds later; the others come back.
      assert.equal(waits.length, 2);
      assert.equal(postponed, 6);
      assert.ok((waits[1] ?? 0) > 100, `expected to wait behind the first: ${waits.join(', ')}`);
      assert.deepEqual(await claim(other, 9), []);
      await pass(1_900);
      const again = await claim(other, 9);
      assert.ok(again.length >= 1 && again.length < 3, `${again.length} came back`);
      assert.equal(again[0]?.item.attempts, 1);
      const unlimited = works.find(({ item }) => item.connectionId === free);
      assert.ok(unlimited !== undefined);
      assert.deepEqual(await store.queue.claims.permit(unlimited, rate), { state: 'granted', waitMs: 0 });
    });

    test('lets no more of a connection run at once than it allows', async ({ store, other }) => {
      await store.queue.enqueue(drafts(await connect(store), 6));
      const rate = { requests: null, perMs: 1_000, concurrency: 2 };
      const works = await claim(store, 6);
      const permits = await Promise.all(
        works.map((work, index) => (index % 2 === 0 ? store : other).queue.claims.permit(work, rate)),
      );
      const states = permits.map(({ state }) => state);
      assert.equal(states.filter(state => state === 'granted').length, 2);
      assert.equal(states.filter(state => state === 'postponed').length, 4);
      const [lost] = works.filter((_, index) => states[index] === 'postponed');
      assert.ok(lost !== undefined);
      assert.deepEqual(await store.queue.claims.permit(lost, rate), { state: 'lost' });
    });
  });
}
