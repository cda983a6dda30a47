import assert from 'node:assert/strict';
import type { Store } from '../store.ts';
import { describePart, type OpenStore, type PortTest } from './store-under-test.ts';
import type { TestFunctions } from './token-store-contract.ts';

type Parts = 'connections' | 'operations';

const NOBODY = '00000000-0000-4000-8000-000000000000';

/** The contract of OperationStore. */
export function describeOperationStore(name: string, functions: TestFunctions, open: OpenStore<Parts>): void {
  describePart(`${name}, as a store of operations,`, functions, open, test => {
    describeOperations(test);
    describeOperationImport(test);
  });
}

function describeOperations(test: PortTest<Parts>): void {
  test('gives back what was created, in the order of creation', async ({ store, other, now }) => {
    const { id } = await connect(store);
    const first = await store.operations.create(id, { name: 'z first', definition: '{"a":"ü\\u0000"' });
    const second = await other.operations.create(id, { name: 'a second', definition: '' });
    assert.equal(first.connectionId, id);
    assert.equal(first.lockVersion, 1);
    assert.equal(first.insertedAtMs, now());
    assert.deepEqual(await other.operations.list(id), [first, second]);
    assert.deepEqual(await other.operations.get(id, first.id), first);
    assert.deepEqual(await store.operations.list(id, { name: 'a second' }), [second]);
    assert.deepEqual(await store.operations.list(id, { nameContains: 'FIRST' }), [first]);
    assert.deepEqual(await store.operations.findByIds([second.id, NOBODY, first.id, second.id]), [
      second,
      first,
    ]);
    assert.deepEqual(await store.operations.findByIds([]), []);
  });

  test('belongs to one connection', async ({ store }) => {
    const one = await connect(store);
    const two = await connect(store);
    const { id } = await store.operations.create(one.id, { name: 'same', definition: '{}' });
    await store.operations.create(two.id, { name: 'same', definition: '{}' });
    assert.equal(await store.operations.get(two.id, id), undefined);
    assert.equal(await store.operations.delete(two.id, id), false);
    await assert.rejects(store.operations.update(two.id, id, { name: 'x' }), { code: 'STORE_NOT_FOUND' });
    await assert.rejects(store.operations.create(NOBODY, { name: 'x', definition: '{}' }), {
      code: 'STORE_NOT_FOUND',
    });
    assert.deepEqual(await store.operations.list(NOBODY), []);
  });

  test('counts its changes and those of the connection', async ({ store, other }) => {
    const connection = await connect(store);
    const { id } = await store.operations.create(connection.id, { name: 'op', definition: '1' });
    const changed = await other.operations.update(connection.id, id, { definition: '2', lockVersion: 1 });
    assert.deepEqual([changed.name, changed.definition, changed.lockVersion], ['op', '2', 2]);
    const renamed = await store.operations.update(connection.id, id, { name: 'renamed' });
    assert.deepEqual([renamed.name, renamed.definition, renamed.lockVersion], ['renamed', '2', 3]);
    assert.equal(await store.operations.delete(connection.id, id, { lockVersion: 3 }), true);
    assert.equal(await store.operations.delete(connection.id, id), false);
    const after = await other.connections.get(connection.id);
    assert.equal(after?.lockVersion, 1);
    assert.equal(after?.revision, connection.revision + 4);
  });

  test('refuses a write that was made of an older version', async ({ store, other }) => {
    const connection = await connect(store);
    const { id } = await store.operations.create(connection.id, { name: 'op', definition: '1' });
    await other.operations.update(connection.id, id, { definition: '2' });
    const stale = { lockVersion: 1 };
    await assert.rejects(store.operations.update(connection.id, id, { definition: '3', ...stale }), {
      code: 'STORE_CONFLICT',
    });
    await assert.rejects(store.operations.delete(connection.id, id, stale), { code: 'STORE_CONFLICT' });
    assert.equal((await store.operations.get(connection.id, id))?.definition, '2');
  });

  test('uses a name and an id once', async ({ store }) => {
    const { id } = await connect(store);
    const first = await store.operations.create(id, { name: 'op', definition: '1' });
    const second = await store.operations.create(id, { name: 'other', definition: '2' });
    await assert.rejects(store.operations.create(id, { name: 'op', definition: '3' }), {
      code: 'STORE_EXISTS',
    });
    await assert.rejects(store.operations.create(id, { id: first.id, name: 'new', definition: '3' }), {
      code: 'STORE_EXISTS',
    });
    await assert.rejects(store.operations.update(id, second.id, { name: 'op' }), { code: 'STORE_EXISTS' });
    await store.operations.update(id, second.id, { name: 'other' });
    assert.deepEqual(
      (await store.operations.list(id)).map(({ name }) => name),
      ['op', 'other'],
    );
  });

  test('loses no operation of many that are created at once', async ({ store, other }) => {
    const { id, revision } = await connect(store);
    await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        (index % 2 === 0 ? store : other).operations.create(id, { name: `op ${index}`, definition: '{}' }),
      ),
    );
    assert.equal((await store.operations.list(id)).length, 20);
    assert.equal((await other.connections.get(id))?.revision, revision + 20);
  });
}

function describeOperationImport(test: PortTest<Parts>): void {
  test('imports all or none, and names each that is in the way', async ({ store }) => {
    const { id } = await connect(store);
    const there = await store.operations.create(id, { name: 'there', definition: '1' });
    const drafts = [
      { name: 'new', definition: '2' },
      { name: 'there', definition: '3' },
      { id: there.id, name: 'by id', definition: '4' },
    ];
    await assert.rejects(store.operations.import(id, drafts), error => {
      const issues: readonly { readonly pointer: string }[] = Reflect.get(Object(error), 'issues');
      assert.deepEqual(
        issues.map(({ pointer }) => pointer),
        ['/1/name', '/2/id'],
      );
      return true;
    });
    assert.deepEqual(await store.operations.list(id), [there]);
    await assert.rejects(store.operations.import(NOBODY, drafts), { code: 'STORE_NOT_FOUND' });
  });

  test('replaces by id or name when it is told to, and leaves the others', async ({ store }) => {
    const { id } = await connect(store);
    const names = ['keep', 'by name', 'by id'];
    const [keep, byName, byId] = await store.operations.import(
      id,
      names.map(name => ({ name, definition: 'old' })),
    );
    assert.ok(keep && byName && byId);
    const written = await store.operations.import(
      id,
      [
        { id: byId.id, name: 'renamed', definition: 'new' },
        { name: 'by name', definition: 'new' },
        { name: 'added', definition: 'new' },
      ],
      { replace: true },
    );
    assert.deepEqual(
      written.map(({ name }) => name),
      ['renamed', 'by name', 'added'],
    );
    assert.deepEqual(
      written.slice(0, 2).map(operation => operation.id),
      [byId.id, byName.id],
    );
    const all = await store.operations.list(id);
    assert.deepEqual(
      all.map(({ name, definition }) => `${name}: ${definition}`),
      ['keep: old', 'by name: new', 'renamed: new', 'added: new'],
    );
    const clash = [{ id: byId.id, name: 'keep', definition: 'x' }];
    await assert.rejects(store.operations.import(id, clash, { replace: true }), { code: 'STORE_EXISTS' });
  });
}

function connect(store: Pick<Store, 'connections'>) {
  return store.connections.create({ name: 'connection', definition: '{}' });
}
