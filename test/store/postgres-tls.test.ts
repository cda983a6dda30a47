import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { createKeyring, openPostgresStore } from '../../src/store.ts';
import { failureOf } from '../support/failure-of.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { createTestAuthority } from '../support/test-authority.ts';
import { newKey, newSchema } from './stores.ts';

describe.skipIf(postgresPrograms === undefined)(
  `PostgreSQL over TLS (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    const authority = createTestAuthority();
    const stranger = createTestAuthority({ commonName: 'Another Root' });
    const keys = createKeyring(newKey());
    let cluster: PostgresCluster;

    beforeAll(async () => {
      cluster = await startPostgres({
        tls: authority.issue({ commonName: 'database', hosts: ['127.0.0.1'] }),
      });
    });

    afterAll(async () => {
      await cluster.remove();
    });

    it('connects only to a server whose certificate and name are right', async () => {
      const open = (url: string, caCert?: string) =>
        openPostgresStore({ url, keys, schema: newSchema(), maxConnections: 1, caCert });
      const named = cluster.url.replace('127.0.0.1', 'localhost');
      const store = await open(cluster.url, authority.cert);
      await store.check();
      await store.close();

      for (const [url, caCert] of [
        [cluster.url, stranger.cert],
        [`${cluster.url}?sslmode=require`, undefined],
        [`${cluster.url}?sslmode=verify-full`, stranger.cert],
        [named, authority.cert],
      ] as const) {
        const failure = await failureOf(open(url, caCert));
        expect(failure.code).toBe('STORE_FAILED');
        expect(failure.message).toContain('certificate');
      }
    });

    it('does not go on in clear when the server has no TLS', async () => {
      const plain = await startPostgres();
      onTestFinished(() => plain.remove());
      const failure = await failureOf(openPostgresStore({ url: `${plain.url}?sslmode=require`, keys }));
      expect([failure.code, failure.message.includes('TLS')]).toEqual(['STORE_FAILED', true]);
    });
  },
);
