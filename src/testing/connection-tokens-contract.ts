import assert from 'node:assert/strict';
import { SecretValue, type Store, type TokenRecord } from '../store.ts';
import { describePart, type OpenStore, type PortTest, type StoreUnderTest } from './store-under-test.ts';
import type { TestFunctions } from './token-store-contract.ts';

type Parts = 'connections' | 'tokens';

const HOUR_MS = 3_600_000;
const LEASE_MS = 2_000;

/** The contract of ConnectionTokens; the TokenStore of one connection has its own, `describeTokenStore`. */
export function describeConnectionTokens(
  name: string,
  functions: TestFunctions,
  open: OpenStore<Parts>,
): void {
  describePart(`${name}, as the store of all tokens,`, functions, open, test => {
    describeByConnection(test);
    describeClaims(test);
  });
}

function describeByConnection(test: PortTest<Parts>): void {
  test('keeps connections apart under the same key', async ({ store, other, now }) => {
    const one = await connect(store);
    const two = await connect(store);
    await store.tokens.of(one).compareAndSet('key', undefined, renewable(now()));
    assert.equal(await other.tokens.of(two).get('key'), undefined);
    assert.equal(await store.tokens.of(one).acquireLease('key', 'me', LEASE_MS), true);
    assert.equal(await other.tokens.of(two).acquireLease('key', 'you', LEASE_MS), true);
    assert.equal(await store.tokens.deleteAll(two), 0);
    assert.equal(await other.tokens.deleteAll(one), 1);
    assert.equal(await store.tokens.of(one).get('key'), undefined);
  });

  test('says what is known of tokens without opening them', async ({ store, other, now }) => {
    const id = await connect(store);
    const tokens = store.tokens.of(id);
    const version = await tokens.compareAndSet('a', undefined, renewable(now()));
    const endless = { value: new SecretValue('t'), obtainedAtMs: now(), expiresAtMs: Infinity };
    await tokens.compareAndSet('b', undefined, {
      token: endless,
      needsReauth: undefined,
      discardAtMs: undefined,
    });
    const summaries = await other.tokens.list(id);
    const summary = summaries.find(each => each.version === version);
    assert.equal(summaries.length, 2);
    assert.equal(summary?.expiresAtMs, now() + HOUR_MS);
    assert.equal(summary?.dueAtMs, now() + HOUR_MS - 60_000);
    assert.equal(summary?.needsReauth, false);
    assert.deepEqual(
      summaries.filter(each => each !== summary).map(each => [each.expiresAtMs, each.dueAtMs]),
      [[Infinity, undefined]],
    );
  });

  test('opens the tokens of one connection, with their keys', async ({ store, other, now }) => {
    const id = await connect(store);
    const stranger = await connect(store);
    await store.tokens.of(stranger).compareAndSet('a', undefined, renewable(now()));
    const tokens = store.tokens.of(id);
    await tokens.compareAndSet('a', undefined, renewable(now()));
    const spent = { token: undefined, needsReauth: undefined, discardAtMs: now() + HOUR_MS };
    await tokens.compareAndSet('no token', undefined, spent);
    const opened = await other.tokens.read(id);
    assert.deepEqual(
      opened.map(({ key }) => key),
      ['a'],
    );
    const { token } = renewable(now());
    assert.equal(token?.value.equals(opened[0]?.token.value ?? new SecretValue('')), true);
  });

  test('forgets the tokens of a connection that is deleted, and takes no more', async ({
    store,
    other,
    now,
  }) => {
    const id = await connect(store);
    await store.tokens.of(id).compareAndSet('key', undefined, renewable(now()));
    await store.connections.delete(id);
    assert.equal(await other.tokens.of(id).get('key'), undefined);
    await assert.rejects(other.tokens.of(id).compareAndSet('key', undefined, renewable(now())), {
      code: 'STORE_NOT_FOUND',
    });
  });
}

function describeClaims(test: PortTest<Parts>): void {
  test('claims what is due and can be renewed, the most urgent first', async opened => {
    const { store, other, now } = opened;
    const id = await connect(store);
    const tokens = store.tokens.of(id);
    await tokens.compareAndSet('later', undefined, renewable(now(), HOUR_MS * 2));
    await tokens.compareAndSet('second', undefined, renewable(now() - HOUR_MS, HOUR_MS + 30_000));
    await tokens.compareAndSet('first', undefined, renewable(now() - HOUR_MS, HOUR_MS + 10_000));
    await tokens.compareAndSet('no refresh token', undefined, {
      token: { value: new SecretValue('t'), obtainedAtMs: now() - HOUR_MS, expiresAtMs: now() + 1_000 },
      needsReauth: undefined,
      discardAtMs: undefined,
    });
    const reauth = { error: 'invalid_grant', message: 'Gone', pointer: undefined, atMs: now() };
    await tokens.compareAndSet('reauth', undefined, {
      ...renewable(now() - HOUR_MS, HOUR_MS + 1_000),
      needsReauth: reauth,
    });
    const due = await other.tokens.claimDue({ owner: 'me', leaseMs: LEASE_MS, limit: 10 });
    assert.deepEqual(
      due.map(({ connectionId, key, owner }) => [connectionId, key, owner]),
      [
        [id, 'first', 'me'],
        [id, 'second', 'me'],
      ],
    );
    assert.equal(due[0]?.expiresAtMs, now() + 10_000);
    const ahead = await store.tokens.claimDue({
      owner: 'me',
      leaseMs: LEASE_MS,
      limit: 10,
      nowMs: now() + HOUR_MS * 2,
    });
    assert.deepEqual(
      ahead.map(({ key }) => key),
      ['later'],
    );
  });

  test('gives every due token to exactly one of many who claim at once', async opened => {
    const { store, other, now } = opened;
    const id = await connect(store);
    for (let index = 0; index < 20; index += 1) {
      await store.tokens.of(id).compareAndSet(`key ${index}`, undefined, renewable(now() - HOUR_MS));
    }
    const claims = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        (index % 2 === 0 ? store : other).tokens.claimDue({
          owner: `o${index}`,
          leaseMs: LEASE_MS,
          limit: 3,
        }),
      ),
    );
    const keys = claims.flat().map(({ key }) => key);
    assert.equal(new Set(keys).size, keys.length);
    const rest = await store.tokens.claimDue({ owner: 'rest', leaseMs: LEASE_MS, limit: 100 });
    assert.equal(keys.length + rest.length, 20);
    assert.ok(claims.every(claimed => claimed.length <= 3));
  });

  test('lets somebody else have what its owner left behind', async opened => {
    const id = await prepareDue(opened);
    const { store, other, pass } = opened;
    const claim = { leaseMs: LEASE_MS, limit: 1 };
    const [claimed] = await store.tokens.claimDue({ owner: 'dead', ...claim });
    assert.ok(claimed);
    assert.deepEqual(await other.tokens.claimDue({ owner: 'alive', ...claim }), []);
    await pass(LEASE_MS + 500);
    assert.equal(await store.tokens.postpone(claimed, 0), false);
    const [taken] = await other.tokens.claimDue({ owner: 'alive', ...claim });
    assert.deepEqual([taken?.connectionId, taken?.owner], [id, 'alive']);
  });

  test('is not due any more when it was renewed, and later when it was postponed', async opened => {
    const id = await prepareDue(opened);
    const { store, other, now, pass } = opened;
    const claim = { owner: 'me', leaseMs: LEASE_MS, limit: 1 };
    const [claimed] = await store.tokens.claimDue(claim);
    assert.ok(claimed);
    assert.equal(await other.tokens.postpone({ ...claimed, owner: 'you' }, now()), false);
    assert.equal(await other.tokens.postpone(claimed, now() + 1_000), true);
    assert.deepEqual(await store.tokens.claimDue(claim), []);
    await pass(1_100);
    assert.equal((await store.tokens.claimDue(claim)).length, 1);
    const stored = await store.tokens.of(id).get('due');
    await store.tokens.of(id).compareAndSet('due', stored?.version, renewable(now()));
    await pass(LEASE_MS + 500);
    assert.deepEqual(await other.tokens.claimDue(claim), []);
  });
}

async function prepareDue({ store, now }: StoreUnderTest<Parts>): Promise<string> {
  const id = await connect(store);
  await store.tokens.of(id).compareAndSet('due', undefined, renewable(now() - HOUR_MS));
  return id;
}

async function connect(store: Pick<Store, 'connections'>): Promise<string> {
  return (await store.connections.create({ name: 'connection', definition: '{}' })).id;
}

function renewable(obtainedAtMs: number, lifetimeMs = HOUR_MS): TokenRecord {
  return {
    token: {
      value: new SecretValue('token'),
      obtainedAtMs,
      expiresAtMs: obtainedAtMs + lifetimeMs,
      refreshToken: new SecretValue('refresh'),
    },
    needsReauth: undefined,
    discardAtMs: undefined,
  };
}
