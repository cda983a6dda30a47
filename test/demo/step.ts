import { spawn } from 'node:child_process';
import type { RecordedRequest } from '../support/recording-server.ts';

/** One command of the demo and what must come of it. */
export interface DemoStep {
  readonly title: string;
  /** What stands behind `ferrule` on the command line. */
  readonly args: readonly string[];
  readonly expected: Expectation;
  /** Prepares the servers. */
  readonly before?: () => void;
}

export interface Expectation {
  readonly exitCode: number;
  /** Texts that must stand in the results (stdout). */
  readonly results?: readonly string[];
  /** Texts that must stand in the notes (stderr). */
  readonly notes?: readonly string[];
  /** What is wrong with the requests that arrived at the servers, in words; nothing when they are right. */
  readonly wrongRequests?: (requests: readonly RecordedRequest[]) => string | undefined;
}

/** What became of a step. */
export interface Outcome {
  readonly exitCode: number | null;
  readonly results: string;
  readonly notes: string;
  readonly requests: readonly RecordedRequest[];
  readonly durationMs: number;
}

const MAX_STEP_MS = 15_000;

export interface RunPlace {
  /** The JavaScript (or TypeScript) file of the command. */
  readonly cli: string;
  /** Where the definitions lie. */
  readonly folder: string;
  readonly env: Readonly<Record<string, string>>;
}

/** Runs `ferrule` as a process of its own, without a terminal. */
export function runFerrule(
  args: readonly string[],
  { cli, folder, env }: RunPlace,
): Promise<Omit<Outcome, 'requests'>> {
  const startedAtMs = performance.now();
  const child = spawn(process.execPath, [cli, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: MAX_STEP_MS,
  });
  const written = { results: '', notes: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    written.results += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    written.notes += text;
  });
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', exitCode =>
      resolve({ exitCode, ...written, durationMs: performance.now() - startedAtMs }),
    );
  });
}

/** Everything in which an outcome differs from what was expected, in words. Empty when the step is right. */
export function judgeOutcome(
  { expected }: DemoStep,
  outcome: Outcome,
  secrets: readonly string[],
): readonly string[] {
  const problems: string[] = [];
  if (outcome.exitCode !== expected.exitCode) {
    problems.push(
      `expected exit code ${expected.exitCode}, found ${outcome.exitCode ?? 'none (it was ended)'}`,
    );
  }
  for (const text of expected.results ?? []) {
    if (!outcome.results.includes(text)) problems.push(`expected ${JSON.stringify(text)} in the results`);
  }
  for (const text of expected.notes ?? []) {
    if (!outcome.notes.includes(text)) problems.push(`expected ${JSON.stringify(text)} in the notes`);
  }
  const wrong = expected.wrongRequests?.(outcome.requests);
  if (wrong !== undefined) problems.push(wrong);
  const printed = outcome.results + outcome.notes;
  if (secrets.some(secret => printed.includes(secret))) problems.push('a secret was printed');
  return problems;
}
