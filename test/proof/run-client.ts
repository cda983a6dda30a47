import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Runs a program of this folder in a process of its own and gives the JSON it prints. */
export async function runClient<Task, Figures>(program: string, task: Task): Promise<Figures> {
  const file = new URL(program, import.meta.url).pathname;
  const { stdout } = await run(process.execPath, ['--expose-gc', file, JSON.stringify(task)]);
  return JSON.parse(stdout) as Figures;
}
