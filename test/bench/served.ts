import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { benchConnection, benchOperation, benchParameters, CONCURRENCY } from './bench-connection.ts';

/**
 * The server of Ferrule in a process of its own, so that its CPU is counted apart: `node served.ts <dist> <port>`.
 * Sends its address and key to the parent, and then answers `cpu` with what it has used, and `direct n` after n calls
 * of the same operation by the library alone.
 */
const [dist = '', port = ''] = process.argv.slice(2);
const { createEngine } = (await import(`${dist}/index.js`)) as typeof import('../../src/index.ts');
const { readSettings, startServer } = (await import(
  `${dist}/server.js`
)) as typeof import('../../src/server.ts');

const folder = mkdtempSync(join(tmpdir(), 'ferrule-bench-'));
const lines: string[] = [];
const started = await startServer({
  settings: readSettings({
    PORT: '0',
    FERRULE_DATA: folder,
    FERRULE_SAMPLE: 'false',
    FERRULE_LOG_LEVEL: 'silent',
  }),
  print: async line => {
    lines.push(line);
  },
});
const engine = createEngine();
const connection = engine.connection({ ...benchConnection(Number(port)), operations: [benchOperation] });
process.on('message', async (message: string) => {
  if (message === 'cpu') process.send?.(process.cpuUsage());
  else if (message === 'stop') {
    await started.stop();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
    process.disconnect();
  } else {
    let left = Number(message);
    const worker = async () => {
      while (left-- > 0) await connection.execute(benchOperation.name, benchParameters);
    };
    await Promise.all(Array.from({ length: CONCURRENCY }, worker));
    process.send?.('done');
  }
});
process.send?.({ origin: lines[0], key: lines[1]?.replace('admin key: ', '') });
