import { createEngine } from '../../src/index.ts';
import { createFileTokenStore } from './file-token-store.ts';
import { tokenConnection } from './token-server.ts';

/**
 * A process of its own with an engine on a token store that others share. Arguments: directory of the store, origin
 * of the server, number of calls. Waits for a line on its input, makes the calls at once, and writes how many
 * succeeded.
 */
const [directory = '', origin = '', calls = '1'] = process.argv.slice(2);
const engine = createEngine({ tokenStore: createFileTokenStore(directory) });
const connection = engine.connection(tokenConnection(origin));
process.stdout.write('ready\n');
await new Promise(resolve => process.stdin.once('data', resolve));
const reports = await Promise.all(Array.from({ length: Number(calls) }, () => connection.execute('Read')));
process.stdout.write(`${reports.filter(({ ok }) => ok).length}\n`);
process.stdin.destroy();
await engine.close();
