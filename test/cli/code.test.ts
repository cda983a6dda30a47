import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type RecordingServer, startRecordingServer } from '../support/recording-server.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
let server: RecordingServer;
beforeAll(async () => {
  server = await startRecordingServer();
});
afterAll(async () => {
  workplace.remove();
  await server.close();
});
beforeEach(() => server.reset());

const source = new URL('../../src/spectral/', import.meta.url).href;

/** A file as a team has it, types and all. */
const code = `
import { connection, configPage, connectionConfigVar, flow, integration, oauth2Connection } from '${source}index.ts';
import { createClient } from '${source}clients/http/index.ts';

const text = { label: 'Text', type: 'string', required: true } as const;
const secret = { label: 'Secret', type: 'password', required: true } as const;

export const acmeKey = connection({
  key: 'acmeKey',
  display: { label: 'Acme', description: 'Acme' },
  inputs: { endpoint: text, apiKey: secret, region: { ...text, default: 'eu' } },
  apply: { baseUrl: '{{#endpoint}}', headers: { 'X-Key': '{{#apiKey}}' }, testPath: '/me' },
});

export const acmeToken = oauth2Connection({
  key: 'acmeToken',
  display: { label: 'Acme', description: 'Acme' },
  oauth2Type: 'client_credentials',
  inputs: { tokenUrl: text, scopes: { ...text, required: false }, clientId: text, clientSecret: secret },
});

interface Thing { id: number }

export default integration({
  name: 'Acme',
  configPages: {
    Connections: configPage({
      elements: {
        'Acme Connection': connectionConfigVar({
          stableKey: 'acme',
          dataType: 'connection',
          inputs: { endpoint: text, apiKey: secret },
        }),
      },
    }),
  },
  flows: [
    flow({
      name: 'List Things',
      stableKey: 'list-things',
      onExecution: async ({ configVars, logger }) => {
        const { endpoint, apiKey } = configVars['Acme Connection'].fields;
        const { data } = await createClient({ baseUrl: endpoint, headers: { 'X-Key': apiKey } }).get('/things');
        logger.info('used', apiKey);
        return { data: data as Thing[] };
      },
    }),
  ],
});
`;
const file = workplace.write('acme.ts', code);
const env = { KEY: canary };

describe('ferrule with a file of connections as code', () => {
  it('inspects connections and flows', async () => {
    const { code: exit, stdout, stderr } = await runCli(['inspect', file]);
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: '' });
    expect(stdout).toMatch(/acmeKey +connection +endpoint\*, apiKey\*, region\n/);
    expect(stdout).toMatch(/acmeToken +client_credentials +tokenUrl\*, scopes, clientId\*, clientSecret\*/);
    expect(stdout).toMatch(/Acme Connection +connection +endpoint\*, apiKey\*/);
    expect(stdout).toMatch(/List Things +Acme/);
  });

  it('inspects the inputs of one connection, also as JSON Schema', async () => {
    const { stdout } = await runCli(['inspect', file, 'acmeKey']);
    expect(stdout).toMatch(/apiKey +password +yes/);
    expect(stdout).toMatch(/region +string +no +Text; default "eu"/);
    const json = await runCli(['inspect', file, 'acmeKey', '--json']);
    expect(JSON.parse(json.stdout)).toMatchObject({ required: ['endpoint', 'apiKey'] });
  });

  it('checks: what is valid, what is wrong, and what is probably not meant', async () => {
    const good = await runCli(['check', file]);
    expect([good.code, good.stderr]).toEqual([0, '']);
    expect(good.stdout).toContain('is a valid definition');
    const wrong = workplace.write(
      'wrong.ts',
      code
        .replace('{{#endpoint}}', '{{#endpiont}}')
        .replace("stableKey: 'list-things'", "stableKey: ''")
        .replace("region: { ...text, default: 'eu' }", "region: { ...text, default: '<REGION>' }"),
    );
    const { code: exit, stdout } = await runCli(['check', wrong]);
    expect(exit).toBe(2);
    expect(stdout).toMatch(/error {4}\/acmeKey\/apply\/baseUrl: .*"endpiont"/);
    expect(stdout).toMatch(/error {4}\/flows\/0\/stableKey: /);
    expect(stdout).toMatch(/warning {2}\/acmeKey\/inputs\/region: .*placeholder/);
  });

  it('runs a flow; its log goes to stderr, without secrets', async () => {
    server.answerWith({ body: [{ id: 1 }] });
    const args = ['--param', `Acme Connection.endpoint=${server.origin}`];
    const secretEnv = ['--secret-env', 'Acme Connection.apiKey=KEY'];
    const {
      code: exit,
      stdout,
      stderr,
    } = await runCli(['run', file, 'List Things', ...args, ...secretEnv], { env });
    expect({ exit, stderr }).toEqual({ exit: 0, stderr: 'info: used [secret]\n' });
    expect(JSON.parse(stdout)).toEqual([{ id: 1 }]);
    expect(server.last.header['x-key']).toBe(canary);
  });

  it('says why a flow failed, also as JSON, and shows where under --debug', async () => {
    server.answerWith({ status: 503, body: {} });
    const args = ['run', file, 'List Things', '--param', `Acme Connection.endpoint=${server.origin}`];
    const call = [...args, '--secret-env', 'Acme Connection.apiKey=KEY'];
    const message = 'The flow "List Things" failed: STATUS_UNEXPECTED: Request failed with status code 503';
    const plain = await runCli(call, { env });
    expect(plain.stderr).toContain(`error: ${message} (FLOW_FAILED)\n`);
    expect(plain.stderr).toContain('what to do: Look at what it logged; --debug shows where it failed.\n');
    const json = JSON.parse((await runCli([...call, '--json'], { env })).stdout);
    expect(json).toMatchObject({
      ok: false,
      flow: 'List Things',
      error: { code: 'FLOW_FAILED', message: `FLOW_FAILED: ${message}.` },
    });
  });

  it.each([
    ['is not there', undefined, 'no such file', 'Check the path'],
    ['is broken', 'export const a: = 1;', 'SyntaxError', 'only types that Node can strip'],
    ['has syntax that cannot be stripped', 'enum A { B }', 'enum', 'only types that Node can strip'],
    ['imports what is not installed', "import 'no-such-package'", 'no-such-package', 'is installed'],
    ['fails', "throw new Error('at import')", 'Error: at import', 'Correct what it does when it is imported'],
  ])('says what to do about a file that %s', async (_, text, found, hint) => {
    const broken = text === undefined ? `${workplace.folder}/none.ts` : workplace.write('broken.ts', text);
    const { code: exit, stdout, stderr } = await runCli(['check', broken]);
    expect({ exit, stdout }).toEqual({ exit: 1, stdout: '' });
    expect(stderr).toMatch(new RegExp(`found: .*${found}`));
    expect(stderr).toContain(hint);
  });

  it('ends by the signal that ended the command that it ran, as shells report it', async () => {
    const values = ['-p', 'endpoint=x', '--secret-env', 'apiKey=KEY'];
    const command = [
      process.execPath,
      '-e',
      'process.kill(process.pid, "SIGTERM"); setInterval(() => {}, 9);',
    ];
    const args = ['run', '--connection', `${file}#acmeKey`, ...values, '--', ...command];
    expect((await runCli(args, { env })).code).toBe(143);
  });

  it('says all that a flow misses', async () => {
    const { code: exit, stderr } = await runCli(['run', file, 'List Things']);
    expect(exit).toBe(3);
    expect(stderr).toContain('Acme Connection/inputs/endpoint');
    expect(stderr).toContain('Acme Connection/inputs/apiKey');
  });

  it('tests a connection stage by stage', async () => {
    const args = ['test', file, '--connection', 'acmeKey', '--param', `endpoint=${server.origin}`];
    const { code: exit, stdout } = await runCli([...args, '--secret-env', 'apiKey=KEY', '--json'], { env });
    expect(exit).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, connection: 'acmeKey' });
    expect([server.last.url, server.last.header['x-key']]).toEqual(['/me', canary]);
  });

  it('gives a command the resolved connection with a fresh token, and its own exit code', async () => {
    server.answerWith({ body: { access_token: 't0ken', expires_in: 60 } });
    const script =
      'const c=JSON.parse(process.env.PRISMATIC_CONNECTION_VALUE);' +
      'console.log(c.key,c.configVarKey,c.token.access_token,c.fields.clientId,c.fields.clientSecret.length);process.exit(7)';
    const values = [
      '-p',
      `tokenUrl=${server.origin}/token`,
      '-p',
      'clientId=c1',
      '--secret-env',
      'clientSecret=KEY',
    ];
    const connection = ['run', '--connection', `${file}#acmeToken`, ...values];
    const {
      code: exit,
      stdout,
      stderr,
    } = await runCli([...connection, '--', process.execPath, '-e', script], { env });
    expect({ exit, stdout, stderr }).toEqual({
      exit: 7,
      stdout: `acmeToken acmeToken t0ken c1 ${canary.length}\n`,
      stderr: '',
    });
    expect(server.last.body.toString()).toContain('grant_type=client_credentials');
  });

  it.each([
    ['a file that is not there', ['check', 'missing.ts'], 'cannot be run'],
    [
      'no command',
      ['run', '--connection', `${file}#acmeKey`, '-p', 'endpoint=x', '--secret-env', 'apiKey=KEY'],
      'no command',
    ],
    [
      'an option that code has no use for',
      ['run', file, 'List Things', '--dry-run'],
      '--dry-run cannot be used',
    ],
    ['several connections and no name', ['test', file], 'which connection is meant'],
    ['a name that is none', ['test', file, '--connection', 'acme'], 'no such connection'],
    [
      'a file without connections',
      ['check', workplace.write('empty.ts', 'export const a = 1;')],
      'nothing to work with',
    ],
  ])('exits with 1 for %s', async (_, args, said) => {
    const { code: exit, stderr } = await runCli(args, { env });
    expect(exit).toBe(1);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain('    at ');
  });
});
