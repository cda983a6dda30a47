import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect } from 'vitest';

/** The secret of these tests. `runCli` fails whenever it stands, plainly or encoded, in what the command printed. */
export const canary = 'canary/7f+3e A-9d21';

/** Of util-linux; other systems have a command of that name with other options. */
export const pseudoTerminal = 'script';

const bin = fileURLToPath(new URL('../../src/cli/ferrule.ts', import.meta.url));
const encodings = [
  canary,
  encodeURIComponent(canary),
  new URLSearchParams([['', canary]]).toString().slice(1),
  Buffer.from(canary).toString('base64'),
  // Behind `user:` as basic authentication writes it.
  Buffer.from(`user:${canary}`).toString('base64').slice(8, -4),
];

export interface CliOptions {
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with the process and all that it has written on stdout so far, whenever that grows. */
  readonly onOutput?: (child: ChildProcess, stdout: string) => void;
  /** Called once the process has been started. */
  readonly onStart?: (child: ChildProcess) => void;
  /** Options of Node itself. */
  readonly nodeOptions?: readonly string[];
}

export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the real command as a process of its own, without a terminal. */
export async function runCli(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const { nodeOptions = [], env = {} } = options;
  const child = spawn(process.execPath, [...nodeOptions, bin, ...args], { env: environment(env) });
  return collect(child, options, child.stdin);
}

/** Runs it on a pseudo-terminal; both streams arrive as one, as a person sees them. */
export async function runOnTerminal(args: readonly string[], options: CliOptions = {}): Promise<CliResult> {
  const command = [process.execPath, bin, ...args]
    .map(word => `'${word.replaceAll("'", "'\\''")}'`)
    .join(' ');
  const env = environment({ TERM: 'xterm', SHELL: '/bin/sh', ...options.env });
  const child = spawn(pseudoTerminal, ['--quiet', '--return', '--command', command, '/dev/null'], { env });
  return collect(child, options, undefined);
}

export interface Workplace {
  /** Writes a file and gives its path: a text as it is, anything else as JSON. */
  write(name: string, content: unknown): string;
  readonly folder: string;
  remove(): void;
}

export function createWorkplace(): Workplace {
  const folder = mkdtempSync(join(tmpdir(), 'ferrule-cli-'));
  return {
    folder,
    write(name, content) {
      const file = join(folder, name);
      writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content));
      return file;
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

function environment(env: Readonly<Record<string, string>>): Record<string, string> {
  return { PATH: process.env['PATH'] ?? '', ...env };
}

async function collect(
  child: ChildProcess,
  { input, onOutput, onStart }: CliOptions,
  stdin: NodeJS.WritableStream | undefined,
): Promise<CliResult> {
  let stdout = '';
  let stderr = '';
  child.stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    stdout += chunk;
    onOutput?.(child, stdout);
  });
  child.stderr?.setEncoding('utf8').on('data', (chunk: string) => {
    stderr += chunk;
  });
  stdin?.end(input ?? '');
  onStart?.(child);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', resolve);
  });
  for (const encoding of encodings) expect(`${stdout}\n${stderr}`).not.toContain(encoding);
  return { code, stdout, stderr };
}
