import { valuesOf } from '../clients/by-hand.ts';
import { toDefinition } from '../clients/ferrule.ts';
import { measureWindow, readTask } from './window.ts';

/** All callers at once: with a token, without one, and with one again. */
export interface ColdTokenTask {
  readonly origin: string;
  readonly entry: string;
  readonly callers: number;
}

const { origin, entry, callers } = readTask<ColdTokenTask>();
const { createEngine } = (await import(entry)) as typeof import('../../../src/index.ts');
const engine = createEngine();
const connection = engine.connection(toDefinition({ kind: 'get', origin, tokenOrigin: origin }));
await callAll();
await callAll();
await measureWindow('warm', callAll);
await connection.forgetToken();
await measureWindow('cold', callAll);
await measureWindow('warm again', callAll);
await engine.close();
process.disconnect();

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
