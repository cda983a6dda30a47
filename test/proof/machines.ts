import { setTimeout as pause } from 'node:timers/promises';
import { type Machines, startMachines } from '../server/machines.ts';

export interface CrowdFigures {
  readonly executions: number;
  readonly tokens: number;
  readonly failed: number;
  /** Executions that the system saw another number of times than once. */
  readonly notOnce: number;
  readonly perSecond: number;
}

export interface TakeoverFigures {
  readonly status: number;
  readonly tokens: number;
  readonly seconds: number;
}

/** Half of them from the queue, half directly, at three servers at once, on a connection that has no token yet. */
export async function crowd(machines: Machines, count: number): Promise<CrowdFigures> {
  const { ask, servers, system } = machines;
  const target = await machines.connect();
  const before = system.tokens;
  const startedAtMs = performance.now();
  const { body } = await ask(servers[0]?.origin ?? '', 'POST', '/api/executions', {
    ...target,
    idempotencyParameter: 'Id',
    rows: Array.from({ length: count / 2 }, () => ({})),
  });
  let failed = 0;
  let next = 0;
  const direct = async () => {
    while (next < count / 2) {
      const nth = next++;
      const parameters = { Id: `direct-${nth}` };
      const origin = servers[nth % servers.length]?.origin ?? '';
      const { status } = await ask(origin, 'POST', '/api/execute', { ...target, parameters });
      if (status !== 200) failed += 1;
    }
  };
  await Promise.all(Array.from({ length: 48 }, direct));
  const left = async (state: string) => {
    const path = `/api/executions?batch=${body.batchId}&state=${state}&limit=500`;
    return (await ask(servers[1]?.origin ?? '', 'GET', path)).body.length as number;
  };
  while ((await left('queued')) + (await left('running')) > 0) await pause(100);
  failed += await left('failed');
  const paths = [
    ...body.ids.map((id: string) => `/do/${id}`),
    ...Array.from({ length: count / 2 }, (_, nth) => `/do/direct-${nth}`),
  ];
  return {
    executions: count,
    tokens: system.tokens - before,
    failed,
    notOnce: paths.filter(path => system.counts.get(path) !== 1).length,
    perSecond: Math.round((count / (performance.now() - startedAtMs)) * 1_000),
  };
}

/** A server is killed while the token endpoint has its request; another waits for the token all the while. */
export async function takeOver(machines: Machines): Promise<TakeoverFigures> {
  const { ask, servers, system } = machines;
  const target = await machines.connect();
  const [victim, other] = [servers[0], servers[1]];
  const before = system.tokens;
  const asked = Promise.withResolvers<void>();
  system.onToken = () => asked.resolve();
  const body = { ...target, parameters: { Id: 'takeover' } };
  // Its answer never comes.
  ask(victim?.origin ?? '', 'POST', '/api/execute', body).catch(() => undefined);
  await asked.promise;
  const waiting = ask(other?.origin ?? '', 'POST', '/api/execute?timeoutMs=60000', body);
  const startedAtMs = performance.now();
  await victim?.end('SIGKILL');
  const { status } = await waiting;
  return {
    status,
    tokens: system.tokens - before,
    seconds: Math.round((performance.now() - startedAtMs) / 100) / 10,
  };
}

export async function withMachines<Result>(work: (machines: Machines) => Promise<Result>): Promise<Result> {
  const machines = await startMachines(3);
  try {
    return await work(machines);
  } finally {
    await machines.close();
  }
}
