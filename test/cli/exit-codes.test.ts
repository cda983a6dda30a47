import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unusedPort } from '../support/loopback-server.ts';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { acme } from './definitions.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
let server: RecordingServer;
let file: string;
const env = { ACME_KEY: canary };
const call = ['List users', '--secret-env', 'API Key=ACME_KEY', '--param', 'Team=t'];

beforeAll(async () => {
  server = await startRecordingServer();
  file = workplace.write('acme.json', acme(server.origin));
});
beforeEach(() => server.reset());
afterAll(async () => {
  await server.close();
  workplace.remove();
});

describe('exit codes', () => {
  it('are 2 for a definition with problems, listed on stderr', async () => {
    const broken = workplace.write('broken.json', { ...acme(server.origin), typo: 1 });
    const { code, stdout, stderr } = await runCli(['run', broken, ...call], { env });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^error: .* \(DEFINITION_INVALID\)\n {2}\/typo: /);
  });

  it('are 3 for a missing parameter, which nobody is asked for without a terminal', async () => {
    const args = ['run', file, 'List users', '--secret-env', 'API Key=ACME_KEY'];
    const { code, stdout, stderr } = await runCli(args, { env });
    expect({ code, stdout }).toEqual({ code: 3, stdout: '' });
    expect(stderr).toContain('error: Parameter "Team" has no value');
    expect(stderr).toContain('what to do: Pass it: --param');
  });

  it('are 3 for a missing secret, which nobody is asked for without a terminal', async () => {
    const { code, stderr } = await runCli(['run', file, 'List users', '--param', 'Team=t']);
    expect(code).toBe(3);
    expect(stderr).toContain('error: The secret "API Key" has no value (SECRET_MISSING)');
    expect(stderr).toContain('--secret-env');
  });

  it('are 3 for a secret typed in place of the name of its variable, which is not repeated', async () => {
    const args = ['run', file, 'List users', '--param', 'Team=t', '--secret-env', `API Key=${canary}`];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(3);
    expect(stderr).toContain('The environment variable for the secret "API Key" is not set');
  });

  it('are 3 for a secret typed as a parameter, which is not repeated', async () => {
    const args = ['run', file, 'List users', '--param', 'Team=red', '--param', `API Key=${canary}`];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(3);
    expect(stderr).toContain('"API Key" is a secret of the definition, not a parameter (PARAMETER_UNKNOWN)');
    expect(stderr).toContain('--secret-env');
  });

  it('are 1 for a secret that the definition does not have, which is not repeated', async () => {
    const { code, stderr } = await runCli(['run', file, 'List users', '--secret-env', canary]);
    expect(code).toBe(1);
    expect(stderr).toContain('expected: one of API Key');
  });

  it('are 3 for parameters that are not JSON, with the line', async () => {
    const torn = workplace.write('params.json', '{\n  "Team": "t",\n}');
    const { code, stderr } = await runCli(['run', file, 'List users', '--params-file', torn]);
    expect(code).toBe(3);
    expect(stderr).toContain('stops being JSON at line 3, column 1');
  });

  it('are 4 when no token could be obtained', async () => {
    const auth = {
      authType: 'client_credentials',
      tokenUrl: `${server.origin}/token`,
      clientId: 'ferrule',
      clientSecret: '<<API Key>>',
      scope: null,
      clientAuth: 'basic_auth',
      caCert: null,
    };
    const config = { ...acme(server.origin).config, auth };
    const definition = workplace.write('oauth.json', acme(server.origin, { config }));
    server.answerWith({ status: 401, body: { error: 'invalid_client' } });
    const { code, stdout, stderr } = await runCli(['run', definition, ...call], { env });
    expect({ code, stdout }).toEqual({ code: 4, stdout: '' });
    expect(stderr).toContain('invalid_client');
    expect(server.last.url).toBe('/token');
  });

  it('are 5 when nobody listens, and the error stands in the JSON on stdout', async () => {
    const origin = `http://127.0.0.1:${await unusedPort()}`;
    const definition = workplace.write('nobody.json', acme(origin));
    const { code, stdout, stderr } = await runCli(['run', definition, ...call, '--json'], { env });
    expect({ code, stderr }).toEqual({ code: 5, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      operation: 'List users',
      error: { code: 'CONNECT_REFUSED', category: 'network' },
    });
  });

  it('are 5 when the time given runs out', async () => {
    server.answerWith(() => undefined);
    const { code, stderr } = await runCli(['run', file, ...call, '--timeout', '150'], { env });
    expect(code).toBe(5);
    expect(stderr).toContain('(DEADLINE_EXCEEDED)');
  });

  it('are 7 for an address that may not be reached', async () => {
    const definition = workplace.write('metadata.json', acme('http://169.254.169.254'));
    const { code, stderr } = await runCli(['run', definition, ...call], { env });
    expect(code).toBe(7);
    expect(stderr).toContain('(EGRESS_REFUSED)');
  });

  it('are 130 after Ctrl-C, without a word about failure', async () => {
    const { code, stdout, stderr } = await runCli(['run', file, ...call], {
      env,
      onStart: child => server.answerWith(() => void child.kill('SIGINT')),
    });
    expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: 'Aborted\n' });
  });

  it('come with a stack trace under --debug only', async () => {
    const args = ['run', file, 'List users', '--secret-env', 'API Key=ACME_KEY', '--debug'];
    const { stderr } = await runCli(args, { env });
    expect(stderr).toContain('    at ');
  });
});
