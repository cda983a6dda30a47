import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { foreignLoad, sampleMachine } from './disturbance.ts';
import type { Target, Window } from './processes.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));

/**
 * Runs each script in a bare Node process, where not even a channel to the parent is loaded. Its processor time is
 * what it used until its last line; its wall time, from start to exit. One window each; what the script marked meanwhile
 * is found as `mark 0`, `mark 1`, … in milliseconds of processor time.
 */
export async function runScripts(
  target: Target,
  scripts: readonly (readonly [label: string, text: string])[],
): Promise<readonly Window[]> {
  const before = sampleMachine([target.pid]);
  const measured = scripts.map(([label, text]) => ({ label, ...runScript(text) }));
  const foreign = foreignLoad(before, sampleMachine([target.pid]));
  return measured.map(each => ({ ...each, foreign, targetBusy: 0, tokens: 0, handshakes: 0 }));
}

const report = `
const used = [...(globalThis.marks ?? []), process.cpuUsage()];
process.stdout.write(JSON.stringify(used.map(({ user, system }) => (user + system) / 1000)));`;

function runScript(text: string): Pick<Window, 'cost' | 'found'> {
  const startedAtMs = performance.now();
  const args = ['--input-type=module', '--eval', text + report];
  const ended = spawnSync(process.execPath, args, { cwd: root, encoding: 'utf8' });
  const wallMs = performance.now() - startedAtMs;
  if (ended.status !== 0) throw new Error(`a script failed: ${ended.stderr}`);
  const used = JSON.parse(ended.stdout) as readonly number[];
  const marks = used.slice(0, -1).map((ms, nth) => [`mark ${nth}`, ms] as const);
  return { cost: { cpuMs: used.at(-1) ?? Number.NaN, wallMs }, found: Object.fromEntries(marks) };
}
