import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { acme } from './definitions.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
let server: RecordingServer;
let args: readonly string[];
const env = { ACME_KEY: canary };

beforeAll(async () => {
  server = await startRecordingServer();
  const file = workplace.write('acme.json', acme(server.origin));
  args = ['run', file, 'Watch', '--secret-env', 'API Key=ACME_KEY'];
});
afterAll(async () => {
  await server.close();
  workplace.remove();
});

/** Sends two events, and then whatever `then` does. */
function streamTwo(then: (response: ServerResponse) => void): void {
  server.answerWith((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write('data: {"count": 1}\n\n', () =>
      response.write('data: {"count": 2}\n\n', () => then(response)),
    );
    return undefined;
  });
}

describe('ferrule run with a streaming operation', () => {
  it('prints the outputs of each event as a line of JSON', async () => {
    streamTwo(response => response.end());
    const { code, stdout, stderr } = await runCli(args, { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '{"Count":1}\n{"Count":2}\n' });
    expect(stderr).toMatch(/^200 GET \S+\/watch \(/);
  });

  it('prints whole events and then the report under --json', async () => {
    streamTwo(response => response.end());
    const { stdout, stderr } = await runCli([...args, '--json'], { env });
    const lines = stdout
      .trimEnd()
      .split('\n')
      .map(line => JSON.parse(line));
    expect(stderr).toBe('');
    expect(lines).toMatchObject([
      { kind: 'event', data: { count: 1 } },
      { kind: 'event', data: { count: 2 }, outputs: { Count: 2 } },
      { kind: 'report', report: { ok: true, statusCode: 200 } },
    ]);
  });

  it('exits with 6 when the answer is an error instead of a stream', async () => {
    server.answerWith({ status: 503, body: { count: 0 } });
    expect(await runCli(args, { env })).toMatchObject({ code: 6, stdout: '{"Count":0}\n' });
  });

  it('says what arrived before the connection was lost, and exits with 6', async () => {
    streamTwo(response => response.destroy());
    const { code, stdout, stderr } = await runCli([...args, '--json'], { env });
    expect({ code, stderr }).toEqual({ code: 6, stderr: '' });
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '')).toMatchObject({
      kind: 'report',
      report: { ok: false, error: { code: 'BODY_TRUNCATED', category: 'upstream' } },
    });
  });

  it('closes the socket and exits with 130 on Ctrl-C', async () => {
    streamTwo(() => undefined);
    const { code, stdout, stderr } = await runCli(args, {
      env,
      onOutput: (child, output) => {
        if (output.includes('{"Count":2}\n')) child.kill('SIGINT');
      },
    });
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Aborted\n' });
    expect(stdout).toBe('{"Count":1}\n{"Count":2}\n');
    await server.whenOpen(0);
  });

  it('ends quietly when nobody reads any more, as behind head', async () => {
    server.answerWith((_request, response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => response.write('data: {"count": 1}\n\n'), 5);
      response.on('close', () => clearInterval(timer));
      return undefined;
    });
    const { code, stderr } = await runCli(args, {
      env,
      onOutput: child => child.stdout?.destroy(),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    await server.whenOpen(0);
  });
});
