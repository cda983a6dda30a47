import assert from 'node:assert/strict';
import { type EventDraft, SecretValue, type Store } from '../store.ts';
import { describePart, type OpenStore } from './store-under-test.ts';
import type { TestFunctions } from './token-store-contract.ts';

const SOON_MS = 1_000;

/** The contract of AuthorizationStates: good once, for a while. */
export function describeAuthorizationStates(
  name: string,
  functions: TestFunctions,
  open: OpenStore<'connections' | 'authorizationStates'>,
): void {
  describePart(`${name}, as a store of authorization states,`, functions, open, test => {
    test('gives an entry to one of many who take it', async ({ store, other, now }) => {
      const connectionId = await connect(store);
      const state = new SecretValue('st+/=ate');
      const content = new SecretValue('{"verifier":"ü\u0000"}');
      await store.authorizationStates.put(state, { connectionId, content, expiresAtMs: now() + SOON_MS });
      await assert.rejects(
        other.authorizationStates.put(state, { connectionId, content, expiresAtMs: now() + SOON_MS }),
        { code: 'STORE_EXISTS' },
      );
      const taken = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? store : other).authorizationStates.take(new SecretValue('st+/=ate')),
        ),
      );
      const entries = taken.filter(entry => entry !== undefined);
      assert.equal(entries.length, 1);
      assert.equal(entries[0]?.connectionId, connectionId);
      assert.equal(entries[0]?.content.equals(content), true);
      assert.equal(await store.authorizationStates.take(new SecretValue('another')), undefined);
    });

    test('gives no entry whose time is over, or whose connection is gone', async ({
      store,
      other,
      now,
      pass,
    }) => {
      const connectionId = await connect(store);
      const content = new SecretValue('verifier');
      const late = new SecretValue('late');
      await store.authorizationStates.put(late, { connectionId, content, expiresAtMs: now() + SOON_MS });
      await pass(SOON_MS + 100);
      assert.equal(await other.authorizationStates.take(late), undefined);
      const orphan = new SecretValue('orphan');
      await store.authorizationStates.put(orphan, { connectionId, content, expiresAtMs: now() + SOON_MS });
      await store.connections.delete(connectionId);
      assert.equal(await other.authorizationStates.take(orphan), undefined);
    });
  });
}

/** The contract of EventLog with its default limits. */
export function describeEventLog(
  name: string,
  functions: TestFunctions,
  open: OpenStore<'connections' | 'events' | 'prune'>,
): void {
  describePart(`${name}, as an event log,`, functions, open, test => {
    test('lists newest first, by connection and kind, and on from a place', async ({ store, other, now }) => {
      const connectionId = await connect(store);
      const event = (kind: string, step: number, id: string | undefined = connectionId): EventDraft => ({
        connectionId: id,
        kind,
        atMs: now(),
        details: { step, 'odd ü\u0000': [null, true] },
      });
      await store.events.append([event('test', 1), event('token', 2), event('test', 3)]);
      await other.events.append([{ ...event('refusal', 4), connectionId: undefined }]);
      await other.events.append([]);
      const all = await store.events.list({ connectionId });
      assert.deepEqual(
        all.map(({ details }) => details['step']),
        [3, 2, 1],
      );
      assert.deepEqual(all[0]?.details, { step: 3, 'odd ü\u0000': [null, true] });
      assert.equal(all[0]?.atMs, now());
      const tests = await other.events.list({ connectionId, kind: 'test', limit: 1 });
      assert.deepEqual(
        tests.map(({ details }) => details['step']),
        [3],
      );
      const older = await other.events.list({ connectionId, before: all[1]?.sequence });
      assert.deepEqual(
        older.map(({ details }) => details['step']),
        [1],
      );
      const own = await store.events.list({ connectionId: undefined });
      assert.deepEqual(
        own.map(({ kind }) => kind),
        ['refusal'],
      );
    });

    test('is bounded by number, per connection', async ({ store, now }) => {
      const busy = await connect(store);
      const quiet = await connect(store);
      const event = (connectionId: string, step: number): EventDraft => {
        return { connectionId, kind: 'request', atMs: now(), details: { step } };
      };
      await store.events.append([event(quiet, 0)]);
      await store.events.append(Array.from({ length: 1_003 }, (_, step) => event(busy, step)));
      const kept = await store.events.list({ connectionId: busy, limit: 5_000 });
      assert.equal(kept.length, 1_000);
      assert.equal(kept.at(-1)?.details['step'], 3);
      assert.equal((await store.events.list({ connectionId: quiet })).length, 1);
    });

    test('is bounded by age, and ends with its connection', async ({ store, other, now }) => {
      const connectionId = await connect(store);
      const monthAgo = now() - 31 * 86_400_000;
      const event = { connectionId, kind: 'test', details: {} };
      await store.events.append([
        { ...event, atMs: monthAgo },
        { ...event, atMs: now() },
      ]);
      await store.prune();
      assert.equal((await other.events.list({ connectionId })).length, 1);
      await store.connections.delete(connectionId);
      await other.events.append([{ ...event, atMs: now() }]);
      assert.deepEqual(await other.events.list({ connectionId }), []);
    });
  });
}

/** The contract of ApiKeys. */
export function describeApiKeys(name: string, functions: TestFunctions, open: OpenStore<'apiKeys'>): void {
  describePart(`${name}, as a store of API keys,`, functions, open, test => {
    test('knows a key by its text until it is revoked', async ({ store, other }) => {
      const { key, ...created } = await store.apiKeys.create({
        name: 'ci',
        scopes: ['read', 'execute', 'read'],
      });
      assert.deepEqual(created.scopes, ['read', 'execute']);
      assert.deepEqual(await other.apiKeys.find(key), created);
      assert.equal(await other.apiKeys.find(new SecretValue('ferrule_guess')), undefined);
      assert.deepEqual(await store.apiKeys.list(), [created]);
      assert.equal(await other.apiKeys.revoke(created.id), true);
      assert.equal(await other.apiKeys.revoke(created.id), false);
      assert.equal(await store.apiKeys.find(key), undefined);
      assert.notEqual((await store.apiKeys.list())[0]?.revokedAtMs, undefined);
    });

    test('makes keys that are different and hidden', async ({ store }) => {
      const one = await store.apiKeys.create({ name: 'a', scopes: ['manage'] });
      const two = await store.apiKeys.create({ name: 'a', scopes: ['manage'] });
      assert.equal(one.key.equals(two.key), false);
      assert.equal((await store.apiKeys.find(one.key))?.id, one.id);
      assert.match(JSON.stringify(one), /"key":"\[secret\]"/);
      assert.deepEqual(
        (await store.apiKeys.list()).filter(listed => 'key' in listed),
        [],
      );
    });

    test('forgets a key whose time is over, and refuses one without scope', async ({
      store,
      other,
      now,
      pass,
    }) => {
      const expiresAtMs = now() + SOON_MS;
      const { key } = await store.apiKeys.create({ name: 'short', scopes: ['read'], expiresAtMs });
      assert.equal((await other.apiKeys.find(key))?.expiresAtMs, expiresAtMs);
      await pass(SOON_MS + 100);
      assert.equal(await other.apiKeys.find(key), undefined);
      await assert.rejects(store.apiKeys.create({ name: 'none', scopes: [] }), {
        code: 'STORE_INPUT_INVALID',
      });
    });
  });
}

/** The contract of IdempotencyStore. */
export function describeIdempotency(
  name: string,
  functions: TestFunctions,
  open: OpenStore<'idempotency'>,
): void {
  describePart(`${name}, as a store of idempotency keys,`, functions, open, test => {
    const key = { scope: 'client', key: 'order 7' };
    const request = { ...key, fingerprint: 'f', leaseMs: 1_000, keepMs: 10_000 };

    test('has one of many begin, and gives the others its outcome', async ({ store, other }) => {
      const answers = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          (index % 2 === 0 ? store : other).idempotency.begin({ ...request, owner: `owner ${index}` }),
        ),
      );
      const winner = answers.findIndex(({ state }) => state === 'begun');
      assert.equal(answers.filter(({ state }) => state === 'begun').length, 1);
      assert.equal(answers.filter(({ state }) => state === 'running').length, 7);
      const result = new SecretValue('{"outputs":"ü\u0000"}');
      assert.equal(await store.idempotency.complete(key, 'somebody else', result), false);
      assert.equal(await store.idempotency.complete(key, `owner ${winner}`, result), true);
      assert.equal(await store.idempotency.complete(key, `owner ${winner}`, result), false);
      const done = await other.idempotency.begin({ ...request, owner: 'late' });
      assert.ok(done.state === 'done' && done.result.equals(result));
      const mismatch = await other.idempotency.begin({ ...request, fingerprint: 'g', owner: 'late' });
      assert.equal(mismatch.state, 'mismatch');
      const foreign = await other.idempotency.begin({ ...request, scope: 'other client', owner: 'late' });
      assert.equal(foreign.state, 'begun');
    });

    test('lets the work of a dead owner begin again, and abandoned work at once', async ({
      store,
      other,
      pass,
    }) => {
      await store.idempotency.begin({ ...request, owner: 'dead' });
      await pass(600);
      assert.equal(await store.idempotency.renew(key, 'dead', 1_000), true);
      await pass(600);
      assert.equal((await other.idempotency.begin({ ...request, owner: 'alive' })).state, 'running');
      await pass(600);
      assert.equal(await store.idempotency.renew(key, 'dead', 1_000), false);
      assert.equal((await other.idempotency.begin({ ...request, owner: 'alive' })).state, 'begun');
      assert.equal(await store.idempotency.complete(key, 'dead', new SecretValue('late')), false);
      await store.idempotency.abandon(key, 'dead');
      assert.equal((await store.idempotency.begin({ ...request, owner: 'third' })).state, 'running');
      await other.idempotency.abandon(key, 'alive');
      assert.equal((await store.idempotency.begin({ ...request, owner: 'third' })).state, 'begun');
    });

    test('forgets an outcome after a while', async ({ store, other, pass }) => {
      await store.idempotency.begin({ ...request, owner: 'me', keepMs: 2_000 });
      await store.idempotency.complete(key, 'me', new SecretValue('result'));
      await pass(2_500);
      const again = await other.idempotency.begin({ ...request, fingerprint: 'new', owner: 'you' });
      assert.equal(again.state, 'begun');
    });
  });
}

async function connect(store: Pick<Store, 'connections'>): Promise<string> {
  return (await store.connections.create({ name: 'connection', definition: '{}' })).id;
}
