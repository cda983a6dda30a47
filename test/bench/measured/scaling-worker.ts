import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import type { Transport } from '../../../src/index.ts';
import { assertOutputs, valuesOf } from '../clients/by-hand.ts';
import { toDefinition } from '../clients/ferrule.ts';
import { smallAnswer, TOKEN } from '../target/payloads.ts';

/**
 * One engine whose requests are answered in its own thread: two engines and a target need three processors, and a
 * machine with two would show the target.
 */
const { entry, callsEach } = workerData as { readonly entry: string; readonly callsEach: number };
const { createEngine } = (await import(entry)) as typeof import('../../../src/index.ts');
const answer = Buffer.from(smallAnswer);
const token = Buffer.from(JSON.stringify({ access_token: TOKEN, token_type: 'Bearer', expires_in: 86_400 }));

const transport: Transport = {
  async send({ url }) {
    const bytes = url.endsWith('/token') ? token : answer;
    return {
      statusCode: 200,
      headers: [['content-type', 'application/json']],
      url,
      redirects: [],
      firstByteMs: 0,
      body: {
        bytes: async () => bytes,
        cancel: () => undefined,
        async *[Symbol.asyncIterator]() {
          yield bytes;
        },
      },
    };
  },
  probe: async () => ({ host: '' }),
  release: async () => undefined,
  close: async () => undefined,
};

const engine = createEngine({ transport });
const origin = 'http://api.example.com';
const connection = engine.connection(toDefinition({ kind: 'get', origin, tokenOrigin: origin }));
await callAll(callsEach / 2);
parentPort?.postMessage('ready');
if (parentPort !== null) await once(parentPort, 'message');
await callAll(callsEach);
parentPort?.postMessage('done');
await engine.close();
parentPort?.close();

async function callAll(calls: number): Promise<void> {
  for (let nth = 0; nth < calls; nth++) {
    const { id, tenant, trace, team, query, limit } = valuesOf(nth);
    const parameters = {
      'Request Id': id,
      Tenant: tenant,
      Trace: trace,
      Team: team,
      Query: query,
      Limit: limit,
    };
    const { outputs } = await connection.execute('Users', parameters);
    assertOutputs('get', outputs);
  }
}
