import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createEngine } from '../../src/index.ts';
import {
  createKeyring,
  openMemoryStore,
  openPostgresStore,
  openSqliteStore,
  type Store,
} from '../../src/store.ts';
import { failureOf } from '../support/failure-of.ts';
import { makeFolder, newKey } from './stores.ts';

/** As a program without types calls: whatever it likes. */
const asAny = (value: unknown) => value as never;

let files: ReturnType<typeof makeFolder>;
let store: Store;
beforeAll(async () => {
  store = await openMemoryStore();
});
afterAll(() => store.close());
beforeEach(() => {
  files = makeFolder();
});
afterEach(() => files.remove());

describe('a store that is opened wrongly', () => {
  it.each([
    ['nothing', undefined, 'path'],
    ['no keys', { path: 'a.db' }, 'keys'],
    ['a key as text', { path: 'a.db', keys: newKey() }, 'keys'],
    ['no path', { keys: createKeyring(newKey()) }, 'path'],
    ['an empty path', { path: '', keys: createKeyring(newKey()) }, 'path'],
  ])('says which option is missing: %s', async (_, options, missing) => {
    const failure = await failureOf(openSqliteStore(asAny(options)));
    expect([failure.code, failure.summary]).toEqual([
      'OPTIONS_INVALID',
      `The option ${missing} of openSqliteStore cannot be used`,
    ]);
  });

  it('makes no file, and asks no database', async () => {
    const path = join(files.folder, 'store.db');
    await failureOf(openSqliteStore(asAny({ path })));
    expect(existsSync(path)).toBe(false);
    const failure = await failureOf(openPostgresStore(asAny({ url: 'postgres://127.0.0.1:1/none' })));
    expect(failure.summary).toBe('The option keys of openPostgresStore cannot be used');
  });

  it('takes a variable that is not set for no key', async () => {
    expect((await failureOf(() => createKeyring(asAny(undefined)))).code).toBe('ENCRYPTION_KEY_MISSING');
  });
});

describe('a token store that is closed under its engine', () => {
  it('fails calls as a token store that failed', async () => {
    const closed = await openMemoryStore();
    const engine = createEngine({ tokenStore: closed.tokens.of('acme') });
    const auth = {
      authType: 'client_credentials' as const,
      tokenUrl: 'http://127.0.0.1:9/',
      clientId: 'a',
      clientSecret: 'sEcret',
    };
    const connection = engine.connection({
      name: 'Acme',
      config: { baseUrl: 'http://127.0.0.1:9', auth },
      operations: [{ name: 'Read', config: { method: 'GET', path: '/' } }],
    });
    await closed.close();
    const failure = await failureOf(connection.execute('Read'));
    expect(failure).toMatchObject({ code: 'TOKEN_STORE_FAILED', cause: { code: 'STORE_CLOSED' } });
    await engine.close();
  });
});

describe('a record that no store can keep', () => {
  it.each([
    ['a definition that is no text', { name: 'a', definition: {} }, '/definition'],
    ['no definition', { name: 'a' }, '/definition'],
    ['a name that is no text', { name: 5, definition: '{}' }, '/name'],
    ['no name', { definition: '{}' }, '/name'],
    ['an id that is no text', { id: 5, name: 'a', definition: '{}' }, '/id'],
  ])('is refused by the name of its field: %s', async (_, draft, pointer) => {
    expect(await failureOf(store.connections.create(asAny(draft)))).toMatchObject({
      code: 'STORE_INPUT_INVALID',
      pointer,
    });
    const { id } = await store.connections.create({ name: 'for operations', definition: '{}' });
    expect(await failureOf(store.operations.create(id, asAny(draft)))).toMatchObject({
      code: 'STORE_INPUT_INVALID',
      pointer,
    });
  });

  it.each([
    ['an object in place of a Map', { Key: 'plain' }],
    ['a text in place of a SecretValue', new Map([['Key', 'plain']])],
  ])('is refused with secrets that are %s, and shows none', async (_, secrets) => {
    const draft = { name: 'a', definition: '{}', secrets };
    const failure = await failureOf(store.connections.create(asAny(draft)));
    expect([failure.code, failure.pointer]).toEqual(['STORE_INPUT_INVALID', '/secrets']);
    expect(failure.message).not.toContain('plain');
  });

  it('is refused when it comes as a change', async () => {
    const { id } = await store.connections.create({ name: 'a', definition: '{}' });
    const failure = await failureOf(store.connections.update(id, asAny({ definition: {} })));
    expect([failure.code, failure.pointer]).toEqual(['STORE_INPUT_INVALID', '/definition']);
    expect((await store.connections.get(id))?.lockVersion).toBe(1);
  });
});
