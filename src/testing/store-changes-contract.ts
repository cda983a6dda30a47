import assert from 'node:assert/strict';
import { type Change, SecretValue, type Store } from '../store.ts';
import { soon } from './soon.ts';
import { describePart, type OpenStore } from './store-under-test.ts';
import type { TestFunctions } from './token-store-contract.ts';

const WITHIN_MS = 1_000;

/** The contract of Changes and Settings: everybody agrees, within a second. */
export function describeStoreChanges(
  name: string,
  functions: TestFunctions,
  open: OpenStore<'connections' | 'operations' | 'tokens' | 'apiKeys' | 'changes' | 'settings'>,
): void {
  describePart(`${name}, as a source of changes,`, functions, open, test => {
    test('tells every handle of every change of a connection within a second', async ({ store, other }) => {
      const heard = listen(other);
      const own = listen(store);
      const { id } = await store.connections.create({ name: 'a', definition: '{}' });
      const of = (change: Change) => change.kind === 'connection' && change.connectionId === id;
      const steps: readonly (() => Promise<unknown>)[] = [
        () => store.connections.update(id, { name: 'b' }),
        () => store.connections.update(id, { secrets: new Map([['key', new SecretValue('s')]]) }),
        () => store.operations.create(id, { name: 'op', definition: '{}' }),
        () => store.connections.announce(id),
        () => store.connections.delete(id),
      ];
      await heard.until(of);
      await own.until(of);
      for (const step of steps) {
        heard.clear();
        own.clear();
        const startedAtMs = performance.now();
        await step();
        await heard.until(of);
        await own.until(of);
        assert.ok(performance.now() - startedAtMs < WITHIN_MS, 'expected to be told within a second');
      }
      heard.stop();
      own.stop();
    });

    test('tells of revoked keys and forgotten tokens, and of nothing that failed', async ({
      store,
      other,
      now,
    }) => {
      const heard = listen(other);
      const { id } = await store.connections.create({ name: 'a', definition: '{}' });
      const apiKey = await store.apiKeys.create({ name: 'k', scopes: ['read'] });
      const token = { value: new SecretValue('t'), obtainedAtMs: now(), expiresAtMs: now() + 60_000 };
      const record = { token, needsReauth: undefined, discardAtMs: undefined };
      await store.tokens.of(id).compareAndSet('key', undefined, record);
      const ofToken = (change: Change) => change.kind === 'token' && change.connectionId === id;
      await heard.until(ofToken);
      heard.clear();
      await assert.rejects(store.connections.update(id, { lockVersion: 7 }), { code: 'STORE_CONFLICT' });
      await store.tokens.deleteAll(id);
      await store.apiKeys.revoke(apiKey.id);
      await heard.until(change => change.kind === 'api_key' && change.id === apiKey.id);
      await heard.until(ofToken);
      assert.equal(
        heard.changes.some(({ kind }) => kind === 'connection'),
        false,
      );
      heard.stop();
    });

    test('tells nobody who has stopped listening', async ({ store, other }) => {
      const stopped = listen(other);
      const listening = listen(other);
      stopped.stop();
      stopped.stop();
      const { id } = await store.connections.create({ name: 'a', definition: '{}' });
      await listening.until(change => change.kind === 'connection' && change.connectionId === id);
      assert.deepEqual(stopped.changes, []);
      listening.stop();
    });

    test('has one of many set a setting', async ({ store, other }) => {
      assert.equal(await store.settings.get('first start'), undefined);
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? store : other).settings.setOnce('first start', `process ${index}`),
        ),
      );
      const winner = answers.findIndex(({ first }) => first);
      assert.equal(answers.filter(({ first }) => first).length, 1);
      assert.ok(answers.every(({ value }) => value === `process ${winner}`));
      assert.equal(await other.settings.get('first start'), `process ${winner}`);
    });
  });
}

function listen({ changes }: Pick<Store, 'changes'>) {
  const heard: Change[] = [];
  const stop = changes.subscribe(change => heard.push(change));
  return {
    changes: heard,
    stop,
    clear: () => heard.splice(0),
    until: (isIt: (change: Change) => boolean) => soon(() => heard.some(isIt)),
  };
}
