import { createSecretKey, randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { sealedTables } from '../../src/store/sql/rotate.ts';
import { migrations } from '../../src/store/sql/schema.ts';
import { createKeyring, type KeyProvider, SecretValue, type Store } from '../../src/store.ts';
import { failureOf } from '../support/failure-of.ts';
import { createFakeClock } from '../support/fake-clock.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { newKey, openPostgresPair, openSqlitePair } from './stores.ts';

type OpenPair = (keys: KeyProvider) => Promise<{ store: Store; other: Store; close(): Promise<void> }>;

const CONNECTIONS = 25;

describe('the rotation of keys', () => {
  it('knows every table that has sealed records', () => {
    const dialect = { bytes: '', integer: '', counter: '', tableOptions: '', forUpdate: '', skipLocked: '' };
    const statements = migrations.flatMap(step => step.statements({ ...dialect, lower: text => text }));
    const withSealed = statements.flatMap(sql =>
      /\bsealed\b/.test(sql) ? (/CREATE TABLE (\w+)/.exec(sql)?.[1] ?? []) : [],
    );
    expect(withSealed.length).toBeGreaterThan(5);
    expect(withSealed.sort()).toEqual(sealedTables.map(({ table }) => table).sort());
  });
});

describe('rotation on SQLite', () => {
  describeRotation(keys => openSqlitePair(createFakeClock(), keys));
});

describe.skipIf(postgresPrograms === undefined)(
  `rotation on PostgreSQL (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    let cluster: PostgresCluster;

    beforeAll(async () => {
      cluster = await startPostgres();
    });

    afterAll(async () => {
      await cluster.remove();
    });

    describeRotation(keys => openPostgresPair(cluster, createFakeClock(), keys));
  },
);

function describeRotation(openPair: OpenPair): void {
  it('goes on while others read and write, and loses nothing', async () => {
    const ring = createTurningRing();
    const { store, other, close } = await openPair(ring);
    const ids = await fillStore(store);
    ring.turn();
    let running = true;
    const written = new Map<string, string>();
    const busy = (async () => {
      for (let step = 0; running || step < CONNECTIONS; step += 1) {
        const id = ids[step % ids.length] ?? '';
        const text = `changed ${step}`;
        await other.connections.update(id, { secrets: new Map([['key', new SecretValue(text)]]) });
        written.set(id, text);
        expect((await other.connections.get(id))?.definition).toBe(`definition of ${id}`);
        expect((await other.secrets.read(id)).get('key')?.reveal()).toBe(text);
      }
    })();
    const rotation = store.rotateEncryptionKey({ batchSize: 4 });
    const { rotated, keyId } = await rotation.finally(() => {
      running = false;
    });
    await busy;
    expect(keyId).toBe(await ring.currentKeyId());
    expect(rotated).toBeGreaterThan(CONNECTIONS);

    // Written by the other handle, that still had the old key, or by nobody: all is under the new one.
    expect((await store.rotateEncryptionKey()).rotated).toBe(0);
    ring.forget();
    for (const id of ids) {
      const { connection, operations } = (await store.connections.getWhole(id)) ?? {};
      expect(connection?.definition).toBe(`definition of ${id}`);
      expect(operations?.map(({ definition }) => definition)).toEqual(['operation']);
      const secret = (await store.secrets.read(id)).get('key')?.reveal();
      expect(secret).toBe(written.get(id) ?? `secret of ${id}`);
    }
    const state = await store.authorizationStates.take(new SecretValue('state'));
    expect(state?.content.reveal()).toBe('verifier');
    expect((await store.tokens.of(ids[0] ?? '').get('key'))?.record.token?.value.reveal()).toBe('token');
    const request = { scope: 's', key: 'k', fingerprint: 'f', owner: 'o', leaseMs: 1, keepMs: 1_000 };
    expect(await store.idempotency.begin(request)).toMatchObject({ state: 'done' });
    await close();
  });

  it('can be stopped and taken up again', async () => {
    const ring = createTurningRing();
    const { store, close } = await openPair(ring);
    const ids = await fillStore(store);
    ring.turn();
    const stop = new AbortController();
    ring.onWrap(count => (count === 10 ? stop.abort() : undefined));
    const failure = await failureOf(store.rotateEncryptionKey({ batchSize: 4, signal: stop.signal }));
    expect([failure.code, failure.stage]).toEqual(['ABORTED', 'store']);
    expect(failure.details['rotated']).toBeGreaterThan(0);
    for (const id of ids) expect((await store.connections.get(id))?.definition).toBe(`definition of ${id}`);
    const { rotated } = await store.rotateEncryptionKey();
    expect(rotated).toBeGreaterThan(0);
    expect((await store.rotateEncryptionKey()).rotated).toBe(0);
    await close();
  });

  it('works with keys that never leave their service, and says when it does not have one', async () => {
    const service = createKeyService();
    const { store, close } = await openPair(service);
    const ids = await fillStore(store);
    service.newKey();
    expect((await store.rotateEncryptionKey()).rotated).toBeGreaterThan(CONNECTIONS);
    expect((await store.connections.list()).length).toBe(ids.length);
    service.lose();
    const failure = await failureOf(store.connections.create({ name: 'late', definition: '' }));
    expect(failure.code).toBe('ENCRYPTION_KEY_MISSING');
    await close();
  });
}

async function fillStore(store: Store): Promise<readonly string[]> {
  const ids: string[] = [];
  for (let index = 0; index < CONNECTIONS; index += 1) {
    const { id } = await store.connections.create({ name: `connection ${index}`, definition: '' });
    const secrets = new Map([['key', new SecretValue(`secret of ${id}`)]]);
    await store.connections.update(id, { definition: `definition of ${id}`, secrets });
    await store.operations.create(id, { name: 'op', definition: 'operation' });
    ids.push(id);
  }
  const [connectionId = ''] = ids;
  const token = { value: new SecretValue('token'), obtainedAtMs: 0, expiresAtMs: Infinity };
  const record = { token, needsReauth: undefined, discardAtMs: undefined };
  await store.tokens.of(connectionId).compareAndSet('key', undefined, record);
  const content = new SecretValue('verifier');
  const expiresAtMs = Date.UTC(2100, 0, 1);
  await store.authorizationStates.put(new SecretValue('state'), { connectionId, content, expiresAtMs });
  const key = { scope: 's', key: 'k' };
  await store.idempotency.begin({ ...key, fingerprint: 'f', owner: 'o', leaseMs: 1_000, keepMs: 1_000 });
  await store.idempotency.complete(key, 'o', new SecretValue('result'));
  return ids;
}

/** A keyring of two keys that goes over from the old one to the new one, and forgets the old one, when it is told. */
function createTurningRing() {
  const [old, fresh] = [newKey(), newKey()];
  let ring = createKeyring(old);
  let wraps = 0;
  let listener: (count: number) => void = () => {};
  return {
    currentKeyId: () => ring.currentKeyId(),
    wrap(dataKey) {
      wraps += 1;
      listener(wraps);
      return ring.wrap(dataKey);
    },
    unwrap: wrapped => ring.unwrap(wrapped),
    has: keyId => ring.has(keyId),
    turn() {
      ring = createKeyring(`${fresh},${old}`);
      wraps = 0;
    },
    forget() {
      ring = createKeyring(fresh);
    },
    onWrap(told) {
      listener = told;
    },
  } satisfies KeyProvider & { turn(): void; forget(): void; onWrap(told: (count: number) => void): void };
}

/** What a KMS is to the store: keys are wrapped and unwrapped elsewhere, which takes a while and may fail. */
function createKeyService() {
  let rings = [createKeyring(newKey())];
  const current = () => rings[0] ?? createKeyring('');
  const turn = () => new Promise(resolve => setImmediate(resolve));
  return {
    currentKeyId: async () => current().currentKeyId(),
    async wrap(dataKey) {
      await turn();
      return current().wrap(createSecretKey(dataKey.export()));
    },
    async unwrap(wrapped) {
      await turn();
      for (const ring of rings) if (await ring.has(wrapped.keyId)) return ring.unwrap(wrapped);
      return current().unwrap(wrapped);
    },
    async has(keyId) {
      return (await Promise.all(rings.map(ring => ring.has(keyId)))).some(Boolean);
    },
    newKey() {
      rings = [createKeyring(randomBytes(32).toString('hex')), ...rings];
    },
    lose() {
      rings = [];
    },
  } satisfies KeyProvider & { newKey(): void; lose(): void };
}
