import { valuesOf } from '../clients/by-hand.ts';
import { toDefinition } from '../clients/ferrule.ts';
import { collect } from './collect.ts';
import { profileWindow } from './profile.ts';
import { measureWindow, readTask } from './window.ts';

/**
 * All callers at once, many times: with a token, without one, with one, and, in the place of those without, with one
 * again. The windows are `warm 0`, `cold 0`, `warm 1`, `again 0`, `warm 2`, `cold 1`, … Needs `--expose-gc`.
 */
export interface ColdTokenTask {
  readonly origin: string;
  readonly entry: string;
  readonly callers: number;
  /** How often all call before anything is measured. */
  readonly warmUps: number;
  /** How many windows are cold, and how many warm in their place. */
  readonly pairs: number;
  /** Whether a cold and a warm one are done once more with a profiler, after all have been measured. */
  readonly profiled: boolean;
}

const { origin, entry, callers, warmUps, pairs, profiled } = readTask<ColdTokenTask>();
const { createEngine } = (await import(entry)) as typeof import('../../../src/index.ts');
const engine = createEngine();
const connection = engine.connection(toDefinition({ kind: 'get', origin, tokenOrigin: origin }));
for (let nth = 0; nth < warmUps; nth += 1) await callAll();
await measure('warm 0');
for (let nth = 0; nth < pairs; nth += 1) {
  await connection.forgetToken();
  await measure(`cold ${nth}`);
  await measure(`warm ${2 * nth + 1}`);
  await measure(`again ${nth}`);
  await measure(`warm ${2 * nth + 2}`);
}
if (profiled) {
  await profileWindow('warm 0', callAll);
  await profileWindow('cold 0', async () => {
    await connection.forgetToken();
    await callAll();
  });
}
await engine.close();
process.disconnect();

/**
 * A window leaves so much behind that V8 collects the whole heap in every second one, and always in those of one kind
 * when two kinds take turns. After a collection, each window has as many as any other.
 */
async function measure(label: string): Promise<void> {
  await collect(1);
  await measureWindow(label, callAll);
}

async function callAll(): Promise<void> {
  const reports = await Promise.all(Array.from({ length: callers }, (_, nth) => callOnce(nth)));
  const wrong = reports.find(({ ok, outputs }) => !ok || outputs['Owner'] !== 'Ann');
  if (wrong !== undefined) throw new Error('a call failed');
}

function callOnce(nth: number) {
  const { id, tenant, trace, team, query, limit } = valuesOf(nth);
  return connection.execute('Users', {
    'Request Id': id,
    Tenant: tenant,
    Trace: trace,
    Team: team,
    Query: query,
    Limit: limit,
  });
}
