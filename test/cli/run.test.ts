import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { acme } from './definitions.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
let server: RecordingServer;
let file: string;
const secret = ['--secret-env', 'API Key=ACME_KEY'];
const env = { ACME_KEY: canary };

beforeAll(async () => {
  server = await startRecordingServer();
  file = workplace.write('acme.json', acme(server.origin));
});
beforeEach(() => server.reset());
afterAll(async () => {
  await server.close();
  workplace.remove();
});

describe('ferrule run', () => {
  it('prints the outputs on stdout and everything else on stderr', async () => {
    server.answerWith({ body: { names: ['Ada', '\u009b31mBob\u001b[0m\u202e'] } });
    const { code, stdout, stderr } = await runCli(
      ['run', file, 'List users', ...secret, '--param', 'Team=a/b c', '-p', 'Limit:=5'],
      { env },
    );
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({ Names: ['Ada', '\u009b31mBob\u001b[0m\u202e'] });
    expect(stdout).toContain(String.raw`\u009b31mBob\u001b[0m\u202e`);
    expect(stderr).toMatch(/^200 GET http:\S+ \(\d+ ms\)\n$/);
    expect(server.last.url).toBe('/teams/a%2Fb%20c/users?limit=5');
    expect(server.last.header['authorization']).toBe(`Bearer ${env.ACME_KEY}`);
  });

  it('takes parameters from standard input, and those of the command line win', async () => {
    const input = JSON.stringify({ Name: 'from file', Age: 36 });
    const { code } = await runCli(
      ['run', file, 'Create user', ...secret, '--params-file', '-', '-p', 'Name=Ada = "x"'],
      { env, input },
    );
    expect(code).toBe(0);
    expect(JSON.parse(server.last.body.toString())).toEqual({
      name: 'Ada = "x"',
      age: 36,
      proof: env.ACME_KEY,
    });
  });

  it('prefers a secret of the environment to the one in the definition', async () => {
    const definition = workplace.write('own.json', acme(server.origin, { secrets: { 'API Key': 'old' } }));
    await runCli(['run', definition, 'List users', ...secret, '-p', 'Team=t'], { env });
    expect(server.last.header['authorization']).toBe(`Bearer ${env.ACME_KEY}`);
  });

  it('prints the report as JSON, with the raw answer masked under --debug', async () => {
    server.answerWith(({ header }) => ({ body: { names: [], seen: header['authorization'] } }));
    const { code, stdout, stderr } = await runCli(
      ['run', file, 'List users', ...secret, '-p', 'Team=t', '--json', '--debug'],
      { env },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      statusCode: 200,
      outputs: { Names: [] },
      raw: { body: { seen: 'Bearer [secret]' } },
    });
  });

  it('shows the raw answer on stderr under --debug', async () => {
    server.answerWith(({ header }) => ({ body: { seen: header['authorization'] } }));
    const { stdout, stderr } = await runCli(
      ['run', file, 'Create user', ...secret, '-p', 'Name=n', '-p', 'Age:=1', '--debug'],
      { env },
    );
    expect(JSON.parse(stdout)).toEqual({});
    expect(stderr).toContain('"seen": "Bearer [secret]"');
  });

  it('prints the outputs of a 403 answer and exits with 6', async () => {
    server.answerWith({ status: 403, body: { names: 'nobody' } });
    const { code, stdout, stderr } = await runCli(['run', file, 'List users', ...secret, '-p', 'Team=t'], {
      env,
    });
    expect(code).toBe(6);
    expect(JSON.parse(stdout)).toEqual({ Names: 'nobody' });
    expect(stderr).toMatch(/^403 GET .*\nThe server knows the credentials, but they may not do this\./);
  });

  it('does not follow or fail a redirect', async () => {
    server.answerWith({ status: 302, headers: { location: '/elsewhere' }, body: {} });
    expect(await runCli(['run', file, 'List users', ...secret, '-p', 'Team=t'], { env })).toMatchObject({
      code: 0,
      stderr: expect.stringMatching(/^302 /),
    });
    expect(server.requests).toHaveLength(1);
  });

  it('turns missing and unknown parameters into warnings under --lenient', async () => {
    const { code, stderr } = await runCli(
      ['run', file, 'Create user', ...secret, '-p', 'Nam=x', '--dry-run', '--lenient'],
      { env },
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(/^warning: .*"Name" has no value/m);
    expect(stderr).toMatch(/^warning: .*"Nam" is not used by this operation\. Did you mean "Name"\?/m);
  });

  it('shows the request that it would send, and sends nothing', async () => {
    const { code, stdout, stderr } = await runCli(
      ['run', file, 'Create user', ...secret, '-p', 'Name=Ada\n\u001b[2J', '-p', 'Age:=36', '--dry-run'],
      { env },
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain(`POST ${server.origin}/users?key=[secret]\n`);
    expect(stdout).toContain('Authorization: Bearer [secret]\n');
    expect(stdout).toContain(String.raw`{"name": "Ada\n\u001b[2J", "age": 36, "proof": "[secret]"}`);
    expect(server.requests).toEqual([]);
  });
});
