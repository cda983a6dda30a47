import { setTimeout as pause } from 'node:timers/promises';
import { createEngine } from '../../src/index.ts';
import { type Machines, startMachines } from '../server/machines.ts';

/**
 * `node test/bench/server-load.ts [--quick]`: the same execution by the library, over the API and from the queue, at
 * one and at three servers on one PostgreSQL, and tokens that are asked for first. Everything runs on this machine,
 * the system that is called and the callers included, so compare the lines with each other.
 */
const quick = process.argv.includes('--quick');
const CALLS = quick ? 300 : 3_000;
const CONNECTIONS = quick ? 30 : 150;
const AT_ONCE = 32;

for (const servers of [1, 3]) {
  const machines = await startMachines(servers);
  try {
    if (servers === 1) print('by the library', CALLS, await byLibrary(machines));
    const target = await machines.connect();
    await overApi(machines, target, 200);
    print(`over the API, ${name(servers)}`, CALLS, await overApi(machines, target, CALLS));
    print(`from the queue, ${name(servers)}`, CALLS, await fromQueue(machines, target, CALLS));
    print(`first tokens, ${name(servers)}`, CONNECTIONS, await firstTokens(machines));
  } finally {
    await machines.close();
  }
}

type Target = Awaited<ReturnType<Machines['connect']>>;

/** Milliseconds. */
async function byLibrary({ system }: Machines): Promise<number> {
  const engine = createEngine({ egress: { allowLoopback: true } });
  const connection = engine.connection({
    name: 'Many',
    config: { baseUrl: system.origin },
    operations: [
      {
        name: 'Do',
        config: { method: 'GET', path: '/do/{{Id*}}' },
        outputs: { Url: { value: 'body.url' } },
      },
    ],
  });
  const run = (count: number) => together(count, nth => connection.execute('Do', { Id: `library-${nth}` }));
  await run(200);
  const ms = await run(CALLS);
  await engine.close();
  return ms;
}

function overApi({ ask, servers }: Machines, target: Target, count: number): Promise<number> {
  return together(count, nth => {
    const body = { ...target, parameters: { Id: `api-${nth}` } };
    return ask(servers[nth % servers.length]?.origin ?? '', 'POST', '/api/execute', body);
  });
}

/** From the request that enqueues them all to the end of the last one. */
async function fromQueue({ ask, servers }: Machines, target: Target, count: number): Promise<number> {
  const origin = servers[0]?.origin ?? '';
  const rows = Array.from({ length: count }, (_, nth) => ({ Id: `queue-${nth}` }));
  const startedAtMs = performance.now();
  const { body } = await ask(origin, 'POST', '/api/executions', { ...target, rows });
  for (const state of ['queued', 'running']) {
    const path = `/api/executions?batch=${body.batchId}&state=${state}&limit=1`;
    while ((await ask(origin, 'GET', path)).body.length > 0) await pause(20);
  }
  return performance.now() - startedAtMs;
}

async function firstTokens(machines: Machines): Promise<number> {
  const targets: Target[] = [];
  for (let nth = 0; nth < CONNECTIONS; nth += 1) targets.push(await machines.connect());
  return together(CONNECTIONS, nth => {
    const body = { ...targets[nth], parameters: { Id: 'cold' } };
    const { origin = '' } = machines.servers[nth % machines.servers.length] ?? {};
    return machines.ask(origin, 'POST', '/api/execute', body);
  });
}

async function together(count: number, work: (nth: number) => Promise<unknown>): Promise<number> {
  const startedAtMs = performance.now();
  let next = 0;
  const one = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return performance.now() - startedAtMs;
}

function name(servers: number): string {
  return servers === 1 ? 'one server' : `${servers} servers`;
}

function print(title: string, count: number, ms: number): void {
  process.stdout.write(`${title.padEnd(30)}${Math.round((count / ms) * 1_000)} per second\n`);
}
