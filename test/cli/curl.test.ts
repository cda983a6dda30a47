import { spawnSync } from 'node:child_process';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toCurl } from '../../src/cli/curl.ts';
import { quoteWord } from '../../src/cli/shell-words.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { acme } from './definitions.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
let server: RecordingServer;

beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(async () => {
  await server.close();
  workplace.remove();
});

/** The words that a real shell makes of a command line; a word may hold line breaks. */
function wordsOf(
  command: string,
  env: Readonly<Record<string, string>> = {},
  shell = 'sh',
): readonly string[] {
  const script = `show() { for word; do printf '%s\\0' "$word"; done; }; show ${command}`;
  const { stdout, status } = spawnSync(shell, ['-c', script], {
    encoding: 'utf8',
    env: { ...env, LC_ALL: 'C' },
  });
  expect(status).toBe(0);
  return stdout.split('\0').slice(0, -1);
}

describe('ferrule run --curl', () => {
  it('prints a command that any shell takes apart as meant, secrets left to variables', async () => {
    const file = workplace.write('acme.json', acme(server.origin));
    const name = 'Ada\'s $(rm -rf ~) "x" `id` \\ !';
    const { code, stdout, stderr } = await runCli(
      ['run', file, 'Create user', '-s', 'API Key=ACME_KEY', '-p', `Name=${name}`, '-p', 'Age:=1', '--curl'],
      { env: { ACME_KEY: canary } },
    );
    expect(code).toBe(0);
    expect(stderr).toContain('Set SECRET first: the secret, encoded as that place needs it, in the URL\n');
    const words = wordsOf(stdout.trimEnd(), { SECRET: 's1', SECRET_2: 's2', SECRET_3: 's3' });
    expect(words.slice(0, 2)).toEqual(['curl', `${server.origin}/users?key=s1`]);
    expect(words).toContain('Authorization: Bearer s2');
    expect(words.slice(-2)).toEqual([
      '--data-raw',
      `{"name": ${JSON.stringify(name)}, "age": 1, "proof": "s3"}`,
    ]);
    expect(server.requests).toEqual([]);
  });
});

describe('toCurl', () => {
  const request = { method: 'GET', url: 'http://h/', headers: [], diagnostics: [] };

  it('names the method only where curl would choose another', () => {
    expect(toCurl(request).command).toBe('curl http://h/');
    expect(toCurl({ ...request, method: 'POST' }).command).toBe('curl --request POST http://h/');
    expect(toCurl({ ...request, method: 'HEAD' }).command).toBe('curl --head http://h/');
    expect(toCurl({ ...request, method: 'GET', body: 'x' }).command).toContain('--request GET');
  });

  it('keeps curl from reading patterns, adding a content type, or dropping an empty header', () => {
    expect(toCurl({ ...request, url: 'http://[::1]/' }).command).toBe("curl --globoff 'http://[::1]/'");
    expect(toCurl({ ...request, method: 'POST', body: '@x' }).command).toBe(
      'curl http://h/ --header Content-Type: --data-raw @x',
    );
    expect(toCurl({ ...request, headers: [['X-Empty', '']] }).command).toContain("--header 'X-Empty;'");
  });

  it('leaves binary bodies to a file, and tokens to a variable', () => {
    const { command, notes } = toCurl({
      ...request,
      method: 'PUT',
      headers: [
        ['Content-Type', 'image/png'],
        ['Authorization', 'Bearer [token]'],
      ],
      body: '[12 bytes]',
    });
    expect(command).toContain(`'Authorization: Bearer '"\${TOKEN:?}"`);
    expect(command).toMatch(/ --data-binary @body\.bin$/);
    expect(notes).toEqual([
      'Set TOKEN first: a token, in the header Authorization',
      'The body is binary: put it into the file body.bin',
    ]);
  });
});

describe('quoteWord', () => {
  it('keeps every text whole in a real shell', () => {
    const texts = ['', ' ', "'", "''", '$HOME', '\\', '!!', '*', '~', 'a\nb', '-x', '#', 'ü €', '%s'];
    expect(wordsOf(texts.map(text => quoteWord([text])).join(' '))).toEqual(texts);
  });

  it('writes control characters as escapes', () => {
    const text = "it's\u001b[2J\t\\1\u009b7\u202e\r\nend";
    const quoted = quoteWord([text]);
    expect(quoted).toMatch(/^[ -~]+$/);
    expect(wordsOf(quoted, {}, 'bash')).toEqual([text]);
  });

  it('stops at a variable that is not set', () => {
    const { status, stderr } = spawnSync('sh', ['-c', `: ${quoteWord([{ variable: 'TOKEN' }])}`], {
      env: {},
      encoding: 'utf8',
    });
    expect(status).not.toBe(0);
    expect(stderr).toContain('TOKEN');
  });
});
