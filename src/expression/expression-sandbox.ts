import { type ChildProcess, type ForkOptions, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { systemClock } from '../base/clock.ts';
import { FerruleError } from '../errors/ferrule-error.ts';
import type { JsonataLimits, JsonataOutcome } from './jsonata-adapter.ts';

export interface SandboxJob {
  readonly source: string;
  /** Plain data: it is copied into the process. */
  readonly input: unknown;
  readonly limits: JsonataLimits;
}

/** Runs expressions that are not trusted in a process of their own, one after the other. */
export interface ExpressionSandbox {
  /**
   * @param deadlineMs Milliseconds of running; waiting and the start of the process are not counted. The process is
   *   then killed, whatever it does; the next job gets a new one.
   * @returns The outcome. The codes of its problem are JSONata's, or `timeout`, `memory`, `stopped`, `input`.
   */
  run(job: SandboxJob, deadlineMs: number): Promise<JsonataOutcome>;
  /** Kills the process; a job that runs ends as `stopped`. A later job starts a new process. */
  close(): Promise<void>;
}

/**
 * Megabytes of its heap. A thread with such a limit is not enough: one large allocation past the limit of a thread
 * aborts the whole process (docs/decisions/0020-untrusted-jsonata-in-a-process.md).
 */
const MAX_HEAP_MB = 128;
/** After these the process cannot be used any more. */
const fatalCodes: ReadonlySet<string> = new Set(['timeout', 'memory', 'stopped']);

/** A sandbox with one process, which is started by the first job and never keeps its parent alive while idle. */
export function createExpressionSandbox(): ExpressionSandbox {
  let current: Promise<ChildProcess> | undefined;
  let queue: Promise<unknown> = Promise.resolve();

  const runNow = async (job: SandboxJob, deadlineMs: number): Promise<JsonataOutcome> => {
    current ??= startProcess();
    const started = current;
    const child = await started.catch((error: unknown) => {
      if (!(error instanceof FerruleError)) return undefined;
      current = undefined;
      throw error;
    });
    const outcome = child === undefined ? problem('stopped') : await exchange(child, job, deadlineMs);
    if (!outcome.ok && fatalCodes.has(outcome.problem.code)) {
      child?.kill('SIGKILL');
      if (current === started) current = undefined;
    }
    return outcome;
  };

  return {
    run(job, deadlineMs) {
      const result = queue.then(() => runNow(job, deadlineMs));
      // The next job is not to blame for what this one failed with.
      queue = result.catch(() => undefined);
      return result;
    },
    async close() {
      const started = current;
      current = undefined;
      // A process that did not start has nothing to kill; its job was told.
      const child = await started?.catch(() => undefined);
      if (child === undefined || hasEnded(child)) return;
      child.ref();
      child.kill('SIGKILL');
      await once(child, 'exit');
    },
  };
}

/** One for the process, so that many engines share it. It holds nothing until an untrusted expression runs. */
const sharedSandbox = createExpressionSandbox();

/** Where untrusted expressions run when a host gives no sandbox of its own. */
export function processSandbox(): ExpressionSandbox {
  return sharedSandbox;
}

/** Ends the shared sandbox's process, if there is one. A later untrusted expression starts a new one. */
export function disposeExpressionWorkers(): Promise<void> {
  return sharedSandbox.close();
}

/** Sends one job and waits for its outcome, the end of the process, or the deadline. Never rejects. */
function exchange(child: ChildProcess, job: SandboxJob, deadlineMs: number): Promise<JsonataOutcome> {
  return new Promise(resolve => {
    const settle = (outcome: JsonataOutcome): void => {
      timer.cancel();
      child.off('message', onMessage).off('exit', onExit);
      keepAlive(child, false);
      resolve(outcome);
    };
    // Only evaluateJsonata answers in that process, so the message has its shape.
    const onMessage = (message: unknown): void => settle(message as JsonataOutcome);
    const onExit = (code: number | null, signal: string | null): void =>
      settle(problem(causeOfEnd(code, signal)));
    const timer = systemClock.after(deadlineMs, () => settle(problem('timeout')));
    if (hasEnded(child)) return settle(problem('stopped'));
    child.on('message', onMessage).on('exit', onExit);
    keepAlive(child, true);
    try {
      child.send({ ...job }, error => {
        if (error !== null) settle(problem('stopped'));
      });
    } catch {
      settle(problem('input'));
    }
  });
}

/** Starts the process and waits until it has loaded what it needs. Beside `.ts` sources it is a `.ts` file itself. */
async function startProcess(): Promise<ChildProcess> {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  const file = fileURLToPath(new URL(`./jsonata-process.${extension}`, import.meta.url));
  if (!existsSync(file)) throw missingFile();
  const child = forkChild(file);
  await new Promise<void>((resolve, reject) => {
    const fail = (error: unknown) => reject(error instanceof Error ? cannotStart(error) : error);
    child.once('error', fail).once('exit', fail);
    child.once('message', () => {
      child.off('error', fail).off('exit', fail);
      resolve();
    });
  });
  // Between jobs nobody listens; the next job finds the process ended.
  child.on('error', () => undefined);
  keepAlive(child, false);
  return child;
}

function forkChild(file: string): ChildProcess {
  const options: ForkOptions = {
    // Nothing of the host is handed on: no environment, no flags of its command line, no terminal.
    env: {},
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    // Reading files is needed to load the language; writing, processes and threads are refused by Node.
    execArgv: [`--max-old-space-size=${MAX_HEAP_MB}`, '--permission', '--allow-fs-read=*'],
    serialization: 'advanced',
  };
  try {
    return fork(file, options);
  } catch (error) {
    throw cannotStart(error);
  }
}

/** Unlike an idle process, one with a job keeps its parent alive. */
function keepAlive(child: ChildProcess, alive: boolean): void {
  if (alive) {
    child.ref();
    child.channel?.ref();
  } else {
    child.unref();
    child.channel?.unref();
  }
}

function hasEnded(child: ChildProcess): boolean {
  return child.exitCode !== null || child.signalCode !== null;
}

/** Node aborts when its heap is full. */
function causeOfEnd(code: number | null, signal: string | null): string {
  return signal === 'SIGABRT' || code === 134 ? 'memory' : 'stopped';
}

function problem(code: string): JsonataOutcome & { readonly ok: false } {
  return { ok: false, problem: { code } };
}

/** A host that may not start processes, such as under Node's own permissions, or that has no room for one. */
function cannotStart(cause: unknown): FerruleError {
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'an unknown failure';
  return new FerruleError(
    'OPTIONS_INVALID',
    'JSONata that is not trusted runs in a process, and none could be started',
    {
      expected: 'a program that may start processes, or trustDefinitions: true',
      found: code,
      hint: "Allow it to start processes; under Node's --permission that is --allow-child-process.",
      cause,
    },
  );
}

/** A bundler makes one file of a program, and this file of the package is then not beside it. */
function missingFile(): FerruleError {
  return new FerruleError(
    'OPTIONS_INVALID',
    'JSONata that is not trusted runs in a process, and the file of that process is missing',
    {
      expected: 'the package as it was installed, or trustDefinitions: true',
      found: 'a part of it, as bundlers make it',
      hint: 'Keep Ferrule outside of the bundle where definitions are not trusted.',
    },
  );
}
