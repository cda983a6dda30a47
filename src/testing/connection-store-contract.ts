import assert from 'node:assert/strict';
import { SecretValue } from '../store.ts';
import { describeConnectionImport } from './connection-import-contract.ts';
import { describePart, type OpenStore, type PortTest } from './store-under-test.ts';
import type { TestFunctions } from './token-store-contract.ts';

export type ConnectionParts = 'connections' | 'operations' | 'secrets';

/** The contract of ConnectionStore and SecretStore: what was written comes back, nobody's write is lost. */
export function describeConnectionStore(
  name: string,
  functions: TestFunctions,
  open: OpenStore<ConnectionParts>,
): void {
  describePart(`${name}, as a store of connections,`, functions, open, test => {
    describeReading(test);
    describeWriting(test);
    describeSecrets(test);
    describeConnectionImport(test);
  });
}

const ODD_TEXT = '{"a":"t+/=&%~\\"\'<>|ü€😀\\u0000","b":';

function describeReading(test: PortTest<ConnectionParts>): void {
  test('gives back what was created, to every handle', async ({ store, other, now }) => {
    const created = await store.connections.create({ name: 'Größe / 尺寸', definition: ODD_TEXT });
    assert.match(created.id, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    assert.equal(created.name, 'Größe / 尺寸');
    assert.equal(created.definition, ODD_TEXT);
    assert.equal(created.lockVersion, 1);
    assert.deepEqual(created.secretNames, []);
    assert.equal(created.status.state, 'pending');
    assert.equal(created.insertedAtMs, now());
    assert.equal(created.updatedAtMs, now());
    assert.deepEqual(await other.connections.get(created.id), created);
    assert.deepEqual(await other.connections.list(), [created]);
  });

  test('has nothing where nothing was created', async ({ store }) => {
    const nobody = '00000000-0000-4000-8000-000000000000';
    assert.equal(await store.connections.get(nobody), undefined);
    assert.equal(await store.connections.get("'; DROP TABLE connections; --"), undefined);
    assert.equal(await store.connections.getWhole(nobody), undefined);
    assert.equal(await store.connections.delete(nobody), false);
    assert.equal(await store.connections.setStatus(nobody, { state: 'active', atMs: 1 }), false);
    assert.deepEqual(await store.connections.list(), []);
    assert.equal((await store.secrets.read(nobody)).size, 0);
    await assert.rejects(store.connections.update(nobody, { name: 'x' }), { code: 'STORE_NOT_FOUND' });
  });

  test('lists oldest first, by name, by a part of the name, and on from a place', async ({ store, pass }) => {
    for (const name of ['Alpha', 'beta 100%', 'Alphabet', 'b_ta']) {
      await store.connections.create({ name, definition: '{}' });
      await pass(2);
    }
    const names = async (options: Parameters<typeof store.connections.list>[0]) =>
      (await store.connections.list(options)).map(connection => connection.name);
    assert.deepEqual(await names({}), ['Alpha', 'beta 100%', 'Alphabet', 'b_ta']);
    assert.deepEqual(await names({ name: 'Alpha' }), ['Alpha']);
    assert.deepEqual(await names({ nameContains: 'ALPHA' }), ['Alpha', 'Alphabet']);
    assert.deepEqual(await names({ nameContains: '0%' }), ['beta 100%']);
    assert.deepEqual(await names({ nameContains: 'b_t' }), ['b_ta']);
    const [first, second] = await store.connections.list({ limit: 2 });
    assert.equal(second?.name, 'beta 100%');
    assert.deepEqual(await names({ after: first, limit: 2 }), ['beta 100%', 'Alphabet']);
    await store.connections.delete(first?.id ?? '');
    assert.deepEqual(await names({ after: first, limit: 2 }), ['beta 100%', 'Alphabet']);
  });

  test('takes several connections of one name', async ({ store }) => {
    await store.connections.create({ name: 'same', definition: '1' });
    await store.connections.create({ name: 'same', definition: '2' });
    assert.equal((await store.connections.list({ name: 'same' })).length, 2);
  });
}

function describeWriting(test: PortTest<ConnectionParts>): void {
  test('changes what is named, and counts', async ({ store, other, pass, now }) => {
    const { id } = await store.connections.create({ name: 'old', definition: '{"v":1}' });
    await pass(5);
    const renamed = await other.connections.update(id, { name: 'new' });
    assert.equal(renamed.name, 'new');
    assert.equal(renamed.definition, '{"v":1}');
    assert.equal(renamed.lockVersion, 2);
    assert.equal(renamed.updatedAtMs, now());
    const rewritten = await store.connections.update(id, { definition: '{"v":2}', lockVersion: 2 });
    assert.equal(rewritten.name, 'new');
    assert.equal(rewritten.definition, '{"v":2}');
    assert.ok(rewritten.revision > renamed.revision);
    assert.deepEqual(await other.connections.get(id), rewritten);
  });

  test('refuses a write that was made of an older version, and says the present one', async ({
    store,
    other,
  }) => {
    const { id } = await store.connections.create({ name: 'a', definition: '{}' });
    await other.connections.update(id, { name: 'b', lockVersion: 1 });
    await assert.rejects(store.connections.update(id, { name: 'c', lockVersion: 1 }), conflictWith(2));
    await assert.rejects(store.connections.delete(id, { lockVersion: 1 }), conflictWith(2));
    assert.equal((await store.connections.get(id))?.name, 'b');
  });

  test('lets one of many writers of the same version win', async ({ store, other }) => {
    const { id } = await store.connections.create({ name: 'start', definition: '{}' });
    const writes = await Promise.allSettled(
      Array.from({ length: 12 }, (_, index) =>
        (index % 2 === 0 ? store : other).connections.update(id, { name: `writer ${index}`, lockVersion: 1 }),
      ),
    );
    const winners = writes.filter(({ status }) => status === 'fulfilled');
    assert.equal(winners.length, 1);
    for (const write of writes) {
      if (write.status === 'rejected') assert.equal(Reflect.get(write.reason, 'code'), 'STORE_CONFLICT');
    }
    assert.equal((await other.connections.get(id))?.lockVersion, 2);
  });

  test('takes an id that is given, once', async ({ store, other }) => {
    const id = 'AAAAAAAA-0000-4000-8000-00000000000A';
    const created = await store.connections.create({ id, name: 'a', definition: '{}' });
    assert.equal(created.id, id.toLowerCase());
    await assert.rejects(other.connections.create({ id, name: 'b', definition: '{}' }), {
      code: 'STORE_EXISTS',
    });
    await assert.rejects(store.connections.create({ id: 'no uuid', name: 'b', definition: '{}' }), {
      code: 'STORE_INPUT_INVALID',
    });
    assert.deepEqual(await store.connections.list(), [created]);
  });

  test('refuses names that cannot be kept', async ({ store }) => {
    for (const name of ['', 'a\u0000b', 'a\nb', 'x'.repeat(1_001), '\ud800']) {
      await assert.rejects(store.connections.create({ name, definition: '{}' }), {
        code: 'STORE_INPUT_INVALID',
      });
    }
    assert.deepEqual(await store.connections.list(), []);
  });

  test('keeps the newest status, without touching the version', async ({ store, other, now }) => {
    const { id } = await store.connections.create({ name: 'a', definition: '{}' });
    const later = now() + 10;
    assert.equal(
      await store.connections.setStatus(id, { state: 'error', reason: 'No route', atMs: later }),
      true,
    );
    assert.equal(await other.connections.setStatus(id, { state: 'active', atMs: later - 5 }), true);
    const kept = await other.connections.get(id);
    assert.deepEqual(kept?.status, { state: 'error', reason: 'No route', atMs: later });
    assert.equal(kept?.lockVersion, 1);
    await store.connections.setStatus(id, { state: 'active', atMs: later + 5 });
    assert.deepEqual((await other.connections.get(id))?.status, { state: 'active', atMs: later + 5 });
  });

  test('deletes a connection with everything that is its own', async ({ store, other }) => {
    const secrets = new Map([['key', new SecretValue('gone')]]);
    const { id } = await store.connections.create({ name: 'a', definition: '{}', secrets });
    const operation = await store.operations.create(id, { name: 'op', definition: '{}' });
    assert.equal(await other.connections.delete(id, { lockVersion: 1 }), true);
    assert.equal(await store.connections.get(id), undefined);
    assert.equal((await store.secrets.read(id)).size, 0);
    assert.deepEqual(await store.operations.findByIds([operation.id]), []);
    assert.equal(await store.connections.delete(id), false);
  });
}

function describeSecrets(test: PortTest<ConnectionParts>): void {
  test('keeps, sets and clears secrets with the connection', async ({ store, other }) => {
    const { id, secretNames } = await store.connections.create({
      name: 'a',
      definition: '{}',
      secrets: new Map([
        ['password', new SecretValue('p"ä\u0000ss')],
        ['client secret*', new SecretValue('')],
      ]),
    });
    assert.deepEqual(secretNames, ['client secret*', 'password']);
    assertSecrets(await other.secrets.read(id), { 'client secret*': '', password: 'p"ä\u0000ss' });

    const changed = await other.connections.update(id, {
      secrets: new Map<string, SecretValue | 'keep' | 'clear'>([
        ['password', 'keep'],
        ['client secret*', 'clear'],
        ['token', new SecretValue('new')],
      ]),
    });
    assert.deepEqual(changed.secretNames, ['password', 'token']);
    assert.equal(changed.lockVersion, 2);
    assertSecrets(await store.secrets.read(id), { password: 'p"ä\u0000ss', token: 'new' });
  });

  test('writes no secret when the connection is not written', async ({ store }) => {
    const { id } = await store.connections.create({ name: 'a', definition: '{}' });
    const secrets = new Map([['late', new SecretValue('never')]]);
    await assert.rejects(store.connections.update(id, { lockVersion: 9, secrets }), conflictWith(1));
    assert.equal((await store.secrets.read(id)).size, 0);
    assert.deepEqual((await store.connections.get(id))?.secretNames, []);
  });

  test('keeps the secrets of connections apart', async ({ store }) => {
    const ids: string[] = [];
    for (const text of ['one', 'two']) {
      const secrets = new Map([['key', new SecretValue(text)]]);
      ids.push((await store.connections.create({ name: text, definition: '{}', secrets })).id);
    }
    assertSecrets(await store.secrets.read(ids[0] ?? ''), { key: 'one' });
    assertSecrets(await store.secrets.read(ids[1] ?? ''), { key: 'two' });
  });
}

function conflictWith(lockVersion: number): (error: unknown) => true {
  return error => {
    assert.equal(Reflect.get(Object(error), 'code'), 'STORE_CONFLICT');
    assert.equal(Reflect.get(Object(error), 'details')?.lockVersion, lockVersion);
    return true;
  };
}

/** What fails names the secret, never its value. */
function assertSecrets(
  secrets: ReadonlyMap<string, SecretValue>,
  expected: Readonly<Record<string, string>>,
): void {
  assert.deepEqual([...secrets.keys()].sort(), Object.keys(expected).sort());
  for (const [name, text] of Object.entries(expected)) {
    assert.equal(secrets.get(name)?.equals(new SecretValue(text)), true, name);
  }
}
