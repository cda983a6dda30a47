import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { acme } from './definitions.ts';
import { canary, createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
afterAll(() => workplace.remove());

const broken = {
  ...acme('http://127.0.0.1:9', { secrets: { 'API Key': canary } }),
  descripton: 'Ac\u001b[2Jme',
  operations: [{ name: 'A', config: { configType: 'http', method: 'GRAB', path: '/{{#open}}' } }],
};

describe('ferrule check', () => {
  it('says that a good definition is good, warnings aside', async () => {
    const definition = acme('http://127.0.0.1:9');
    const [operation] = definition.operations;
    const lint = { ...operation, inputs: { Nobody: { description: 'unused' } } };
    const file = workplace.write('good.json', { ...definition, operations: [lint] });
    const { code, stdout, stderr } = await runCli(['check', file]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('warning  /operations/0/inputs: The input "Nobody" is declared but');
    expect(stdout).toContain(`${file} is a valid definition (1 operation, 1 warning)\n`);
  });

  it('lists every problem with its place and exits with 2', async () => {
    const { code, stdout, stderr } = await runCli(['check', workplace.write('broken.json', broken)]);
    expect({ code, stderr }).toEqual({ code: 2, stderr: '' });
    expect(stdout).toMatch(/error {4}\/descripton: .*Did you mean "description"\?/);
    expect(stdout).toMatch(/error {4}\/operations\/0\/config\/method: /);
    expect(stdout).toMatch(/has 2 problems\n$/);
    expect(stdout).not.toContain('\u001b');
  });

  it('gives the same as JSON, read from standard input', async () => {
    const { code, stdout } = await runCli(['check', '-', '--json'], { input: JSON.stringify(broken) });
    expect(code).toBe(2);
    const { ok, issues } = JSON.parse(stdout);
    expect(ok).toBe(false);
    expect(issues.map(({ pointer }: { pointer: string }) => pointer)).toEqual(
      expect.arrayContaining(['/descripton', '/operations/0/config/method']),
    );
  });

  it.each(['utf16le', 'latin1'] as const)(
    'says that %s is no UTF-8, from a file as from standard input',
    async encoding => {
      const bytes = Buffer.from(
        JSON.stringify({ ...acme('http://127.0.0.1:9'), name: 'Caf\u00e9' }),
        encoding,
      );
      const file = join(workplace.folder, `${encoding}.json`);
      writeFileSync(file, bytes);
      for (const result of [await runCli(['check', file]), await runCli(['check', '-'], { input: bytes })]) {
        expect(result.code).toBe(1);
        expect(result.stderr).toContain('found: text that is not UTF-8\n');
        expect(result.stderr).toContain('what to do: Save it as UTF-8.\n');
      }
    },
  );

  it('names the line where a document stops being JSON, and shows none of it', async () => {
    const text = `{\n  "name": "Acme",\n  "secrets": {"Key": "${canary}"\n  "type": "http"\n}`;
    const { code, stdout } = await runCli(['check', workplace.write('torn.json', text)]);
    expect(code).toBe(2);
    expect(stdout).toContain('line 4, column 3');
  });
});
