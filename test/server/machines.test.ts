import { Client } from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { howToGetPostgres, postgresPrograms } from '../support/postgres.ts';
import { type Machines, startMachines } from './machines.ts';

const EXECUTIONS = 600;
let machines: Machines;

describe.skipIf(postgresPrograms === undefined)(
  `three servers on one PostgreSQL (${postgresPrograms ?? howToGetPostgres})`,
  () => {
    beforeAll(async () => {
      machines = await startMachines(3, {
        FERRULE_QUEUE_LEASE_MS: '1500',
        FERRULE_STOP_TIMEOUT_MS: '300',
        FERRULE_QUEUE_CONCURRENCY: '8',
      });
    }, 60_000);

    afterAll(() => machines?.close());

    const post = (server: number, path: string, body: unknown) =>
      machines.ask(machines.servers[server]?.origin ?? '', 'POST', path, body);

    const enqueue = async (server: number, body: object) => {
      const answer = await post(server, '/api/executions', { idempotencyParameter: 'Id', ...body });
      expect(answer.status).toBe(202);
      return answer.body as { readonly batchId: string; readonly ids: readonly string[] };
    };

    /** How many of the batch are in each state, as the third server sees it. */
    const statesOf = async (batchId: string) => {
      const origin = machines.servers[2]?.origin ?? '';
      const counts: Record<string, number> = {};
      for (let before = ''; ; ) {
        const { body } = await machines.ask(
          origin,
          'GET',
          `/api/executions?batch=${batchId}&limit=500${before}`,
        );
        for (const { state } of body) counts[state] = (counts[state] ?? 0) + 1;
        if (body.length < 500) return counts;
        before = `&before=${body.at(-1).sequence}`;
      }
    };

    const allDone = (batchId: string, count: number, timeout = 20_000) =>
      expect.poll(() => statesOf(batchId), { timeout, interval: 100 }).toEqual({ succeeded: count });

    const timesOf = (ids: readonly string[]) => ids.map(id => machines.system.counts.get(`/do/${id}`) ?? 0);

    it('ask for one token, however many executions begin on a cold connection', async () => {
      const target = await machines.connect();
      const { system } = machines;
      const before = system.tokens;
      const direct = Array.from({ length: 60 }, (_, index) =>
        post(index % 3, '/api/execute', { ...target, parameters: { Id: `direct-${index}` } }),
      );
      const rows = Array.from({ length: EXECUTIONS }, () => ({}));
      const { batchId, ids } = await enqueue(1, { ...target, rows });
      expect((await Promise.all(direct)).map(({ status }) => status)).toEqual(direct.map(() => 200));
      await allDone(batchId, EXECUTIONS);
      expect(system.tokens - before).toBe(1);
      expect(timesOf(ids)).toEqual(ids.map(() => 1));
    }, 30_000);

    it('agree on a changed definition and a changed secret within a second', async () => {
      const target = await machines.connect();
      const path = `/api/connections/${target.connectionId}`;
      const run = async (server: number) =>
        (await post(server, '/api/execute', { ...target, parameters: { Id: 'x' } })).body.Url;
      for (const server of [0, 1, 2]) expect(await run(server)).toBe('/do/x');
      const origin = machines.servers[2]?.origin ?? '';
      await machines.ask(origin, 'PATCH', `${path}/operations/${target.operationId}`, {
        config: { path: '/changed/{{Id*}}' },
      });
      const seen = () => Promise.all([0, 1, 2].map(run));
      await expect.poll(seen, { timeout: 1_000 }).toEqual(['/changed/x', '/changed/x', '/changed/x']);
      const before = machines.system.tokens;
      await machines.ask(origin, 'PATCH', path, { secrets: { 'Client Secret': 'another' } });
      // The credentials are another key of tokens: whoever has the new secret asks for a token, once for all.
      const tokensWhenSeen = async () => {
        await seen();
        return machines.system.tokens;
      };
      await expect.poll(tokensWhenSeen, { timeout: 1_000 }).toBe(before + 1);
    });

    it('go together no faster than a definition allows', async () => {
      const target = await machines.connect({ rateLimit: { requests: 10, perMs: 1_000 } });
      const from = machines.system.received.length;
      const { batchId } = await enqueue(0, { ...target, rows: Array.from({ length: 25 }, () => ({})) });
      const startedAtMs = performance.now();
      await allDone(batchId, 25);
      expect(performance.now() - startedAtMs).toBeGreaterThan(2_200);
      expect(machines.system.received.slice(from).filter(({ url }) => url.startsWith('/do/'))).toHaveLength(
        25,
      );
    }, 15_000);

    it('take over the token request of a killed one when its lease is over', async () => {
      const target = await machines.connect();
      const { system } = machines;
      const before = system.tokens;
      const victim = await machines.add();
      const asked = Promise.withResolvers<void>();
      system.onToken = () => asked.resolve();
      const body = { ...target, parameters: { Id: 'taken-over' } };
      const lost = machines.ask(victim.origin, 'POST', '/api/execute', body).catch(() => 'lost');
      await asked.promise;
      const waiting = post(0, '/api/execute', body);
      await victim.end('SIGKILL');
      expect(await lost).toBe('lost');
      // Half a minute passes; `node test/proof/main.ts` waits for it.
      const client = new Client({ connectionString: machines.cluster.url });
      await client.connect();
      const { rowCount } = await client.query('UPDATE ferrule.token_leases SET until_at = until_at - 30000');
      await client.end();
      expect(rowCount).toBeGreaterThan(0);
      expect((await waiting).status).toBe(200);
      expect(system.tokens - before).toBe(2);
    }, 15_000);

    it('do what a killed one was doing, and lose nothing that was accepted', async () => {
      const target = await machines.connect();
      machines.system.delayMs = 60;
      const victim = machines.servers[0];
      const rows = Array.from({ length: 200 }, () => ({}));
      const { batchId, ids } = await enqueue(0, { ...target, rows });
      const direct = Array.from({ length: 20 }, (_, index) =>
        post(1 + (index % 2), '/api/execute', { ...target, parameters: { Id: `living-${index}` } }),
      );
      await expect
        .poll(() => timesOf(ids).filter(times => times > 0).length, { timeout: 10_000 })
        .toBeGreaterThan(60);
      await victim?.end('SIGKILL');
      expect((await Promise.all(direct)).map(({ status }) => status)).toEqual(direct.map(() => 200));
      await allDone(batchId, 200);
      const times = timesOf(ids);
      expect(times.filter(each => each === 0)).toEqual([]);
      // No more is begun again than the killed one had in hand.
      expect(times.filter(each => each > 1).length).toBeLessThanOrEqual(8);
      expect(Math.max(...times)).toBeLessThanOrEqual(2);
      machines.system.delayMs = 0;
    }, 30_000);

    it('hand over what does not end in time on a stop', async () => {
      const target = await machines.connect();
      machines.system.delayMs = Infinity;
      const leaving = await machines.add();
      const { batchId, ids } = await enqueue(1, { ...target, rows: Array.from({ length: 40 }, () => ({})) });
      const begun = () => timesOf(ids).filter(times => times > 0).length;
      // Each of the three that are left has eight in hand.
      await expect.poll(begun, { timeout: 15_000 }).toBe(24);
      const startedAtMs = performance.now();
      const { code, log } = await leaving.end('SIGTERM');
      expect([code, log]).toEqual([0, '']);
      expect(performance.now() - startedAtMs).toBeLessThan(5_000);
      machines.system.delayMs = 0;
      await allDone(batchId, 40);
      const times = timesOf(ids);
      expect(times.filter(each => each === 2)).toHaveLength(8);
      expect(times.filter(each => each === 1)).toHaveLength(32);
    }, 30_000);
  },
);
