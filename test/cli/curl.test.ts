import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { wordsOf } from '../support/shell.ts';
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
