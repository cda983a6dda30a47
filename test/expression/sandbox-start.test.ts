import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type EchoServer, startEchoServer } from '../support/echo-server.ts';

let server: EchoServer;
beforeAll(async () => {
  server = await startEchoServer();
});
afterAll(() => server.close());

it('says so when the process of untrusted JSONata may not be started, and what would allow it', async () => {
  const entry = new URL('../../src/index.ts', import.meta.url).href;
  const outputs = { A: { value: 'jsonata: 1' } };
  const definition = {
    name: 'Restricted',
    config: { baseUrl: server.origin },
    operations: [{ name: 'Read', config: { method: 'GET', path: '/' }, outputs }],
  };
  const script = `
    const { createEngine } = await import('${entry}');
    const engine = createEngine({ trustDefinitions: false });
    const connection = engine.connection(${JSON.stringify(definition)});
    for (let nth = 0; nth < 2; nth++) await connection.execute('Read').catch(error =>
      process.stdout.write([error.code, error.summary, error.found, error.hint].join('|') + '\\n'));
    await engine.close();`;
  const restricted = ['--permission', '--allow-fs-read=*', '--input-type=module', '-e', script];
  const { stdout } = await promisify(execFile)(process.execPath, restricted);
  const line =
    'OPTIONS_INVALID|JSONata that is not trusted runs in a process, and none could be started|ERR_ACCESS_DENIED|' +
    "Allow it to start processes; under Node's --permission that is --allow-child-process.\n";
  expect(stdout).toBe(line + line);
});
