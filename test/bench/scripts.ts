import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { foreignLoad, sampleMachine } from './disturbance.ts';
import type { Target, Window } from './processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs each script in a bare Node process, where not even a channel to the parent is loaded. Its processor time is
 * what it used until its last line; its wall time, from start to exit. One window each.
 */
export async function runScripts(
  target: Target,
  scripts: readonly (readonly [label: string, text: string])[],
): Promise<readonly Window[]> {
  const before = sampleMachine([target.pid]);
  const measured = scripts.map(([label, text]) => ({ label, cost: runScript(text) }));
  const foreign = foreignLoad(before, sampleMachine([target.pid]));
  return measured.map(each => ({ ...each, found: {}, foreign, targetBusy: 0, tokens: 0, handshakes: 0 }));
}

const report = `
const used = process.cpuUsage();
process.stdout.write(String((used.user + used.system) / 1000));`;

function runScript(text: string): Window['cost'] {
  const startedAtMs = performance.now();
  const args = ['--input-type=module', '--eval', text + report];
  const ended = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const wallMs = performance.now() - startedAtMs;
  if (ended.status !== 0) throw new Error(`a script failed: ${ended.stderr}`);
  return { cpuMs: Number(ended.stdout), wallMs };
}
