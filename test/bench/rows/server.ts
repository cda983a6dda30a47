import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RowResult } from '../result.ts';
import type { Bench } from '../rounds.ts';
import { measureServer, toServerRows } from '../server-cost.ts';
import { median } from '../statistics.ts';

/** The same GET, executed by a server over its API and by the library alone, and first tokens a second. */
export async function measureService({ entry, options }: Bench): Promise<RowResult> {
  const upstream = fork(fileURLToPath(new URL('../upstream.ts', import.meta.url)));
  try {
    const [port] = (await once(upstream, 'message')) as [number];
    const dist = new URL('.', entry).href.replace(/\/$/, '');
    const sizes = options.quick
      ? { rounds: 3, calls: 500, connections: 50 }
      : { rounds: options.rounds, calls: 2_000, connections: 300 };
    const cost = await measureServer(dist, port, sizes);
    const [head = [], ...lines] = toServerRows(cost);
    const title = 'The same GET, executed by a server';
    const ratio = median(cost.rounds.map(({ api, direct }) => api.cpuUs / direct.cpuUs));
    return {
      name: 'server',
      title,
      figures: [{ what: `${title}: CPU over the API to the library alone`, value: ratio, unit: '' }],
      tables: [{ title, head, lines }],
      notes: [
        'One server on SQLite that logs nothing, 16 calls at a time. CPU is that of its process alone; calls per second are by the wall, with client and upstream on the same machine.',
      ],
    };
  } finally {
    upstream.kill();
  }
}
