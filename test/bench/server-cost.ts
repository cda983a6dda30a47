import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Pool } from 'undici';
import { benchConnection, benchOperation, benchParameters, CONCURRENCY } from './bench-connection.ts';
import { median } from './statistics.ts';

export interface ServerCost {
  /** Per round: what the same calls took. CPU is that of the server's process alone, in microseconds per call. */
  readonly rounds: readonly { readonly api: Taken; readonly direct: Taken }[];
  readonly refreshesPerSecond: number;
}

interface Taken {
  readonly cpuUs: number;
  readonly perSecond: number;
}

/**
 * What an execution costs over the API of a server on SQLite, against the library alone in the same process, in turn;
 * and how many connections a second get their first token, each with a request for it and a write of it.
 */
export async function measureServer(
  dist: string,
  upstream: number,
  { rounds, calls, connections }: Readonly<Record<'rounds' | 'calls' | 'connections', number>>,
): Promise<ServerCost> {
  const child = fork(fileURLToPath(new URL('./served.ts', import.meta.url)), [dist, String(upstream)]);
  const [{ origin, key }] = (await once(child, 'message')) as [{ origin: string; key: string }];
  const pool = new Pool(origin, { connections: CONCURRENCY });
  const send = async (method: 'POST', path: string, body: unknown) => {
    const response = await pool.request({
      method,
      path,
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const answer = (await response.body.json()) as { readonly id: string };
    if (response.statusCode !== 200) throw new TypeError(JSON.stringify(answer));
    return answer;
  };
  const create = async (number: number) => {
    const { id: connectionId } = await send('POST', '/api/connections', benchConnection(upstream, number));
    const path = `/api/connections/${connectionId}/operations`;
    const { id: operationId } = await send('POST', path, benchOperation);
    return { connectionId, operationId, parameters: benchParameters };
  };
  const call = await create(0);
  const api = () => together(calls, async () => void (await send('POST', '/api/execute', call)));
  const direct = async () => {
    child.send(String(calls));
    await once(child, 'message');
  };
  await api();
  await direct();
  const measured: { api: Taken; direct: Taken }[] = [];
  for (let nth = 0; nth < rounds; nth++) {
    measured.push({ api: await take(child, calls, api), direct: await take(child, calls, direct) });
  }
  const cold: Awaited<ReturnType<typeof create>>[] = [];
  for (let number = 1; number <= connections; number++) cold.push(await create(number));
  const refreshed = await take(child, connections, () =>
    together(connections, async nth => void (await send('POST', '/api/execute', cold[nth]))),
  );
  await pool.close();
  child.send('stop');
  await once(child, 'exit');
  return { rounds: measured, refreshesPerSecond: refreshed.perSecond };
}

/** Rows for people: executions a second, and their processor time. */
export function toServerRows({ rounds, refreshesPerSecond }: ServerCost): readonly (readonly string[])[] {
  const row = (name: string, taken: readonly Taken[]) => [
    name,
    median(taken.map(({ perSecond }) => perSecond)).toFixed(0),
    median(taken.map(({ cpuUs }) => cpuUs)).toFixed(0),
  ];
  return [
    ['', 'per second', 'CPU µs each'],
    row(
      'by the library',
      rounds.map(({ direct }) => direct),
    ),
    row(
      'over the API',
      rounds.map(({ api }) => api),
    ),
    ['first tokens, over the API', refreshesPerSecond.toFixed(0), ''],
  ];
}

async function take(child: ChildProcess, calls: number, work: () => Promise<void>): Promise<Taken> {
  const before = await cpuOf(child);
  const startedAtMs = performance.now();
  await work();
  const seconds = (performance.now() - startedAtMs) / 1000;
  return { cpuUs: ((await cpuOf(child)) - before) / calls, perSecond: calls / seconds };
}

/** Microseconds of user and system time. */
async function cpuOf(child: ChildProcess): Promise<number> {
  child.send('cpu');
  const [{ user, system }] = (await once(child, 'message')) as [NodeJS.CpuUsage];
  return user + system;
}

async function together(count: number, work: (nth: number) => Promise<void>): Promise<void> {
  let next = 0;
  const worker = async () => {
    while (next < count) await work(next++);
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, worker));
}
