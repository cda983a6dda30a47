import { spawnSync } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { acme } from './definitions.ts';
import { canary, createWorkplace, pseudoTerminal, runOnTerminal } from './run-cli.ts';

const hasPseudoTerminal = spawnSync(pseudoTerminal, ['--version'], { encoding: 'utf8' }).stdout?.includes(
  'util-linux',
);
const reason = hasPseudoTerminal ? '' : ' (skipped: no `script` of util-linux here)';

const workplace = createWorkplace();
let server: RecordingServer;
let file: string;

beforeAll(async () => {
  server = await startRecordingServer();
  file = workplace.write('acme.json', acme(server.origin));
});
beforeEach(() => server.reset());
afterAll(async () => {
  await server.close();
  workplace.remove();
});

/** Types each answer once its question has appeared. */
function typing(...dialogue: readonly (readonly [question: string, answer: string])[]) {
  let next = 0;
  return (child: { readonly stdin: NodeJS.WritableStream | null }, output: string) => {
    const [question, answer] = dialogue[next] ?? [];
    if (question === undefined || answer === undefined || !output.includes(question)) return;
    next += 1;
    child.stdin?.write(answer);
  };
}

describe.skipIf(!hasPseudoTerminal)(`the command on a terminal${reason}`, () => {
  it('asks for required parameters and, without showing them, for secrets', async () => {
    server.answerWith({ body: { names: ['Ada'] } });
    const { code, stdout } = await runOnTerminal(['run', file, 'List users'], {
      onOutput: typing(['Team (text): ', 'core\r'], ['Secret "API Key" (not shown): ', 'typed-canary\r']),
    });
    expect(code).toBe(0);
    expect(stdout).toContain('"Ada"');
    expect(stdout).toContain('core');
    expect(stdout).not.toContain('typed-canary');
    expect(server.last.header['authorization']).toBe('Bearer typed-canary');
  });

  it('exits with 130 when a question is answered with Ctrl-C', async () => {
    const { code, stdout } = await runOnTerminal(['test', file], {
      onOutput: typing(['Secret "API Key" (not shown): ', 'half a sec\u0003']),
    });
    expect(code).toBe(130);
    expect(stdout).not.toContain('half');
    expect(server.requests).toEqual([]);
  });

  it('uses colours, unless NO_COLOR is set', async () => {
    const args = ['test', file, '--secret-env', 'API Key=ACME_KEY'];
    const coloured = await runOnTerminal(args, { env: { ACME_KEY: canary } });
    const plain = await runOnTerminal(args, { env: { ACME_KEY: canary, NO_COLOR: '1' } });
    expect(coloured.stdout).toContain('\u001b[32m');
    expect(plain.stdout).toMatch(/connect +passed/);
    expect(plain.stdout).not.toContain('\u001b[3');
  });

  it('shows that it waits when an answer takes longer than a second', async () => {
    let waiting: ServerResponse | undefined;
    server.answerWith((_request, response) => {
      waiting = response;
      return undefined;
    });
    const { code, stdout } = await runOnTerminal(
      ['run', file, 'List users', '--secret-env', 'API Key=ACME_KEY', '-p', 'Team=t'],
      {
        env: { ACME_KEY: canary },
        onOutput: (_child, output) => {
          if (output.includes('Waiting for List users 1 s')) waiting?.end('{}');
        },
      },
    );
    expect(code).toBe(0);
    expect(stdout).toContain('\r\u001b[KWaiting for List users 1 s');
  });
});
