import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unusedPort } from '../support/loopback-server.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { acme } from './definitions.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
let server: RecordingServer;
let file: string;
const env = { ACME_KEY: canary };
const secret = ['--secret-env', 'API Key=ACME_KEY'];

beforeAll(async () => {
  server = await startRecordingServer();
  file = workplace.write('acme.json', acme(server.origin));
});
beforeEach(() => server.reset());
afterAll(async () => {
  await server.close();
  workplace.remove();
});

describe('ferrule test', () => {
  it('shows every stage with its time, and says that the connection works', async () => {
    const { code, stdout, stderr } = await runCli(['test', file, ...secret], { env });
    expect(code).toBe(0);
    const rows = stdout.split('\n').map(row => row.split(/ {2,}/));
    expect(rows.map(([stage]) => stage)).toEqual([
      'Stage',
      'dns',
      'connect',
      'tls',
      'token',
      'request',
      'assertion',
      '',
    ]);
    expect(stdout).toMatch(/^request +passed +[\d.]+ ms +status 200$/m);
    expect(stderr).toMatch(/^The connection Acme works \(\d+ ms\)\n$/);
    expect(server.last.url).toBe('/me');
  });

  it('exits with 6 when the answer is not as expected', async () => {
    server.answerWith({ status: 401 });
    const { code, stdout, stderr } = await runCli(['test', file, ...secret], { env });
    expect(code).toBe(6);
    expect(stdout).toMatch(/^assertion +failed +[\d.]+ ms +TEST_FAILED$/m);
    expect(stderr).toMatch(/^error: .*found status 401.* \(TEST_FAILED\)\n/);
    expect(stderr).toMatch(/The connection Acme does not work/);
  });

  it('gives the report as JSON, and exits with the code of what failed', async () => {
    const origin = `http://127.0.0.1:${await unusedPort()}`;
    const nobody = workplace.write('nobody.json', acme(origin));
    const { code, stdout, stderr } = await runCli(['test', nobody, ...secret, '--json'], { env });
    expect({ code, stderr }).toEqual({ code: 5, stderr: '' });
    const { ok, stages } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(stages).toContainEqual(
      expect.objectContaining({
        name: 'connect',
        status: 'failed',
        error: expect.objectContaining({ code: 'CONNECT_REFUSED' }),
      }),
    );
  });
});
