import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** A small young generation: what V8 has not got round to collecting is no figure of ours. Megabytes. */
const FLAGS = ['--expose-gc', '--max-semi-space-size=2'];

/** Runs a program of this folder in a process of its own and gives the JSON it prints. */
export async function runClient<Task, Figures>(program: string, task: Task): Promise<Figures> {
  const file = new URL(program, import.meta.url).pathname;
  const { stdout } = await run(process.execPath, [...FLAGS, file, JSON.stringify(task)]);
  return JSON.parse(stdout) as Figures;
}
