import { connect, createServer, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring, openPostgresStore } from '../../src/store.ts';
import { failureOf } from '../support/failure-of.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { newKey, newSchema } from './stores.ts';

describe.skipIf(postgresPrograms === undefined)(
  `a way to PostgreSQL (${postgresPrograms ?? howToGetPostgres}) that breaks`,
  () => {
    const keys = createKeyring(newKey());
    let cluster: PostgresCluster;

    beforeAll(async () => {
      cluster = await startPostgres({ durable: true });
    });

    afterAll(async () => {
      await cluster.remove();
    });

    it('while the answer to COMMIT is on it leaves the outcome open, and the lock version settles it', async () => {
      const way = await openWay(cluster.url);
      const store = await openPostgresStore({ url: way.url, schema: newSchema(), keys });
      const { id } = await store.connections.create({ name: 'before', definition: '' });
      way.breakAfter('COMMIT');
      const failure = await failureOf(store.connections.update(id, { name: 'after', lockVersion: 1 }));
      expect([failure.code, failure.retryable]).toEqual(['STORE_UNAVAILABLE', true]);
      expect(failure.details).toEqual({ outcomeUnknown: true });
      const again = await failureOf(store.connections.update(id, { name: 'after', lockVersion: 1 }));
      expect([again.code, again.details['lockVersion']]).toEqual(['STORE_CONFLICT', 2]);
      expect((await store.connections.get(id))?.name).toBe('after');
      await store.close();
      await way.close();
    });

    it('before COMMIT leaves nothing behind', async () => {
      const way = await openWay(cluster.url);
      const store = await openPostgresStore({ url: way.url, schema: newSchema(), keys });
      const { id } = await store.connections.create({ name: 'before', definition: '' });
      way.breakAfter('UPDATE connections SET name');
      const failure = await failureOf(store.connections.update(id, { name: 'after' }));
      expect([failure.code, failure.details]).toEqual(['STORE_UNAVAILABLE', {}]);
      expect((await store.connections.get(id))?.lockVersion).toBe(1);
      await store.connections.update(id, { name: 'second attempt' });
      await store.close();
      await way.close();
    });
  },
);

/** Passes bytes on, until a text goes to the server: that arrives, and its answer does not. */
async function openWay(target: string) {
  const { hostname, port } = new URL(target);
  const sockets = new Set<Socket>();
  let last: string | undefined;
  const server = createServer(client => {
    const upstream = connect(Number(port), hostname);
    let broken = false;
    sockets.add(client).add(upstream);
    client.on('data', bytes => {
      if (last !== undefined && bytes.includes(last)) {
        last = undefined;
        broken = true;
      }
      upstream.write(bytes);
    });
    upstream.on('data', bytes => {
      if (broken) client.destroy();
      else client.write(bytes);
    });
    for (const [one, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      one.on('close', () => other.destroy());
      // It is closed as well, which is all that matters here.
      one.on('error', () => {});
    }
  });
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const listening = typeof address === 'object' && address !== null ? address.port : 0;
  return {
    url: target.replace(`:${port}/`, `:${listening}/`),
    breakAfter(text: string) {
      last = text;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise(resolve => server.close(resolve));
    },
  };
}
