import { readFileSync, writeFileSync } from 'node:fs';
import { afterAll, describe, expect, it } from 'vitest';
import { acme } from './definitions.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
const definition = workplace.write('acme.json', acme('http://127.0.0.1:9'));
afterAll(() => workplace.remove());

describe('the command', () => {
  it('prints the version of the package', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await runCli(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('lists commands and exit codes in its help, on stdout', async () => {
    const { code, stdout, stderr } = await runCli(['--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    for (const command of ['check', 'inspect', 'run', 'test', 'serve', 'keys'])
      expect(stdout).toContain(`\n  ${command} `);
    for (const exitCode of [0, 1, 2, 3, 4, 5, 6, 7, 130]) expect(stdout).toMatch(`\n  ${exitCode} `);
  });

  it('names the kind of a defect, and keeps what it says for --debug', async () => {
    const fail = `Object.fromEntries=()=>{throw Object.assign(new RangeError("seen"),{code:"E_ODD"})}`;
    const nodeOptions = ['--import', `data:text/javascript,${encodeURIComponent(fail)}`];
    const args = ['run', definition, 'List users'];
    const { code, stderr } = await runCli(args, { nodeOptions });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      / \(INTERNAL_DEFECT\)\n {2}found: RangeError E_ODD\n {2}what to do: Please report it/,
    );
    expect(stderr).not.toContain('seen');
    expect((await runCli([...args, '--debug'], { nodeOptions })).stderr).toContain('RangeError: seen');
  });

  it('explains itself to a Node that is too old', async () => {
    const pretend = 'Object.defineProperty(process,"versions",{value:{...process.versions,node:"22.18.9"}})';
    const nodeOptions = ['--import', `data:text/javascript,${pretend}`];
    const { code, stdout, stderr } = await runCli(['--version'], { nodeOptions });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^Ferrule needs Node\.js 22\.19 or newer; this is Node\.js 22\.18\.9\.\n/);
  });

  it.each([
    ['no command', []],
    ['an unknown command', ['chekc', definition]],
    ['a missing argument', ['run', definition]],
    ['an argument too many', ['run', definition, 'List users', canary]],
    ['an unknown option with a value', ['run', definition, 'List users', `--password=${canary}`]],
    ['an unusable timeout', ['run', definition, 'List users', '--timeout', canary]],
    ['a scope that does not exist', ['keys', 'create', '--name', 'x', '--scope', canary]],
    ['a key without a scope', ['keys', 'create', '--name', canary]],
    ['a key for no time', ['keys', 'create', '--name', 'x', '--scope', 'read', '--days', canary]],
    ['two ways to show a request', ['run', definition, 'List users', '--curl', '--dry-run']],
  ])('exits with 1 and repeats no values for %s', async (_case, args) => {
    const { code, stdout, stderr } = await runCli(args);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).not.toBe('');
  });

  it.each([
    ['that does not exist', 'missing.json', 'no such file'],
    ['that is a folder', '.', 'a directory'],
    ['that is not text', 'binary.json', 'text that is not UTF-8'],
  ])('exits with 1 for a file %s and says so', async (_case, name, found) => {
    writeFileSync(`${workplace.folder}/binary.json`, Buffer.from([0x7b, 0xff, 0xfe, 0x7d]));
    const file = `${workplace.folder}/${name}`;
    const { code, stdout, stderr } = await runCli(['check', file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`error: The definition ${file} cannot be read (OPTIONS_INVALID)`);
    expect(stderr).toContain(`found: ${found}`);
    expect(stderr).not.toContain('    at ');
  });
});
