import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createKeyring, openPostgresStore } from '../../src/store.ts';
import { newKey, newSchema } from '../store/stores.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { connectionTo, echoOperation, startWorld, type World } from './server-world.ts';

const queue = {
  concurrency: 3,
  leaseMs: 20_000,
  keepMs: 60_000,
  maxResultBytes: 10_000,
  maxWaiting: 100,
};

describe.skipIf(postgresPrograms === undefined)(
  `the queue of a server whose database goes away (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    let cluster: PostgresCluster;
    let world: World;

    beforeAll(async () => {
      cluster = await startPostgres({ durable: true });
      const options = { url: cluster.url, schema: newSchema(), keys: createKeyring(newKey()) };
      world = await startWorld({ store: () => openPostgresStore(options), settings: { queue } });
    });

    afterAll(async () => {
      await world?.close();
      await cluster?.remove();
    });

    const create = async (path: string) => {
      const { body } = await world.ask('POST', '/api/connections', connectionTo(world.system));
      const config = { configType: 'http', method: 'POST', path };
      const operation = await world.ask('POST', `/api/connections/${body.id}/operations`, {
        ...echoOperation,
        config,
      });
      return { connectionId: body.id, operationId: operation.body.id };
    };
    const received = (part: string) => world.system.received.filter(({ url }) => url.includes(part));
    const statesOf = async (batchId: string) => {
      const { body } = await world.ask('GET', `/api/executions?batch=${batchId}`);
      return Array.isArray(body) ? body.map(({ state }: { state: string }) => state) : [];
    };

    it('does everything when it is back, and nothing twice that was done while it was away', async () => {
      const target = await create('/away/{{Item*}}');
      const rows = Array.from({ length: 30 }, (_, index) => ({ Item: `${index}` }));
      const accepted = await world.ask('POST', '/api/executions', { ...target, rows });
      expect(accepted.status).toBe(202);
      await expect.poll(() => received('/away/').length, { timeout: 10_000 }).toBeGreaterThan(5);
      await cluster.stop('immediate');
      const refused = await world.ask('POST', '/api/executions', { ...target, rows });
      expect([refused.status, refused.body.errorKey]).toEqual([503, 'STORE_UNAVAILABLE']);
      await cluster.start();
      await expect
        .poll(() => statesOf(accepted.body.batchId), { timeout: 15_000 })
        .toEqual(rows.map(() => 'succeeded'));
      expect(received('/away/').map(({ url }) => url)).toHaveLength(30);
    }, 30_000);
  },
);
