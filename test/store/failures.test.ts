import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { inspect } from 'node:util';
import { Client } from 'pg';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type Change,
  createKeyring,
  openPostgresStore,
  openSqliteStore,
  SecretValue,
} from '../../src/store.ts';
import { soon } from '../../src/testing/soon.ts';
import { failureOf } from '../support/failure-of.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { makeFolder, newKey, newSchema } from './stores.ts';
import { bundleWriter, startWriter } from './writers.ts';

const keyText = newKey();
const keys = createKeyring(keyText);

let files: ReturnType<typeof makeFolder>;

beforeEach(() => {
  files = makeFolder();
});

afterEach(() => {
  files.remove();
});

describe('a SQLite store', () => {
  it('says that there is no room, keeps nothing of that write, and goes on when there is some', async () => {
    const path = join(files.folder, 'store.db');
    const store = await openSqliteStore({ path, keys, maxBytes: 400 * 1024 });
    const ids: string[] = [];
    const secrets = new Map([['key', new SecretValue('s'.repeat(5_000))]]);
    const fill = async () => {
      for (;;) {
        const { id } = await store.connections.create({
          name: 'big',
          definition: 'x'.repeat(20_000),
          secrets,
        });
        ids.push(id);
      }
    };
    const failure = await failureOf(fill());
    expect([failure.code, failure.stage, failure.retryable]).toEqual(['STORE_FULL', 'store', true]);
    expect(ids.length).toBeGreaterThan(3);
    const kept = await store.connections.list();
    expect(kept.map(({ id }) => id).sort()).toEqual([...ids].sort());
    expect((await store.secrets.read(ids.at(-1) ?? '')).size).toBe(1);
    await store.connections.delete(ids[0] ?? '');
    await store.connections.create({ name: 'fits again', definition: '' });
    await store.close();
  });

  it('says the same when the disk takes no more, and a process with room goes on', async () => {
    const writer = await bundleWriter();
    const path = join(files.folder, 'store.db');
    await (await openSqliteStore({ path, keys })).close();
    const child = startWriter(writer.program, ['fill', path, keyText, 'filled'], 1_000);
    expect(await child.ended, child.errors()).toBe(0);
    const said = child.said();
    const created = said.filter(({ kind }) => kind === 'created');
    expect(created.length).toBeGreaterThan(3);
    expect(said.find(({ kind }) => kind === 'failed')?.id).toBe('STORE_FULL');
    expect(said.find(({ kind }) => kind === 'listed')?.number).toBe(created.length);
    const store = await openSqliteStore({ path, keys });
    expect((await store.connections.list()).length).toBe(created.length);
    await store.connections.create({ name: 'more', definition: 'x'.repeat(20_000) });
    await store.close();
    writer.remove();
  });

  it('says that another process has the database for too long, and goes on when it has let go', async () => {
    const path = join(files.folder, 'store.db');
    const store = await openSqliteStore({ path, keys, busyTimeoutMs: 50 });
    const holder = new DatabaseSync(path);
    holder.exec('BEGIN IMMEDIATE');
    const failure = await failureOf(store.connections.create({ name: 'a', definition: '' }));
    expect([failure.code, failure.retryable]).toEqual(['STORE_UNAVAILABLE', true]);
    expect(await store.connections.list()).toEqual([]);
    holder.exec('ROLLBACK');
    holder.close();
    await store.connections.create({ name: 'a', definition: '' });
    await store.close();
  });

  it('says that a file is no database, is damaged, or cannot be opened', async () => {
    const path = join(files.folder, 'text.db');
    writeFileSync(path, 'this is no database '.repeat(1_000));
    expect((await failureOf(openSqliteStore({ path, keys }))).code).toBe('STORE_DAMAGED');
    const nowhere = join(files.folder, 'no such folder', 'store.db');
    expect((await failureOf(openSqliteStore({ path: nowhere, keys }))).code).toBe('STORE_FAILED');
  });

  it('says of a record that was changed or moved which one it is', async () => {
    const path = join(files.folder, 'store.db');
    const store = await openSqliteStore({ path, keys });
    const one = await store.connections.create({ name: 'one', definition: 'text of one' });
    const two = await store.connections.create({ name: 'two', definition: 'text of two' });
    const intruder = new DatabaseSync(path);
    intruder
      .prepare('UPDATE connections SET sealed = (SELECT sealed FROM connections WHERE id = ?) WHERE id = ?')
      .run(one.id, two.id);
    const moved = await failureOf(store.connections.get(two.id));
    expect([moved.code, moved.message.includes(two.id)]).toEqual(['ENCRYPTION_FAILED', true]);
    intruder.prepare("UPDATE connections SET status = 'odd' WHERE id = ?").run(one.id);
    expect((await failureOf(store.connections.get(one.id))).code).toBe('STORE_DAMAGED');
    intruder.close();
    await store.close();
  });

  it('gives the tokens that are due though one of them cannot be opened, and says so when none can', async () => {
    const path = join(files.folder, 'store.db');
    const store = await openSqliteStore({ path, keys });
    const { id } = await store.connections.create({ name: 'one', definition: '{}' });
    const token = {
      value: new SecretValue('access'),
      refreshToken: new SecretValue('refresh'),
      obtainedAtMs: Date.now() - 60_000,
      expiresAtMs: Date.now() + 1_000,
    };
    const record = { token, needsReauth: undefined, discardAtMs: undefined };
    for (const key of ['good', 'bad']) await store.tokens.of(id).compareAndSet(key, undefined, record);
    const bad = (await store.tokens.of(id).get('bad'))?.version ?? '';
    const intruder = new DatabaseSync(path);
    intruder.prepare("UPDATE tokens SET sealed = x'00' WHERE version = ?").run(bad);
    const claim = (owner: string) => store.tokens.claimDue({ owner, leaseMs: 60_000, limit: 10 });
    expect((await claim('one')).map(({ key }) => key)).toEqual(['good']);
    intruder.prepare('UPDATE tokens SET claim_until = 0 WHERE version = ?').run(bad);
    intruder.close();
    expect((await failureOf(claim('two'))).stage).toBe('store');
    await store.close();
  });

  it('refuses every call when it is closed, and closes twice', async () => {
    const store = await openSqliteStore({ path: join(files.folder, 'store.db'), keys });
    await store.close();
    await store.close();
    for (const work of [() => store.check(), () => store.connections.list(), () => store.prune()]) {
      expect((await failureOf(work)).code).toBe('STORE_CLOSED');
    }
    expect((await failureOf(() => store.changes.subscribe(() => {}))).code).toBe('STORE_CLOSED');
  });
});

describe.skipIf(postgresPrograms === undefined)(
  `a PostgreSQL store (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    let cluster: PostgresCluster;

    beforeAll(async () => {
      cluster = await startPostgres({ durable: true });
    });

    afterAll(async () => {
      await cluster.remove();
    });

    it('says that the database is away, and goes on by itself when it is back', async () => {
      const store = await openPostgresStore({ url: cluster.url, schema: newSchema(), keys });
      const changes: Change[] = [];
      store.changes.subscribe(change => changes.push(change));
      const { id } = await store.connections.create({ name: 'kept', definition: 'text' });
      await cluster.stop('immediate');
      for (const work of [() => store.check(), () => store.connections.update(id, { name: 'lost' })]) {
        const failure = await failureOf(work);
        expect([failure.code, failure.stage, failure.retryable]).toEqual([
          'STORE_UNAVAILABLE',
          'store',
          true,
        ]);
      }
      const opening = await failureOf(openPostgresStore({ url: cluster.url, keys }));
      expect(opening.code).toBe('STORE_UNAVAILABLE');
      await cluster.start();
      expect((await store.connections.get(id))?.name).toBe('kept');
      await store.connections.update(id, { name: 'written again' });
      // What happened in between is unknown, so everything may have changed.
      await soon(() => changes.some(({ kind }) => kind === 'everything'));
      changes.length = 0;
      await store.connections.announce(id);
      await soon(() => changes.some(change => change.kind === 'connection' && change.connectionId === id));
      await store.close();
      expect((await failureOf(() => store.check())).code).toBe('STORE_CLOSED');
    });

    it('says what the database ran out of', async () => {
      const schema = newSchema();
      const store = await openPostgresStore({ url: cluster.url, schema, keys });
      const client = new Client({ connectionString: cluster.url });
      await client.connect();
      for (const [state, code] of [
        ['53100', 'STORE_FULL'],
        ['53300', 'STORE_UNAVAILABLE'],
        ['25006', 'STORE_UNAVAILABLE'],
        ['XX001', 'STORE_DAMAGED'],
        ['42501', 'STORE_FAILED'],
      ] as const) {
        await client.query(`CREATE OR REPLACE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN RAISE EXCEPTION 'refused' USING ERRCODE = '${state}'; END $$`);
        await client.query(
          `CREATE OR REPLACE TRIGGER refuse BEFORE INSERT ON ${schema}.connections FOR EACH ROW
         EXECUTE FUNCTION ${schema}.refuse()`,
        );
        const failure = await failureOf(store.connections.create({ name: 'a', definition: '' }));
        expect([failure.code, failure.details['postgres']]).toEqual([code, state]);
      }
      await client.query(`DROP TRIGGER refuse ON ${schema}.connections`);
      await store.connections.create({ name: 'a', definition: '' });
      await client.end();
      await store.close();
    });

    it('runs a transaction again that was in the way of another', async () => {
      const schema = newSchema();
      const store = await openPostgresStore({ url: cluster.url, schema, keys });
      const client = new Client({ connectionString: cluster.url });
      await client.connect();
      await client.query(`CREATE SEQUENCE ${schema}.attempts;
      CREATE FUNCTION ${schema}.refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
        IF nextval('${schema}.attempts') < 3 THEN RAISE EXCEPTION 'again' USING ERRCODE = '40P01'; END IF;
        RETURN NEW; END $$;
      CREATE TRIGGER refuse BEFORE INSERT ON ${schema}.connections FOR EACH ROW EXECUTE FUNCTION ${schema}.refuse()`);
      await store.connections.create({ name: 'third attempt', definition: '' });
      expect((await store.connections.list()).length).toBe(1);
      await client.end();
      await store.close();
    });

    it('goes by the clock of the server', async () => {
      const store = await openPostgresStore({ url: cluster.url, schema: newSchema(), keys });
      const before = Date.now();
      const { id, insertedAtMs } = await store.connections.create({ name: 'a', definition: '' });
      expect(insertedAtMs).toBeGreaterThanOrEqual(before - 1);
      expect(insertedAtMs).toBeLessThanOrEqual(Date.now() + 1);
      const tokens = store.tokens.of(id);
      expect(await tokens.acquireLease('key', 'one', 60_000)).toBe(true);
      expect(await tokens.acquireLease('key', 'two', 60_000)).toBe(false);
      expect(await tokens.acquireLease('other key', 'one', 0)).toBe(true);
      expect(await tokens.acquireLease('other key', 'two', 0)).toBe(true);
      await store.close();
    });

    it('refuses addresses it cannot use or that would skip the check of certificates, without showing them', async () => {
      for (const url of [
        'not a url with pa55word',
        'mysql://user:pa55word@127.0.0.1/db',
        'postgres://user:pa55word@127.0.0.1/db?sslmode=no-verify',
        'postgres://user:pa55word@127.0.0.1/db?sslmode=prefer',
        'postgres://user:pa55word@127.0.0.1/db?sslrootcert=/etc/passwd',
        'postgres://user:pa55word%@127.0.0.1/db',
      ]) {
        const failure = await failureOf(openPostgresStore({ url: new SecretValue(url), keys }));
        expect(failure.code).toBe('STORE_INPUT_INVALID');
        expect(inspect(failure)).not.toContain('pa55word');
      }
      const failure = await failureOf(openPostgresStore({ url: cluster.url, keys, schema: 'a"; DROP' }));
      expect(failure.pointer).toBe('/schema');
      const plain = await failureOf(openPostgresStore({ url: `${cluster.url}?sslmode=verify-full`, keys }));
      expect(plain.code).toMatch(/^STORE_/);
      const refused = cluster.url.replace('postgres@', 'nobody:pa55word@');
      const unknown = await failureOf(openPostgresStore({ url: refused, keys }));
      expect(unknown.code).toBe('STORE_FAILED');
      expect(inspect(unknown)).not.toContain('pa55word');
    });
  },
);
