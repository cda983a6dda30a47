import { Agent, request } from 'undici';
import { checkAnswer, toHandRequest, valuesOf } from '../clients/by-hand.ts';
import { toDefinition } from '../clients/ferrule.ts';
import { undiciOptions } from '../clients/undici-request.ts';
import { measureWindow, readTask } from './window.ts';

/** Executes each of many connections once, and says what memory each keeps. Needs `--expose-gc`. */
export interface IdleConnectionsTask {
  readonly client: 'ferrule' | 'undici';
  readonly origin: string;
  readonly tokenOrigin: string;
  readonly ca: string;
  readonly entry: string;
  readonly connections: number;
}

const AT_A_TIME = 10;
const task = readTask<IdleConnectionsTask>();
const { client, origin, ca, connections: count } = task;

if (client === 'ferrule') {
  const { createEngine } = (await import(task.entry)) as typeof import('../../../src/index.ts');
  const engine = createEngine();
  const open = (nth: number) => engine.connection(toDefinition({ ...task, kind: 'many' }, nth));
  const callOnce = async (nth: number) => {
    const { id, tenant, trace, team, query, limit } = valuesOf(nth);
    const parameters = {
      'Request Id': id,
      Tenant: tenant,
      Trace: trace,
      Team: team,
      Query: query,
      Limit: limit,
    };
    const { ok } = await open(nth).execute('Users', parameters);
    if (!ok) throw new Error('the call failed');
  };
  await measureMemory(callOnce);
  await engine.close();
} else {
  const dispatcher = new Agent(undiciOptions(false, ca));
  await measureMemory(async nth => {
    const { path, headers } = toHandRequest('many', nth);
    const answer = await request(origin + path, { headers, dispatcher });
    checkAnswer('many', answer.statusCode, await answer.body.json());
  });
  await dispatcher.close();
}
process.disconnect();

/** The first calls open the sockets and load the libraries; what comes after is the connections alone. */
async function measureMemory(callOnce: (nth: number) => Promise<void>): Promise<void> {
  const warmUp = 100;
  /** Compiled code grows while it warms up, and belongs to no connection. */
  const warmUps = 20;
  let before = countKept();
  await measureWindow(
    client,
    async () => {
      for (let time = 0; time < warmUps; time++) await callEach(callOnce, 0, warmUp);
      before = countKept();
      await callEach(callOnce, warmUp, count);
    },
    () => {
      const after = countKept();
      const each = (of: 'heapBytes' | 'externalBytes') => (after[of] - before[of]) / (count - warmUp);
      return { heapBytesEach: each('heapBytes'), externalBytesEach: each('externalBytes') };
    },
  );
}

async function callEach(callOnce: (nth: number) => Promise<void>, first: number, end: number): Promise<void> {
  let next = first;
  const worker = async () => {
    while (next < end) await callOnce(next++);
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
}

function countKept() {
  // Twice: what the first collection frees may hold what the second one can.
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return { heapBytes: heapUsed, externalBytes: external };
}
