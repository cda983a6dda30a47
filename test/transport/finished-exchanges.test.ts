import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

/**
 * Requests in waves, more of them than there are sockets, with a collection of the young generation after each wave.
 * Twice the old generation is collected, so that what the pool keeps for good has settled there; what then joins it
 * before the next such collection was kept alive by the dead.
 */
const measure = `
const { createServer } = await import('node:http');
const { getHeapSpaceStatistics } = await import('node:v8');
const { createTransport } = await import(process.argv[1]);
const body = 'a'.repeat(2_000);
const server = createServer((request, response) => response.end(body)).listen(0, '127.0.0.1');
await new Promise(resolve => server.once('listening', resolve));
const transport = createTransport({ connectionsPerOrigin: 8 });
const url = 'http://127.0.0.1:' + server.address().port;
const ask = async () => {
  const response = await transport.send({ url });
  return (await response.body.bytes()).length;
};
const wave = async () => {
  const lengths = await Promise.all(Array.from({ length: 40 }, ask));
  if (lengths.some(length => length !== body.length)) throw new Error('an answer is not whole');
  gc({ type: 'minor' });
};
const old = () => getHeapSpaceStatistics().find(space => space.space_name === 'old_space').space_used_size;
for (let nth = 0; nth < 10; nth += 1) await wave();
gc();
gc();
const before = old();
for (let nth = 0; nth < 40; nth += 1) await wave();
console.log(JSON.stringify({ each: (old() - before) / 1_600 }));
await transport.close();
server.close();
`;

test('finished exchanges do not join the old generation, where they would stay until it is collected', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [
    '--expose-gc',
    '--input-type=module',
    '--eval',
    measure,
    new URL('../../src/transport.ts', import.meta.url).href,
  ]);
  const { each } = JSON.parse(stdout) as { readonly each: number };
  expect(each).toBeLessThan(1_000);
}, 20_000);
