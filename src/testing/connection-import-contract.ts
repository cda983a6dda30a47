import assert from 'node:assert/strict';
import type { Store, WholeConnection } from '../store.ts';
import type { ConnectionParts } from './connection-store-contract.ts';
import type { PortTest } from './store-under-test.ts';

/** Whole connections: all or nothing, and what replacing means. */
export function describeConnectionImport(test: PortTest<ConnectionParts>): void {
  test('imports a connection with its operations, and gives it back whole', async ({ store, other }) => {
    const whole = await importFirst(store);
    assert.deepEqual(
      whole.operations.map(({ name, definition }) => [name, definition]),
      [
        ['List', '{"v":1}'],
        ['Get', '{"v":2}'],
      ],
    );
    assert.deepEqual(await other.connections.getWhole(whole.connection.id), whole);
  });

  test('imports over a connection only when it is told to', async ({ store, other }) => {
    const { connection } = await importFirst(store);
    const draft = { id: connection.id, name: 'second', definition: '{}', operations: [] };
    await assert.rejects(other.connections.import(draft), { code: 'STORE_EXISTS' });
    assert.equal((await store.connections.get(connection.id))?.name, 'first');
    const replaced = await other.connections.import(draft, { replace: true });
    assert.equal(replaced.connection.name, 'second');
    assert.equal(replaced.connection.lockVersion, 2);
    assert.deepEqual(replaced.operations, []);
  });

  test('replaces operations by id or name, deletes the rest, and lets names be swapped', async ({
    store,
  }) => {
    const { connection, operations } = await importFirst(store);
    const [list, get] = operations;
    assert.ok(list && get);
    const swapped = await store.connections.import(
      {
        id: connection.id,
        name: 'first',
        definition: '{}',
        operations: [
          { id: list.id, name: 'Get', definition: 'was List' },
          { id: get.id, name: 'List', definition: 'was Get' },
          { name: 'New', definition: 'new' },
        ],
      },
      { replace: true },
    );
    assert.deepEqual(swapped.operations.map(({ id, name }) => [id, name]).slice(0, 2), [
      [list.id, 'Get'],
      [get.id, 'List'],
    ]);
    assert.equal(swapped.operations.length, 3);
    const named = await store.connections.import(
      {
        id: connection.id,
        name: 'first',
        definition: '{}',
        operations: [{ name: 'New', definition: 'newer' }],
      },
      { replace: true },
    );
    assert.deepEqual(
      named.operations.map(({ id, definition }) => [id, definition]),
      [[swapped.operations[2]?.id, 'newer']],
    );
  });

  test('imports nothing when one operation cannot be written', async ({ store }) => {
    const first = await importFirst(store);
    const foreign = first.operations[0]?.id;
    const draft = {
      name: 'thief',
      definition: '{}',
      operations: [
        { name: 'fine', definition: '1' },
        { id: foreign, name: 'stolen', definition: '2' },
        { name: 'fine', definition: '3' },
      ],
    };
    await assert.rejects(store.connections.import(draft, { replace: true }), error => {
      assert.equal(Reflect.get(Object(error), 'code'), 'STORE_EXISTS');
      const issues: readonly { readonly pointer: string }[] = Reflect.get(Object(error), 'issues');
      assert.deepEqual(
        issues.map(({ pointer }) => pointer),
        ['/operations/1/id', '/operations/2/name'],
      );
      return true;
    });
    assert.equal((await store.connections.list()).length, 1);
    assert.deepEqual(await store.connections.getWhole(first.connection.id), first);
  });
}

function importFirst(store: Pick<Store, 'connections'>): Promise<WholeConnection> {
  return store.connections.import({
    name: 'first',
    definition: '{}',
    operations: [
      { name: 'List', definition: '{"v":1}' },
      { name: 'Get', definition: '{"v":2}' },
    ],
  });
}
