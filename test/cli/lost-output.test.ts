import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { acme } from './definitions.ts';
import { createWorkplace, runCli } from './run-cli.ts';

const workplace = createWorkplace();
const definition = workplace.write(
  'acme.json',
  acme('http://127.0.0.1:9', { secrets: { 'API Key': 'known key' } }),
);
afterAll(() => workplace.remove());

/** A device of Linux that takes nothing; other systems have none. */
const full = '/dev/full';

async function runOnFullDisk(args: readonly string[]) {
  const device = openSync(full, 'w');
  const bin = fileURLToPath(new URL('../../src/cli/ferrule.ts', import.meta.url));
  const child = spawn(process.execPath, [bin, ...args], { stdio: ['ignore', device, 'pipe'] });
  let stderr = '';
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  const [code] = await once(child, 'close');
  closeSync(device);
  return { code, stderr };
}

describe('a result that cannot be written', () => {
  it.skipIf(!existsSync(full)).each([
    ['a verdict', ['check', definition]],
    ['a request', ['run', definition, 'List users', '--param', 'Team=a', '--dry-run']],
    ['the help', ['--help']],
  ])('ends the command with 1 and is said: %s', async (_, args) => {
    const { code, stderr } = await runOnFullDisk(args);
    expect({ code, stderr }).toEqual({
      code: 1,
      stderr: 'error: The result could not be written (ENOSPC)\n',
    });
  });

  it('is no failure when a reader has seen enough', async () => {
    const { code, stderr } = await runCli(['check', definition], {
      onStart: child => child.stdout?.destroy(),
    });
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });
});
