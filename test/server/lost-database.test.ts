import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/index.ts';
import { openPostgresPair } from '../store/stores.ts';
import {
  howToGetPostgres,
  type PostgresCluster,
  postgresPrograms,
  startPostgres,
} from '../support/postgres.ts';
import { connectionTo, echoOperation, startWorld, type World } from './server-world.ts';
import { readShapes } from './shapes.ts';

describe.skipIf(postgresPrograms === undefined)(
  `a server whose database goes away (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    let cluster: PostgresCluster;
    let pair: Awaited<ReturnType<typeof openPostgresPair>>;
    let world: World;

    beforeAll(async () => {
      cluster = await startPostgres();
      pair = await openPostgresPair(cluster, systemClock);
      world = await startWorld({ store: async () => pair.store });
    });

    afterAll(async () => {
      await world.close();
      await pair.close();
      await cluster.remove();
    });

    it('says so, goes on with what it has open, and recovers by itself', async () => {
      let told = 0;
      const ignore = pair.store.changes.subscribe(({ kind }) => {
        if (kind === 'connection') told += 1;
      });
      const { body } = await world.ask('POST', '/api/connections', connectionTo(world.system));
      const { body: operation } = await world.ask(
        'POST',
        `/api/connections/${body.id}/operations`,
        echoOperation,
      );
      const call = { connectionId: body.id, operationId: operation.id, parameters: { Item: 'x' } };
      // What is told of both writes has the connection opened anew, so it is opened behind that.
      await expect.poll(() => told, { timeout: 10_000 }).toBeGreaterThanOrEqual(2);
      ignore();
      expect((await world.ask('POST', '/api/execute', call)).status).toBe(200);

      await cluster.stop('immediate');
      const health = await world.ask('GET', '/api/healthz');
      expect([health.status, health.body.meassagingHealth.status]).toEqual([503, false]);
      expect(readShapes().problemsOf('GET', '/api/healthz', 200, health.body)).toBe('');
      const list = await world.ask('GET', '/api/connections');
      expect([list.status, list.body.errorKey, list.headers.get('retry-after')]).toEqual([
        503,
        'STORE_UNAVAILABLE',
        '1',
      ]);
      expect((await world.ask('POST', '/api/execute', call)).status).toBe(200);

      await cluster.start();
      await expect
        .poll(async () => (await world.ask('GET', '/api/healthz')).status, { timeout: 10_000 })
        .toBe(200);
      expect((await world.ask('GET', '/api/connections')).body).toHaveLength(1);
      expect((await world.ask('POST', '/api/execute', call)).status).toBe(200);
    });
  },
);
